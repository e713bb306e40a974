/** Turns SQLite's result codes into errors that say what happened and what to do about it. */
import { dirname } from "node:path";
import { CirrusError, EXIT, TransientError } from "../../errors.ts";

/** Primary result codes (https://sqlite.org/rescode.html); extended codes keep them in the lowest byte. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The error to throw for anything thrown while the database at `path` was used; other errors come back as they are. */
export function explainSqlite(thrown: unknown, path: string): unknown {
  const folder = path === ":memory:" ? "memory" : dirname(path);
  switch (primaryCode(thrown)) {
    case BUSY:
    case LOCKED:
      return new TransientError("Another process kept the database locked for too long; nothing was lost.", {
        where: path,
        hint: "Try again; if it stays so, look for a stopped process that has the file open.",
        cause: thrown,
      });
    case FULL:
      return new TransientError("The disk is full; nothing was lost.", {
        where: path,
        hint: `Free space under ${folder}; what was not recorded is tried again.`,
        cause: thrown,
      });
    case IOERR:
      return new TransientError(`The database could not be read or written (${message(thrown)}); nothing was lost.`, {
        where: path,
        hint: `Check the disk and the free space under ${folder}.`,
        cause: thrown,
      });
    case READONLY:
    case CANTOPEN:
      return new CirrusError(`The database ${path} cannot be opened for writing.`, {
        where: path,
        hint: `Check that ${folder} exists and that you may write to it.`,
        cause: thrown,
        exitCode: EXIT.config,
      });
    case CORRUPT:
    case NOTADB:
      return new CirrusError(`The file ${path} is not a sound Cirrus database (${message(thrown)}).`, {
        where: path,
        hint: "Move it away and start again, or restore a copy of it.",
        cause: thrown,
        exitCode: EXIT.config,
      });
    default:
      return thrown;
  }
}

export function isBusy(thrown: unknown): boolean {
  const code = primaryCode(thrown);
  return code === BUSY || code === LOCKED;
}

function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !("errcode" in thrown) || typeof thrown.errcode !== "number") return undefined;
  return thrown.errcode & 0xff;
}

function message(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
