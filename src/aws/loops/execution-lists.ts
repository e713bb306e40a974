/** Pages of executions in the order of their starts: of a task, of an organisation, or of all organisations. */
import type { LoopExecution } from "../../loop/loop-execution.ts";
import type { ExecutionQuery } from "../../loop/loop-store.ts";
import { decodeCursor, encodeCursor, type Page, pageSize } from "../../pages.ts";
import { type Item, toAttribute } from "../state/attribute-values.ts";
import { type Filter, queryPartition } from "../state/query-partition.ts";
import { getItems } from "../state/read-items.ts";
import { inParallel } from "../state/table.ts";
import { toStored, wholeExecution } from "./execution-items.ts";
import { EVERYTHING, entriesOf, executionKey, executionsOf } from "./keys.ts";
import type { Place } from "./place.ts";
import { readOrganisations } from "./task-items.ts";

const CURSOR = "loop-executions";

export async function listExecutions(query: ExecutionQuery, place: Place): Promise<Page<LoopExecution>> {
  const limit = pageSize(query.limit);
  const [after] = query.after === undefined ? [undefined] : decodeCursor(CURSOR, query.after, [""]);
  const found = await merge(await partitionsOf(query, place), { query, after, wanted: limit + 1 }, place);
  const shown = found.slice(0, limit);
  const items = query.task === undefined ? await itemsOf(shown, place) : shown;
  const rows = await inParallel(items, (item) => wholeExecution(toStored(item), place));
  const last = shown.at(-1);
  return { rows, ...(found.length > limit && last && { next: encodeCursor(CURSOR, [idOf(last)]) }) };
}

async function partitionsOf({ task, codops }: ExecutionQuery, place: Place): Promise<readonly string[]> {
  if (task !== undefined) return [executionsOf(task)];
  return (codops === undefined ? await readOrganisations(place) : [codops]).map(entriesOf);
}

interface Wish {
  readonly query: ExecutionQuery;
  readonly after: string | undefined;
  readonly wanted: number;
}

interface Source {
  readonly partition: string;
  /** The last ID that was seen of it. */
  readonly seen: string | undefined;
  readonly isDone: boolean;
}

/** So many of each of many partitions to begin with: most of them have few among the newest. */
const LEAST_CHUNK = 8;

/** The first ones of all partitions together. One is looked at further while it may have any that come before the last of them. */
async function merge(partitions: readonly string[], wish: Wish, place: Place): Promise<readonly Item[]> {
  const { query, after, wanted } = wish;
  const comesBefore = (a: string, b: string) => (query.oldestFirst ? a < b : a > b);
  let found: readonly Item[] = [];
  let behind: readonly Source[] = partitions.map((partition) => ({ partition, seen: after, isDone: false }));
  let chunk = Math.min(wanted, Math.max(LEAST_CHUNK, Math.ceil((2 * wanted) / partitions.length)));
  for (let open = behind; behind.length > 0; chunk = Math.min(wanted, chunk * 2)) {
    const looks = await inParallel(behind, (source) => lookOn(source, chunk, query, place));
    found = [...found, ...looks.flatMap(({ items }) => items)].toSorted((a, b) =>
      comesBefore(idOf(a), idOf(b)) ? -1 : 1,
    );
    const looked = new Map(looks.map(({ source }) => [source.partition, source]));
    open = open.map((source) => looked.get(source.partition) ?? source).filter(({ isDone }) => !isDone);
    const cut = found[wanted - 1];
    behind = open.filter(({ seen = "" }) => cut === undefined || comesBefore(seen, idOf(cut)));
  }
  return found.slice(0, wanted);
}

async function lookOn({ partition, seen }: Source, chunk: number, query: ExecutionQuery, place: Place) {
  const { oldestFirst = false, from = EVERYTHING.from, outcome } = query;
  const lowest = oldestFirst && seen !== undefined && seen > from ? seen : from;
  const range = {
    from: lowest,
    to: !oldestFirst && seen !== undefined ? seen : EVERYTHING.to,
    // The one that was seen is in the range as well.
    enough: chunk + 1,
    descending: !oldestFirst,
    filter: outcome && filterOf(outcome),
  };
  const isEmpty = range.from > range.to;
  const all = isEmpty ? [] : await queryPartition(partition, range, await place.table());
  const items = all.filter((item) => idOf(item) !== seen);
  const last = items.at(-1);
  return { items, source: { partition, seen: last ? idOf(last) : seen, isDone: all.length <= chunk } };
}

function filterOf(outcome: string): Filter {
  return {
    expression: "#outcome = :outcome",
    names: { "#outcome": "outcome" },
    values: { ":outcome": toAttribute(outcome) },
  };
}

/** Of the entries of organisations; those that expired meanwhile are left out. */
async function itemsOf(entries: readonly Item[], place: Place): Promise<readonly Item[]> {
  const keys = entries.map((entry) => executionKey(entry.task?.S ?? "", idOf(entry)));
  const found = await getItems(keys, await place.table());
  const items = new Map(found.map((item) => [idOf(item), item]));
  return entries.map((entry) => items.get(idOf(entry))).filter((item) => item !== undefined);
}

function idOf({ sk }: Item): string {
  return sk?.S ?? "";
}
