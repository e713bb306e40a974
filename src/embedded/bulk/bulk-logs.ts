/** What attempts wrote, as files: `<folder>/<run>/logs/<2 digits>/<entry>-<attempt>.log`. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BulkLogs } from "../../bulk/bulk-store.ts";
import { explainFiles, isMissing } from "../objects/file-failures.ts";

export interface EmbeddedBulkLogs extends BulkLogs {
  /** The log of an attempt that nobody kept, because its worker was killed; undefined where it wrote nothing. */
  left(run: string, entryId: string, attempt: number): string | undefined;
  remove(run: string): Promise<void>;
}

/** What `logName` makes; nothing else is a log, wherever it would lead. */
const NAME = /^[A-Za-z][A-Za-z0-9-]*\/logs\/[0-9a-f]{2}\/[\w.-]+-\d+\.log$/;

export function makeBulkLogs(folder: string): EmbeddedBulkLogs {
  function left(run: string, entryId: string, attempt: number): string | undefined {
    const name = logName(run, entryId, attempt);
    const size = statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
    return size > 0 ? name : undefined;
  }

  return {
    async open({ run, entry, attempt }) {
      const file = join(folder, logName(run, entry.id, attempt));
      try {
        await mkdir(dirname(file), { recursive: true });
      } catch (thrown) {
        throw explainFiles(thrown, folder);
      }
      return file;
    },
    async keep({ run, entry, attempt }, file) {
      const name = left(run, entry.id, attempt);
      if (name === undefined) await rm(file, { force: true });
      return name;
    },
    async read(log) {
      if (!NAME.test(log)) return undefined;
      try {
        return await readFile(join(folder, log), "utf8");
      } catch (thrown) {
        if (isMissing(thrown)) return undefined;
        throw explainFiles(thrown, folder);
      }
    },
    left,
    remove: (run) => rm(join(folder, run), { recursive: true, force: true }),
  };
}

/**
 * The ID's own letters for people who look through the folder, and a digest of it, since IDs may hold anything and some
 * file systems do not tell `A` from `a`. 256 folders keep each of them small with a million logs.
 */
function logName(run: string, entryId: string, attempt: number): string {
  const digest = createHash("sha256").update(entryId).digest("hex").slice(0, 20);
  const readable = entryId.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(0, 80);
  return `${run}/logs/${digest.slice(0, 2)}/${readable}-${digest}-${attempt}.log`;
}
