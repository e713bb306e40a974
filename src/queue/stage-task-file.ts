/** Reads and checks a whole task file before anything is changed: its entries wait on a stage, in a temporary file. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EntrySource } from "../bulk/bulk-store.ts";
import type { Entry } from "../bulk/entry.ts";
import { type Duplicate, type EntryStage, openEntryStage } from "../embedded/bulk/entry-stage.ts";
import { CirrusError, EXIT, type Problem } from "../errors.ts";
import { canonicalJson, type JsonObject } from "../json.ts";
import { jsonPath } from "../payload/problems.ts";
import { describeSource } from "./task-file/describe-source.ts";
import { showSource } from "./task-file/fetch-task-file.ts";
import { makeProblemList, type ProblemList } from "./task-file/problem-list.ts";
import { readEntries, type TaskFileOptions } from "./task-file/read-task-file.ts";
import type { TaskFilePorts } from "./task-file/task-file-ports.ts";

export interface StageOptions {
  readonly taskFile: TaskFileOptions;
  /** Of the task's data. */
  readonly schema?: StandardSchemaV1 | undefined;
  /** Told now and then how many entries were read. */
  readonly onRead?: ((entries: number) => void) | undefined;
}

export interface StagedFile {
  readonly entries: EntrySource;
  /** Tells the same entries from other ones. */
  readonly digest: string;
  /** Where they came from. */
  readonly source: JsonObject;
  close(): Promise<void>;
}

/** Entries in one step: many enough for a transaction, few enough for memory. */
const STEP = 1000;

/** Throws ProblemsError where anything is wrong: entries, repeated IDs, data that the task does not take. */
export async function stageTaskFile(ports: TaskFilePorts, options: StageOptions): Promise<StagedFile> {
  const { taskFile } = options;
  const folder = await mkdtemp(join(tmpdir(), "cirrus-entries-"));
  const stage = openEntryStage(join(folder, "entries.db"));
  // An open file needs no name: without one nothing is left behind, however this process ends.
  await rm(folder, { recursive: true, force: true });
  const close = async () => stage.close();
  try {
    const source = describeSource(taskFile);
    await fill(stage, ports, options);
    if (canonicalJson(describeSource(taskFile)) !== canonicalJson(source)) throw changedMeanwhile(taskFile.file);
    return { entries: stage.source, digest: stage.digest(), source, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function fill(stage: EntryStage, ports: TaskFilePorts, { taskFile, schema, onRead }: StageOptions) {
  const problems = makeProblemList(showSource(taskFile.file));
  for await (const entries of inSteps(readEntries(taskFile, ports, problems))) {
    ports.signal?.throwIfAborted();
    if (schema !== undefined) for (const entry of entries) await checkData(schema, entry, problems);
    for (const duplicate of stage.add(entries)) problems.add(problemOfDuplicate(duplicate));
    onRead?.(stage.source.count);
  }
  problems.raise();
}

/** Batches of a size that does not depend on how the reader gets them. */
async function* inSteps(batches: AsyncIterable<readonly Entry[]>): AsyncGenerator<readonly Entry[]> {
  let step: Entry[] = [];
  for await (const batch of batches) {
    for (const entry of batch) step.push(entry);
    if (step.length < STEP) continue;
    yield step;
    step = [];
  }
  if (step.length > 0) yield step;
}

async function checkData(schema: StandardSchemaV1, { id, data, line }: Entry, problems: ProblemList): Promise<void> {
  const answer = schema["~standard"].validate(data);
  // Most schemas answer at once, and a million promises take seconds.
  const result = answer instanceof Promise ? await answer : answer;
  for (const issue of result.issues ?? []) {
    const keys = (issue.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment));
    problems.add({
      code: "invalid-data",
      line,
      path: jsonPath(["data", ...keys]),
      message: `the task does not take the data of ${JSON.stringify(id)}: ${issue.message.replace(/\.$/, "")}`,
    });
  }
}

function problemOfDuplicate({ id, position, line, first }: Duplicate): Problem {
  const place = (at: { readonly position: number; readonly line?: number | undefined }) =>
    at.line === undefined ? `entry ${at.position}` : `line ${at.line}`;
  return {
    code: "duplicate-task-id",
    line,
    message: `the task_id ${JSON.stringify(id)} stands on ${place({ position, line })} and before it on ${place(first)}`,
    hint: "Give every entry an ID of its own.",
  };
}

function changedMeanwhile(file: string): CirrusError {
  return new CirrusError(`${file} was changed while it was read.`, {
    hint: "Try again when whoever writes it has finished.",
    exitCode: EXIT.config,
  });
}
