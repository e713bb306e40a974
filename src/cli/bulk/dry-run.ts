/** `--dry-run`: what a run would be, with where each of its settings is from. The task file is read and checked; nothing is kept. */
import type { BulkRun, EntryCounts } from "../../bulk/bulk-run.ts";
import type { Retries } from "../../bulk/retry-policy.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { hyphened } from "../../queue/config/read-config.ts";
import type { SettingName } from "../../queue/config/settings.ts";
import { stageTaskFile } from "../../queue/stage-task-file.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { formatOf, type OutputOptions, printOne } from "../terminal/output.ts";
import { renderTable } from "../terminal/table.ts";
import { loadSchema, taskFilePorts } from "./load-prepared.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { planPoolRun } from "./run-on-pool.ts";
import { count } from "./run-view.ts";
import { describeTask } from "./runs.ts";

export type DryRunOptions = OutputOptions & { readonly secondsPerTask?: number; readonly offline?: boolean };

export async function printDryRun(
  io: Io,
  place: BulkPlace,
  prepared: PreparedRun,
  options: DryRunOptions,
): Promise<void> {
  const format = formatOf(options);
  const { entries, digest, first } = await readEntries(io, place, prepared);
  // Without a stage there is no telling what it has.
  const isThere = prepared.provider === "local" || place.stage !== undefined;
  const known = isThere ? await place.runs.get(prepared.name) : undefined;
  if (known !== undefined && known.digest !== digest) throw conflictOf(prepared.name);
  const planned = await planDry(io, place, prepared, entries, options);
  if (format !== "table") return printOne(io, format, dataOf(prepared, { entries, known, pool: planned?.data }));
  io.stdout.write(`${renderFacts(io, prepared, entries)}\n`);
  if (prepared.origins.size > 0) io.stdout.write(`\n${renderSettings(prepared)}\n`);
  if (first !== undefined) io.stdout.write(`\nfirst entry: ${first.id}\n${JSON.stringify(first.data, null, 2)}\n`);
  if (planned !== undefined) io.stdout.write("\n");
  planned?.print();
  io.stderr.write(
    `Nothing was changed.${known === undefined ? "" : ` ${expect(known, await place.runs.counts(known.name))}`}\n`,
  );
}

/** What the command would do with a run that is there. */
function expect({ name, state }: BulkRun, { DONE, FAILED, QUEUED, RUNNING }: EntryCounts): string {
  const counts = `${count(DONE)} done, ${count(FAILED)} failed, ${count(QUEUED + RUNNING)} left`;
  if (state !== "FINISHED") return `It would go on where it was: ${counts}.`;
  const again = FAILED > 0 ? "; with --only-failed those that failed are tried again" : "";
  return `The run ${name} has ended already: ${counts}${again}.`;
}

async function planDry(io: Io, place: BulkPlace, prepared: PreparedRun, entries: number, options: DryRunOptions) {
  if (prepared.pool === undefined) return undefined;
  const { secondsPerTask, offline } = options;
  const region = place.stage?.region ?? prepared.settings.region;
  return planPoolRun(io, { region, offline }, prepared, { entries, secondsPerTask });
}

/** Read and checked whole, as a run would. */
async function readEntries(io: Io, { objects }: BulkPlace, { program, tasks }: PreparedRun) {
  const schema = await loadSchema(program);
  const staged = await stageTaskFile(taskFilePorts(io, objects), { taskFile: tasks, schema });
  try {
    return { entries: staged.entries.count, digest: staged.digest, first: staged.entries.read(0, 1)[0] };
  } finally {
    await staged.close();
  }
}

interface Found {
  readonly entries: number;
  readonly known: BulkRun | undefined;
  readonly pool: unknown;
}

function dataOf(
  { name, found, limits, policy, slots, settings, origins }: PreparedRun,
  { entries, known, pool }: Found,
) {
  return {
    name,
    task: found.task,
    entries,
    limits,
    policy,
    ...(pool === undefined ? { slots } : { pool }),
    settings,
    origins: Object.fromEntries(origins),
    exists: known?.state,
  };
}

function renderFacts(io: Io, { name, found, limits, policy, slots, pool }: PreparedRun, entries: number): string {
  const retries: Retries = Object.fromEntries(Object.entries(policy).map(([cause, { limit }]) => [cause, limit]));
  const memory =
    limits.maxMemoryBytes === undefined ? "no limit of memory" : `at most ${limits.maxMemoryBytes / 1e9} GB`;
  const facts = [
    ["task", describeTask(io, found.task)],
    ["entries", count(entries)],
    ...(pool === undefined ? [["at a time", String(slots)]] : []),
    ["each", `at most ${formatDuration(limits.maxRuntimeSeconds * 1000)}, ${memory}`],
    [
      "tried again",
      Object.entries(retries)
        .flatMap(([cause, times]) => (times ? [`${cause} ${times}×`] : []))
        .join(", ") || "never",
    ],
  ];
  return renderTable([{ title: "run" }, { title: paint(io, io.stdout, "bold", name) }], facts);
}

function renderSettings({ settings, origins }: PreparedRun): string {
  const rows = [...origins].map(([name, origin]) => [hyphened(name), shown(settings[name as SettingName]), origin]);
  return renderTable([{ title: "setting" }, { title: "value" }, { title: "from" }], rows);
}

function shown(value: unknown): string {
  if (typeof value === "string") return value.split("\n")[0] ?? "";
  return Array.isArray(value) ? value.join(" ") : String(value);
}

function conflictOf(name: string): CirrusError {
  return new CirrusError(`A bulk run ${name} exists with other entries.`, {
    hint: `Give this one another name with --job-id, or remove the other: npx cirrus bulk delete ${name}`,
    exitCode: EXIT.conflict,
  });
}
