/** What became of each task: changed in the same transaction as its executions, so that the counts are always exact. */
import type { Outcome } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import { NO_OUTCOMES, type OutcomeCounts, type TaskRecord } from "../../loop/task-record.ts";
import { type Item, toItem } from "../state/attribute-values.ts";
import { queryPartition } from "../state/query-partition.ts";
import { getItem } from "../state/read-items.ts";
import { inParallel } from "../state/table.ts";
import { type StoredExecution, wholeExecution } from "./execution-items.ts";
import { EVERYTHING, ORGANISATIONS, partsOf, taskItemKey, tasksOf } from "./keys.ts";
import type { Place } from "./place.ts";

export interface TaskState {
  readonly loop: string;
  readonly last: StoredExecution;
  readonly lastEnded?: StoredExecution | undefined;
  readonly counts: OutcomeCounts;
  readonly totalDurationMs: number;
  readonly failureStreak: number;
}

export interface TaskRow {
  /** Changes with every write; 0 where the task has never run. */
  readonly version: number;
  readonly state?: TaskState | undefined;
}

export function afterBegin(state: TaskState | undefined, begun: StoredExecution): TaskState {
  const { loop } = begun.execution;
  if (state === undefined) {
    return { loop, last: begun, counts: NO_OUTCOMES, totalDurationMs: 0, failureStreak: 0 };
  }
  return { ...state, loop, last: newer(state.last, begun) };
}

export function afterEnd(state: TaskState, ended: StoredExecution): TaskState {
  const { id, end } = ended.execution;
  if (end === undefined) throw new Error(`the execution ${id} has not ended`);
  return {
    ...state,
    last: state.last.execution.id === id ? ended : state.last,
    lastEnded: state.lastEnded === undefined ? ended : newer(state.lastEnded, ended),
    counts: { ...state.counts, [end.outcome]: state.counts[end.outcome] + 1 },
    totalDurationMs: state.totalDurationMs + end.durationMs,
    failureStreak: streakAfter(state.failureStreak, end.outcome),
  };
}

/** One that was cancelled says nothing about its task. */
function streakAfter(streak: number, outcome: Outcome): number {
  if (outcome === "SUCCEEDED") return 0;
  return outcome === "CANCELLED" ? streak : streak + 1;
}

function newer(one: StoredExecution, other: StoredExecution): StoredExecution {
  return one.execution.id > other.execution.id ? one : other;
}

export async function readTaskRow(task: string, place: Place): Promise<TaskRow> {
  const item = await getItem(taskItemKey(task), await place.table());
  return item === undefined ? { version: 0 } : toTaskRow(item);
}

export function taskItem(task: string, { version, state }: TaskRow): Item {
  return { ...taskItemKey(task), ...toItem({ version, state: JSON.stringify(state) }) };
}

function toTaskRow({ version, state }: Item): TaskRow {
  return { version: Number(version?.N), state: JSON.parse(state?.S ?? "") as TaskState }; // what `taskItem` wrote
}

export async function readTask(key: string, place: Place): Promise<TaskRecord | undefined> {
  if (partsOf(key).codops === "" || partsOf(key).name === "") return undefined;
  const { state } = await readTaskRow(key, place);
  return state && toTaskRecord(state, place);
}

export async function readTasks(codops: string | undefined, place: Place): Promise<readonly TaskRecord[]> {
  const table = await place.table();
  const organisations = codops === undefined ? await readOrganisations(place) : [codops];
  const found = await inParallel(organisations, (one) => queryPartition(tasksOf(one), EVERYTHING, table));
  const states = found.flat().flatMap((item) => toTaskRow(item).state ?? []);
  const records = await inParallel(states, (state) => toTaskRecord(state, place));
  return records.toSorted((a, b) => (a.task < b.task ? -1 : 1));
}

export async function readOrganisations(place: Place): Promise<readonly string[]> {
  const items = await queryPartition(ORGANISATIONS, EVERYTHING, await place.table());
  return items.map(({ sk }) => sk?.S ?? "");
}

async function toTaskRecord({ last, lastEnded, ...state }: TaskState, place: Place): Promise<TaskRecord> {
  const { task } = last.execution;
  return {
    task: taskKey(task),
    codops: task.codops,
    name: task.name,
    ...state,
    last: await wholeExecution(last, place),
    ...(lastEnded && { lastEnded: await wholeExecution(lastEnded, place) }),
  };
}
