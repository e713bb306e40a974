/**
 * The log of an execution: what all of its tries wrote, in the order of time, page by page. Only the logs that a page is
 * within are read, and it can be followed while they grow.
 */
import type { ExecutionLogs, TaskTry } from "./execution-logs.ts";
import type { ExecutionKey } from "./executions.ts";
import type { LogLine } from "./jobs.ts";
import { BEGINNING, decodeLogPlace, encodeLogPlace, logKind } from "./log-cursor.ts";
import { makeLogMerger } from "./log-merger.ts";

export interface MergedLogQuery {
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  /** At most so many lines. */
  readonly limit: number;
  /** Only of the state at this path, and of what is in its branches and iterations. */
  readonly path?: string | undefined;
  /** ISO 8601; undefined while the execution runs. */
  readonly stoppedAt: string | undefined;
  /** Milliseconds since 1970 */
  readonly now: number;
  /** How long after its end a task's lines may still appear, in milliseconds. */
  readonly delayMs: number;
}

export interface MergedLogPage {
  readonly lines: readonly WrittenLine[];
  /** Goes on after these lines, also later when there are more. */
  readonly next: string;
  /** `more` can be read at once, `growing` may come, `ended` is all. */
  readonly rest: "more" | "growing" | "ended";
}

export type WrittenLine = LogLine & { readonly from: TaskTry };

export async function readMergedLog(
  logs: ExecutionLogs,
  key: ExecutionKey,
  { cursor, limit, path, stoppedAt, now, delayMs }: MergedLogQuery,
): Promise<MergedLogPage> {
  const kind = logKind(key, path);
  const place = cursor === undefined ? BEGINNING : decodeLogPlace(kind, cursor);
  const all = await logs.tries(key);
  const isOver = (end: string | undefined) => end !== undefined && now - Date.parse(end) > delayMs;
  const merger = await makeLogMerger({
    tries: path === undefined ? all : all.filter((one) => isWithin(one.path, path)),
    place,
    limit,
    read: logs.read,
    // What was under way when the execution ended ended with it.
    isOver: (one) => isOver(one.endedAt ?? stoppedAt),
  });
  const lines = await merger.take();
  const rest = merger.hasMore() ? "more" : merger.isDone() && isOver(stoppedAt) ? "ended" : "growing";
  return { lines, next: encodeLogPlace(kind, merger.place()), rest };
}

function isWithin(path: string, state: string): boolean {
  return path === state || path.startsWith(`${state}/`) || path.startsWith(`${state}~`);
}
