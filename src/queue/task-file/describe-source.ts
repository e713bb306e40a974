/** Where entries came from, as a run keeps it: for people, and to see that a file has not changed without reading it. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { canonicalJson, type JsonObject } from "../../json.ts";
import { isRemote, showSource } from "./fetch-task-file.ts";
import { isModule } from "./formats.ts";
import type { TaskFileOptions } from "./read-task-file.ts";

export function describeSource(options: TaskFileOptions): JsonObject {
  const { file, format, idColumn, start, limit, ids } = options;
  // IDs may be too many to be kept.
  const chosen = ids && createHash("sha256").update(canonicalJson(ids.toSorted())).digest("hex");
  const selection = { format, idColumn, start: start === 1 ? undefined : start, limit, ids: chosen };
  // Members without a value are gone, as they are once it was stored.
  return JSON.parse(JSON.stringify({ ...placeOf(file), ...selection })) as JsonObject;
}

function placeOf(file: string): JsonObject {
  if (file === "-" || isRemote(file)) return { file: showSource(file) };
  const path = resolve(file);
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  // What a module yields can change without the module, and a pipe has no past.
  if (!found?.isFile() || isModule(file)) return { file: path };
  return { file: path, size: Number(found.size), modifiedNs: String(found.mtimeNs) };
}

/** True only where the same bytes of a file would be read in the same way. */
export function isUnchanged(before: JsonObject, now: JsonObject): boolean {
  return now.modifiedNs !== undefined && canonicalJson(before) === canonicalJson(now);
}
