/**
 * Logs of one execution, or of all executions of a task in the order of time: they never run beside each other, so one
 * comes after the other. Both can be followed while they grow.
 */
import { decodeCursor, encodeCursor } from "../../pages.ts";
import type { ExecutionFiles } from "../execution-files.ts";
import { type LoopExecution, versionText } from "../loop-execution.ts";
import type { LoopViewStore } from "../loop-store.ts";

export type LogQuery = LogPageRequest &
  (
    | { readonly execution: string }
    /** `codops/name`. `newest`: begins with the newest so many executions, not with the oldest. */
    | { readonly task: string; readonly newest?: number | undefined }
  );

export interface LogPageRequest {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** How many lines are enough: 1000. There may be more, and fewer only where there are no more for now. */
  readonly enough?: number | undefined;
}

export interface LogPage {
  readonly lines: readonly LoopLogLine[];
  /** Goes on after these lines, also later when there are more; undefined while there is nothing at all. */
  readonly next?: string | undefined;
  /** `more`: can be read at once. `growing`: may come. `ended`: the execution has ended, and this is its end. */
  readonly rest: "more" | "growing" | "ended";
}

export interface LoopLogLine {
  readonly execution: string;
  /** Short: `3f2a9c1e` */
  readonly version?: string | undefined;
  /** ISO 8601 */
  readonly at: string;
  readonly message: string;
}

type Store = Pick<LoopViewStore, "execution" | "executions">;
type Files = Pick<ExecutionFiles, "log">;

const ENOUGH = 1_000;
const EXECUTIONS = 100;

export function readLogs(store: Store, files: Files, query: LogQuery): Promise<LogPage> {
  return "execution" in query ? readOne(store, files, query) : readTask(store, files, query);
}

async function readOne(store: Store, files: Files, query: LogQuery & { execution: string }): Promise<LogPage> {
  const { execution: id, after, enough = ENOUGH } = query;
  // Before its log: what is written between the two readings is still to come.
  const execution = await store.execution(id);
  const { lines, place, full } = await readParts(files, { id, ...execution }, after, enough);
  const rest = full ? "more" : execution === undefined || execution.end !== undefined ? "ended" : "growing";
  return { lines, next: place, rest };
}

async function readTask(store: Store, files: Files, query: LogQuery & { task: string }): Promise<LogPage> {
  const { task, enough = ENOUGH } = query;
  const kind = `loop-logs-of-${task}`;
  const start = await startOf(store, query, kind);
  const lines: LoopLogLine[] = [];
  let [current, place] = start;
  for (;;) {
    const page = await store.executions({ task, from: current, oldestFirst: true, limit: EXECUTIONS });
    for (const execution of page.rows) {
      const { id } = execution;
      const read = await readParts(files, execution, id === current ? place : undefined, enough - lines.length);
      lines.push(...read.lines);
      [current, place] = [id, read.place];
      if (read.full) return { lines, next: encodeCursor(kind, [id, read.place ?? ""]), rest: "more" };
    }
    if (page.next !== undefined) continue;
    return { lines, next: current && encodeCursor(kind, [current, place ?? ""]), rest: "growing" };
  }
}

type Place = readonly [execution: string | undefined, place: string | undefined];

async function startOf(store: Store, query: LogQuery & { task: string; newest?: number | undefined }, kind: string) {
  const { task, after, newest } = query;
  if (after !== undefined) {
    const [execution, place] = decodeCursor(kind, after, ["", ""]);
    return [execution, place === "" ? undefined : place] as Place;
  }
  if (newest === undefined) return [undefined, undefined] as Place;
  const { rows } = await store.executions({ task, limit: newest });
  return [rows.at(-1)?.id, undefined] as Place;
}

type Known = Pick<LoopExecution, "id"> & Partial<Pick<LoopExecution, "version">>;

/** `full`: there were enough lines before the log's end was seen. */
async function readParts(files: Files, { id, version }: Known, after: string | undefined, enough: number) {
  const lines: LoopLogLine[] = [];
  const from = { execution: id, ...(version && { version: versionText(version) }) };
  for (let place = after; ; ) {
    const part = await files.log(id, place);
    place = part.next;
    if (part.lines.length === 0) return { lines, place, full: false };
    for (const line of part.lines) lines.push({ ...from, ...line });
    if (lines.length >= enough) return { lines, place, full: true };
  }
}
