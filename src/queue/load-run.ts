/** From a task file to a run that workers can take entries of: a new one, or the one that was begun before. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { BulkRun, NewBulkRun } from "../bulk/bulk-run.ts";
import type { BulkRuns, EntrySource } from "../bulk/bulk-store.ts";
import { CirrusError, EXIT } from "../errors.ts";
import { asJson, canonicalJson } from "../json.ts";
import { firstDifference } from "./first-difference.ts";
import { type StagedFile, stageTaskFile } from "./stage-task-file.ts";
import { describeSource, isUnchanged } from "./task-file/describe-source.ts";
import type { TaskFileOptions } from "./task-file/read-task-file.ts";
import type { TaskFilePorts } from "./task-file/task-file-ports.ts";

export interface LoadRunPorts extends TaskFilePorts {
  readonly runs: BulkRuns;
}

export interface LoadRunOptions {
  /** All of the run but its entries. */
  readonly run: Pick<NewBulkRun, "name" | "task" | "limits" | "policy" | "pool">;
  readonly taskFile: TaskFileOptions;
  /** Of the task's data. */
  readonly schema?: StandardSchemaV1 | undefined;
  /** The failed entries of a run that exists wait again; `taskFile.ids` chooses among them. */
  readonly onlyFailed?: boolean | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export type LoadProgress =
  | { readonly step: "read"; readonly entries: number }
  | { readonly step: "store"; readonly entries: number; readonly of: number };

export interface LoadedRun {
  readonly outcome: "loaded" | "resumed";
  readonly run: BulkRun;
  /** Failed entries that wait again. */
  readonly requeued: number;
}

/**
 * Nothing is changed before the whole file was read and checked. A run of this name with the same entries is resumed,
 * with the limits and the policy of this call; with other entries it is a conflict.
 */
export async function loadRun(ports: LoadRunPorts, options: LoadRunOptions): Promise<LoadedRun> {
  const known = await ports.runs.get(options.run.name);
  if (known === undefined && options.onlyFailed) throw nothingFailed(options.run.name);
  if (known !== undefined && canonicalJson(asJson(known.task)) !== canonicalJson(asJson(options.run.task))) {
    throw conflict(known.name, "is a run of another task", `Its task is ${showTask(known.task)}.`);
  }
  const loaded = await loadEntries(ports, options, known);
  if (!options.onlyFailed) return loaded;
  const requeued = await ports.runs.requeue(loaded.run.name, ["FAILED"], options.taskFile.ids);
  return { ...loaded, run: await getRun(ports.runs, loaded.run.name), requeued };
}

async function loadEntries(
  ports: LoadRunPorts,
  options: LoadRunOptions,
  known: BulkRun | undefined,
): Promise<LoadedRun> {
  const taskFile = selected(options);
  if (known !== undefined && known.state !== "LOADING" && isUnchanged(known.source, describeSource(taskFile))) {
    return resume(ports.runs, options, known);
  }
  const onRead = (entries: number) => options.onProgress?.({ step: "read", entries });
  const staged = await stageTaskFile(ports, { taskFile, schema: options.schema, onRead });
  try {
    return await store(ports.runs, options, staged, known);
  } finally {
    await staged.close();
  }
}

/** Failed entries are chosen by ID in the run, which has all entries of the file. */
function selected({ taskFile, onlyFailed }: LoadRunOptions): TaskFileOptions {
  if (!onlyFailed) return taskFile;
  const { ids: _ids, ...whole } = taskFile;
  return whole;
}

async function store(
  runs: BulkRuns,
  options: LoadRunOptions,
  { entries, digest, source }: StagedFile,
  known: BulkRun | undefined,
): Promise<LoadedRun> {
  if (known !== undefined && known.digest !== digest) throw await otherEntries(runs, known, entries);
  if (known !== undefined && known.state !== "LOADING") return resume(runs, options, known);
  const run: NewBulkRun = { ...options.run, digest, entries: entries.count, source };
  const result = await runs.load(run, entries, (stored) =>
    options.onProgress?.({ step: "store", entries: stored, of: run.entries }),
  );
  if (result.outcome === "exists") throw await otherEntries(runs, result.run, entries);
  return { outcome: "loaded", run: await getRun(runs, run.name), requeued: 0 };
}

async function resume(runs: BulkRuns, { run }: LoadRunOptions, known: BulkRun): Promise<LoadedRun> {
  const { limits, policy, pool = known.pool } = run;
  const wanted = { limits, policy, ...(pool !== undefined && { pool }) };
  const kept = { limits: known.limits, policy: known.policy, ...(known.pool !== undefined && { pool: known.pool }) };
  if (canonicalJson(asJson(wanted)) === canonicalJson(asJson(kept))) {
    return { outcome: "resumed", run: known, requeued: 0 };
  }
  await runs.configure(known.name, wanted);
  return { outcome: "resumed", run: await getRun(runs, known.name), requeued: 0 };
}

async function getRun(runs: BulkRuns, name: string): Promise<BulkRun> {
  const run = await runs.get(name);
  if (run !== undefined) return run;
  throw new CirrusError(`The bulk run ${name} was removed while it was loaded.`, { exitCode: EXIT.conflict });
}

async function otherEntries(runs: BulkRuns, run: BulkRun, entries: EntrySource): Promise<CirrusError> {
  const difference = await firstDifference(runs, run, entries);
  return conflict(run.name, "exists with other entries", `${difference.replace(/^./, (c) => c.toUpperCase())}.`);
}

function conflict(name: string, what: string, difference: string): CirrusError {
  return new CirrusError(`The bulk run ${name} ${what}. ${difference}`, {
    hint: `Give the new run another name with --job-id, or remove the one that exists: npx cirrus bulk delete ${name}`,
    exitCode: EXIT.conflict,
  });
}

function showTask(task: BulkRun["task"]): string {
  if (task.kind === "command") return task.command.join(" ");
  return task.kind === "task" ? task.name : task.file;
}

function nothingFailed(name: string): CirrusError {
  return new CirrusError(`There is no bulk run ${name} whose failed entries could be tried again.`, {
    hint: "Leave out --only-failed to run all entries of the file; `npx cirrus bulk list` shows the runs that exist.",
    exitCode: EXIT.notFound,
  });
}
