/** Pages of lists: their size, and their cursors: the sort key of the last entry, opaque to people and checked when it comes back. */
import { CirrusError, EXIT } from "./errors.ts";
import { parseJson } from "./json.ts";

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Cursor of the next page; undefined after the last. */
  readonly next?: string | undefined;
}

export interface PageRequest {
  /** At most 1000. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

type Key = string | number;

/** `kind` says which list and order the cursor belongs to, so that it cannot be used for another one. */
export function encodeCursor(kind: string, key: readonly Key[]): string {
  return Buffer.from(JSON.stringify([kind, ...key])).toString("base64url");
}

/** The key that `encodeCursor` was given; `example` has the same number and types of parts. */
export function decodeCursor<K extends readonly Key[]>(kind: string, text: string, example: K): K {
  const parts = parseJson(Buffer.from(text, "base64url").toString("utf8"));
  const [found, ...key] = Array.isArray(parts) ? parts : [];
  const fits = key.length === example.length && key.every((part, i) => typeof part === typeof example[i]);
  if (found !== kind || !fits) throw foreignCursor("to this list", text);
  // Number and types of the parts were compared with the example just now.
  return key as unknown as K;
}

export function foreignCursor(where: string, text: string): CirrusError {
  return new CirrusError(`The cursor "${shorten(text)}" does not belong ${where}.`, {
    hint: "Pass `next` of the page before with the same order, or leave the cursor out to start at the beginning.",
    exitCode: EXIT.usage,
  });
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

const MOST = 1000;

/** A page size within the port's bounds. */
export function pageSize(limit: number | undefined, usual = 100): number {
  if (limit === undefined) return usual;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new CirrusError(`A page holds 1 to ${MOST} entries, not ${limit}.`, { exitCode: EXIT.usage });
}
