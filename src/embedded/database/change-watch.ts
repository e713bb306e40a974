/** Tells whether anybody has written to a database since the last look, without reading what is in it. */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { explainSqlite, isBusy } from "./sqlite-failures.ts";

export interface ChangeWatch {
  /** False at the first look: what was there before is no change. True as well where the file came, went or is another one. */
  changed(): boolean;
  close(): void;
}

/**
 * On a connection of its own: `PRAGMA data_version` counts what every other connection commits, of this process and of
 * others, and costs a few microseconds.
 */
export function openChangeWatch(path: string): ChangeWatch {
  let connection: DatabaseSync | undefined;
  let file: string | undefined;
  let seen: string | undefined;

  function close(): void {
    connection?.close();
    connection = undefined;
  }

  /** As far as it can be told: of a file that is just being made only that it is there. */
  function version(): string {
    const found = identityOf(path);
    if (found !== file) close();
    file = found;
    if (found === undefined) return "none";
    try {
      connection ??= new DatabaseSync(path, { readOnly: true });
      return `${found} ${connection.prepare("PRAGMA data_version").get()?.data_version}`;
    } catch (thrown) {
      if (isBusy(thrown)) return seen ?? found;
      throw explainSqlite(thrown, path);
    }
  }

  return {
    changed() {
      const now = version();
      const differs = seen !== undefined && seen !== now;
      seen = now;
      return differs;
    },
    close,
  };
}

/** Tells a file from another one that took its place; undefined where there is none. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
