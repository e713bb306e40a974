/** What `cirrus bulk run` and `load` do: loaded only when one of them is called. */
import type { BulkRun } from "../../bulk/bulk-run.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type BulkPlace, withBulkPlace } from "../place/bulk-place.ts";
import { type Io, paint } from "../terminal/io.ts";
import type { OutputOptions } from "../terminal/output.ts";
import { printDryRun } from "./dry-run.ts";
import { loadPrepared } from "./load-prepared.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import { type PoolRunOptions, runOnPool } from "./run-on-pool.ts";
import type { LoadOptions } from "./run-options.ts";
import { startDetached } from "./start-detached.ts";
import { workHere } from "./work-here.ts";
import { workArguments } from "./work-options.ts";

export type RunOptions = LoadOptions & PoolRunOptions;

/** What was written for the task, and the arguments behind it. */
export interface Called {
  readonly word: string;
  readonly args: readonly string[];
}

export async function runTask(io: Io, called: Called, options: RunOptions): Promise<ExitCode> {
  return withPrepared(io, called, options, async (place, prepared) => {
    if (place.stage !== undefined) return runOnPool(io, place, place.stage, prepared, options);
    const run = await loadPrepared(io, place, prepared, options);
    return goOn(io, place, run, prepared, options);
  });
}

export async function loadTask(io: Io, called: Called, options: LoadOptions & OutputOptions): Promise<ExitCode> {
  return withPrepared(io, called, options, async (place, prepared) => {
    const { name } = await loadPrepared(io, place, prepared);
    io.stdout.write(`${name}\n`);
    const pool = place.stage === undefined ? "" : ", or run the same file with --pool batch";
    io.stderr.write(`Work on it: npx cirrus bulk work ${name}${place.flags}${pool}\n`);
    return EXIT.ok;
  });
}

/** A dry run ends before the work begins. */
function withPrepared(
  io: Io,
  { word, args }: Called,
  options: LoadOptions & OutputOptions,
  work: (place: BulkPlace, prepared: PreparedRun) => Promise<ExitCode>,
): Promise<ExitCode> {
  const prepared = prepareRun(io, word, args, options);
  for (const note of prepared.notes) io.stderr.write(`${paint(io, io.stderr, "dim", note)}\n`);
  const create = options.dryRun !== true;
  return withBulkPlace(io, prepared.place, enter, { create });

  async function enter(place: BulkPlace): Promise<ExitCode> {
    if (create) return work(place, prepared);
    await printDryRun(io, place, prepared, options);
    return EXIT.ok;
  }
}

async function goOn(
  io: Io,
  place: BulkPlace,
  run: BulkRun,
  prepared: PreparedRun,
  options: RunOptions,
): Promise<ExitCode> {
  if (run.state === "STOPPED") await place.runs.setState(run.name, ["STOPPED"], "OPEN");
  if (run.state === "FINISHED") {
    const { FAILED } = await place.runs.counts(run.name);
    const failed = FAILED > 0 ? "Try what failed again: --only-failed. " : "";
    io.stderr.write(`${failed}Run all of it again: --job-id other\n`);
  }
  if (options.detach) return startDetached(io, place, run.name, workArguments(prepared.slots, options));
  return workHere(io, place, run, prepared, options);
}
