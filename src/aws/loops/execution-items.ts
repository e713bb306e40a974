/**
 * Executions as they are stored. What they returned is apart from them, so that lists need not read it; what is too large for
 * an item is an object, and the item has a shorter form of it, which is what is left when the object has expired.
 */
import { asJson, type Json, utf8Length } from "../../json.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { ObjectUrl } from "../../payload/object-store.ts";
import { type Item, toItem } from "../state/attribute-values.ts";
import { getItem } from "../state/read-items.ts";
import { entryKey, executionKey, locatorKey } from "./keys.ts";
import type { Place } from "./place.ts";

export interface StoredExecution {
  /** Without result. */
  readonly execution: LoopExecution;
  /** Objects that hold the whole of what is shortened here. */
  readonly begin?: ObjectUrl | undefined;
  readonly end?: ObjectUrl | undefined;
}

export interface ExecutionRow {
  readonly stored: StoredExecution;
  /** Changes with every write. */
  readonly version: number;
  /** Somebody has asked for its end. */
  readonly cancelled: boolean;
}

/** DynamoDB takes 400 kB. An item is paid for by its size, and the last two executions of a task are also in its task's. */
const MOST_INLINE_BYTES = 16_384;

/** Objects are stored before the items that name them: what fails in between leaves one that expires. */
export async function keepBegin({ end: _, ...execution }: LoopExecution, place: Place): Promise<StoredExecution> {
  if (isSmall(execution)) return { execution };
  const begin = await keepObject(execution.id, "begin", asJson(execution), place);
  return { execution: { ...execution, requirements: [], task: { ...execution.task, args: {} } }, begin };
}

export async function keepEnd(
  stored: StoredExecution,
  { result: _, ...end }: ExecutionEnd,
  place: Place,
): Promise<StoredExecution> {
  if (isSmall(end)) return { ...stored, execution: { ...stored.execution, end } };
  const url = await keepObject(stored.execution.id, "end", asJson(end), place);
  return { ...stored, execution: { ...stored.execution, end: shortened(end) }, end: url };
}

/** The attributes that hold a result. */
export async function keepResult(execution: string, { result }: ExecutionEnd, place: Place) {
  if (result === undefined) return {};
  const json = JSON.stringify(result);
  return utf8Length(json) <= MOST_INLINE_BYTES
    ? { result: json }
    : { resultObject: await keepObject(execution, "result", result, place) };
}

function isSmall(part: object): boolean {
  return utf8Length(JSON.stringify(part)) <= MOST_INLINE_BYTES;
}

async function keepObject(execution: string, part: string, value: Json, place: Place): Promise<ObjectUrl> {
  // Of two who believe to hold the same loop each has its own.
  const url = place.urls.part(execution, `${part}-${place.newId().slice(0, 8)}`);
  await place.objects.put(url, JSON.stringify(value), { contentType: "application/json" });
  return url;
}

const MOST_SHORTENED = 1_000;

function shortened({ outcome, endedAt, durationMs, error, peakMemoryBytes }: ExecutionEnd): ExecutionEnd {
  const cut = (text: string) => (text.length > MOST_SHORTENED ? `${text.slice(0, MOST_SHORTENED)}…` : text);
  return {
    outcome,
    endedAt,
    durationMs,
    ...(error && { error: { name: cut(error.name), message: cut(error.message) } }),
    ...(peakMemoryBytes !== undefined && { peakMemoryBytes }),
  };
}

export async function wholeExecution(
  { execution: { end, ...begun }, ...objects }: StoredExecution,
  place: Place,
): Promise<LoopExecution> {
  // What keepBegin and keepEnd stored.
  const whole = ((await readObject(objects.begin, place)) ?? begun) as unknown as LoopExecution;
  if (end === undefined) return whole;
  return { ...whole, end: ((await readObject(objects.end, place)) ?? end) as unknown as ExecutionEnd };
}

/** With its result. */
export async function readExecution(id: string, place: Place): Promise<LoopExecution | undefined> {
  const locator = await readLocator(id, place);
  const row = locator && (await readRow(locator.task, id, place));
  if (row === undefined) return undefined;
  const execution = await wholeExecution(row.stored, place);
  const { result, resultObject } = locator?.item ?? {};
  const value = result?.S === undefined ? await readObject(resultObject?.S as ObjectUrl, place) : JSON.parse(result.S);
  if (execution.end === undefined || value === undefined) return execution;
  return { ...execution, end: { ...execution.end, result: value } };
}

/** Undefined where there is no such object, or none any more. */
async function readObject(url: ObjectUrl | undefined, { objects }: Place): Promise<Json | undefined> {
  if (url === undefined) return undefined;
  const got = await objects.get(url);
  return got.outcome === "found" ? JSON.parse(Buffer.from(got.body).toString("utf8")) : undefined;
}

export async function readLocator(id: string, place: Place) {
  const item = await getItem(locatorKey(id), await place.table());
  return item && { task: item.task?.S ?? "", item };
}

/** By its ID alone: two looks. */
export async function findRow(id: string, place: Place): Promise<ExecutionRow | undefined> {
  const locator = await readLocator(id, place);
  return locator && readRow(locator.task, id, place);
}

export async function readRow(task: string, id: string, place: Place): Promise<ExecutionRow | undefined> {
  const item = await getItem(executionKey(task, id), await place.table());
  return item && { stored: toStored(item), version: Number(item.version?.N), cancelled: item.cancelled?.BOOL ?? false };
}

export function toStored({ execution }: Item): StoredExecution {
  return JSON.parse(execution?.S ?? "") as StoredExecution; // what `rowItem` wrote
}

/** `expires`: seconds since 1970, for those that have ended. */
export function rowItem({ stored, version, cancelled }: ExecutionRow, expires?: number): Item {
  const { id, task, end } = stored.execution;
  const attributes = { execution: JSON.stringify(stored), version, outcome: end?.outcome, expires };
  return { ...executionKey(taskKey(task), id), ...toItem({ ...attributes, ...(cancelled && { cancelled }) }) };
}

export function entryItem({ execution: { id, task, end } }: StoredExecution, expires?: number): Item {
  const attributes = { task: taskKey(task), outcome: end?.outcome, expires };
  return { ...entryKey(task.codops, id), ...toItem(attributes) };
}

export function locatorItem(
  { execution: { id, task } }: StoredExecution,
  result: Readonly<Record<string, string>> = {},
  expires?: number,
): Item {
  return { ...locatorKey(id), ...toItem({ task: taskKey(task), ...result, expires }) };
}
