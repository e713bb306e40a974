/** Logs of attempts: a file of this machine while an attempt runs, an object of the payload bucket afterwards. */
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BulkLogs } from "../../bulk/bulk-store.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import type { Place } from "./place.ts";

export interface BulkLogsOptions {
  /** Where the files are until they are kept. */
  readonly folder: string;
  /** What the objects' URLs begin with; no other object is read as a log. */
  readonly root: string;
}

export function makeBulkLogs(
  { folder, root }: BulkLogsOptions,
  { objects, urls, newId }: Pick<Place, "objects" | "urls" | "newId">,
): BulkLogs {
  return {
    async open() {
      await mkdir(folder, { recursive: true });
      return join(folder, `${newId()}.log`);
    },

    async keep({ run, entry, attempt }, file) {
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      const url = size > 0 ? urls(run).log(entry.id, attempt, newId().slice(0, 8)) : undefined;
      if (url !== undefined) await objects.upload(file, url, { contentType: "text/plain; charset=utf-8" });
      await rm(file, { force: true });
      return url;
    },

    async read(log) {
      if (!isObjectUrl(log) || !log.startsWith(root)) return undefined;
      const got = await objects.get(log);
      return got.outcome === "found" ? Buffer.from(got.body).toString("utf8") : undefined;
    },
  };
}
