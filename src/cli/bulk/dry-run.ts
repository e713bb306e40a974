/** `--dry-run`: what a run would be, with where each of its settings is from. The task file is read and checked; nothing is kept. */
import { relative } from "node:path";
import type { Retries } from "../../bulk/retry-policy.ts";
import { CirrusError } from "../../errors.ts";
import { hyphened } from "../../queue/config/read-config.ts";
import type { SettingName } from "../../queue/config/settings.ts";
import { stageTaskFile } from "../../queue/stage-task-file.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { type Format, printOne } from "../terminal/output.ts";
import { renderTable } from "../terminal/table.ts";
import { loadSchema, taskFilePorts } from "./load-prepared.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { count } from "./run-view.ts";
import { describeTask } from "./runs.ts";

export async function printDryRun(io: Io, place: BulkPlace, prepared: PreparedRun, format: Format): Promise<void> {
  const schema = await loadSchema(prepared.program);
  const staged = await stageTaskFile(taskFilePorts(io, place.objects), { taskFile: prepared.tasks, schema });
  const entries = staged.entries.count;
  const [first] = staged.entries.read(0, 1);
  await staged.close();
  const known = await place.runs.get(prepared.name);
  const { name, found, limits, policy, slots, settings, origins } = prepared;
  if (format !== "table") {
    const from = Object.fromEntries(origins);
    return printOne(io, format, {
      name,
      task: found.task,
      entries,
      limits,
      policy,
      slots,
      settings,
      origins: from,
      exists: known !== undefined,
    });
  }
  io.stdout.write(`${renderFacts(io, prepared, entries)}\n`);
  if (origins.size > 0) io.stdout.write(`\n${renderSettings(prepared)}\n`);
  if (first !== undefined) io.stdout.write(`\nfirst entry: ${first.id}\n${JSON.stringify(first.data, null, 2)}\n`);
  if (known !== undefined && known.digest !== staged.digest) throw conflictOf(name);
  const goesOn = known === undefined ? "" : ` It would go on where it was: the run is ${known.state}.`;
  io.stderr.write(`Nothing was changed.${goesOn}\n`);
}

function renderFacts(io: Io, { name, found, limits, policy, slots }: PreparedRun, entries: number): string {
  const short = (path: string) => relative(io.cwd, path) || path;
  const retries: Retries = Object.fromEntries(Object.entries(policy).map(([cause, { limit }]) => [cause, limit]));
  const memory =
    limits.maxMemoryBytes === undefined ? "no limit of memory" : `at most ${limits.maxMemoryBytes / 1e9} GB`;
  const facts = [
    ["task", describeTask(found.task, short)],
    ["entries", count(entries)],
    ["at a time", String(slots)],
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
    hint: `Give this one another name with --job-id, or remove the other: cirrus bulk delete ${name}`,
    exitCode: 6,
  });
}
