/** What the commands about bulk runs share: finding one by name, and how it is shown. */
import { isAbsolute, relative } from "node:path";
import type { Command } from "commander";
import { type BulkRun, type EntryCounts, endedOf, type RunState } from "../../bulk/bulk-run.ts";
import type { EntryState } from "../../bulk/entry.ts";
import { CirrusError, EXIT, type ExitCode } from "../../errors.ts";
import { suggest } from "../../nearest.ts";
import { addPlaceOptions } from "../place/backend.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import { type Io, type Output, paint, type Style } from "../terminal/io.ts";

/** The argument and the place, the same for every command about one run. */
export function addRunArgument(command: Command): Command {
  return addPlaceOptions(command).argument("<run>", "name of a bulk run");
}

export async function requireRun(
  { runs, place, flags }: Pick<BulkPlace, "runs" | "place" | "flags">,
  name: string,
): Promise<BulkRun> {
  const run = await runs.get(name);
  if (run !== undefined) return run;
  const known = (await runs.list()).map((one) => one.name);
  throw new CirrusError(`There is no bulk run ${name} ${place}.`, {
    hint: suggest(name, known) ?? `Start one: npx cirrus bulk run <task> --tasks <file>${flags}`,
    exitCode: EXIT.notFound,
  });
}

/** 0 all done, 8 some failed, 1 nothing done. */
export function exitCodeOf(counts: EntryCounts): ExitCode {
  if (counts.DONE === endedOf(counts)) return EXIT.ok;
  return counts.DONE === 0 ? EXIT.failed : EXIT.partial;
}

type Shown = EntryState | RunState;

const MARKS: Readonly<Record<Shown, readonly [symbol: string, Style]>> = {
  QUEUED: ["·", "dim"],
  RUNNING: ["▶", "cyan"],
  DONE: ["✓", "green"],
  FAILED: ["✗", "red"],
  CANCELLED: ["■", "yellow"],
  LOADING: ["◌", "cyan"],
  OPEN: ["▶", "cyan"],
  STOPPED: ["■", "yellow"],
  FINISHED: ["✓", "green"],
};

/** Symbol and word: never by colour alone. */
export function bulkMark(io: Pick<Io, "env">, output: Output, state: Shown): string {
  const [symbol, style] = MARKS[state];
  return paint(io, output, style, `${symbol} ${state}`);
}

/** As people would say it: `additions`, `worker.ts`, `python3 my_worker.py`. */
export function describeTask(io: Pick<Io, "cwd">, task: BulkRun["task"]): string {
  if (task.kind === "task") return task.name;
  if (task.kind === "module") return shortPath(io, task.file);
  return task.command.map((word) => shortPath(io, word)).join(" ");
}

/** Paths below this folder without what they have in common with it; other words as they are. */
export function shortPath({ cwd }: Pick<Io, "cwd">, word: string): string {
  const path = isAbsolute(word) ? relative(cwd, word) : word;
  return path === "" || path.startsWith("..") ? word : path;
}
