/**
 * Where a reader of an execution's merged log stands: the place in each log that it is within. What lies wholly before or
 * behind that place needs no mention, so the cursor is small however many tries an execution has.
 */
import { createHash } from "node:crypto";
import { decodeCursor, encodeCursor, foreignCursor } from "../pages.ts";
import type { ExecutionKey } from "./executions.ts";

export interface LogPlace {
  /** The time of the newest line that was read. */
  readonly time: string;
  /** The last try that was begun; see {@link orderOf}. */
  readonly frontier: string;
  /** Tries within whose logs the reader stands, by {@link shortId}. */
  readonly open: readonly OpenLog[];
  /** The last ones that were read to their end. A try that is found only later is none of them. */
  readonly finished: readonly string[];
  /** Tries before this one have all been read. */
  readonly settled: string;
}

export interface OpenLog {
  readonly id: string;
  /** The port's own cursor, and how many lines behind it were read already. */
  readonly cursor: string | undefined;
  readonly skip: number;
}

export const BEGINNING: LogPlace = { time: "", frontier: "", open: [], finished: [], settled: "" };

export function encodeLogPlace(kind: string, { time, frontier, open, finished, settled }: LogPlace): string {
  const logs = open.map(({ id, cursor, skip }) => [id, skip, cursor ?? ""].join("\t"));
  return encodeCursor(kind, [[time, frontier, settled, finished.join(" "), ...logs].join("\n")]);
}

export function decodeLogPlace(kind: string, text: string): LogPlace {
  const [place] = decodeCursor(kind, text, [""]);
  const [time = "", frontier = "", settled = "", finished = "", ...logs] = place.split("\n");
  const open = logs.map((line) => {
    const [id = "", skip = "", cursor = ""] = line.split("\t");
    if (!/^\d{1,9}$/.test(skip)) throw foreignCursor("to this log", text);
    return { id, skip: Number(skip), cursor: cursor === "" ? undefined : cursor };
  });
  return { time, frontier, settled, finished: finished.split(" ").filter(Boolean), open };
}

/** Says which log a cursor belongs to. */
export function logKind({ workflow, name }: ExecutionKey, path = ""): string {
  return `log-${digest(`${workflow}/${name} ${path}`)}`;
}

/** Enough to tell an execution's tries apart, in a cursor that names many of them. */
export function shortId({ id }: { readonly id: string }): string {
  return digest(id).slice(0, 10);
}

/** Tries are begun in this order, and one that is found later has its place in it too. */
export function orderOf(one: { readonly id: string; readonly startedAt: string }): string {
  return `${one.startedAt} ${shortId(one)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
