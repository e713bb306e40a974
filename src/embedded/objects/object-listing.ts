/** Lists objects in the order of their keys, one folder in memory at a time. */
import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectHead, ObjectUrl } from "../../payload/object-store.ts";
import { parseObjectUrl } from "../../payload/object-store.ts";
import { explainFiles, isMissing } from "./file-failures.ts";
import { isInside } from "./inside-folder.ts";
import { foldersOfKey, isPart, joinParts, segmentOfName } from "./object-paths.ts";

/** A file or a folder, by the text that its keys begin with: the whole key of a file, a folder's with a slash. */
interface Entry {
  readonly key: string;
  readonly path: string;
  readonly kind: "file" | "folder";
}

/** `prefix` may end anywhere within a key, and may be a bucket alone (`s3://bucket/`). */
export async function* listObjects(directory: string, prefix: ObjectUrl): AsyncIterable<ObjectHead> {
  const { bucket, key } = parseObjectUrl(prefix);
  if (!/^[a-z0-9][a-z0-9.-]+$/.test(bucket)) return;
  // Every key with this prefix lies in the folder of its last slash.
  const folders = key.split("/").slice(0, -1);
  const start = join(directory, bucket, ...foldersOfKey(folders));
  const root = folders.map((folder) => `${folder}/`).join("");
  try {
    if (!(await isInside(directory, start))) return;
    for await (const { key: found, path } of walk(start, root, key)) {
      const stats = await lstat(path).catch((thrown: unknown) =>
        isMissing(thrown) ? undefined : Promise.reject(thrown),
      );
      // It was removed since its folder was read.
      if (stats === undefined) continue;
      yield { url: `s3://${bucket}/${found}`, size: stats.size, modified: stats.mtime.toISOString() };
    }
  } catch (thrown) {
    // Before the first object is stored there is no folder at all.
    if (!isMissing(thrown)) throw explainFiles(thrown, directory);
  }
}

async function* walk(folder: string, root: string, prefix: string): AsyncIterable<Entry> {
  const entries = await readEntries(folder, root);
  const wanted = entries.filter(({ key }) => key.startsWith(prefix));
  for (const entry of wanted.sort(byKey)) {
    if (entry.kind === "file") yield entry;
    else yield* walk(entry.path, entry.key, prefix);
  }
}

/** S3's order: that of the keys' bytes. */
function byKey(a: Entry, b: Entry): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

/** What a folder holds, the parts of long names put together; links and what no key leads to are left out. */
async function readEntries(folder: string, root: string, before: readonly string[] = []): Promise<Entry[]> {
  const found = await read(folder);
  const entries: Entry[] = [];
  for (const dirent of found) {
    const path = join(folder, dirent.name);
    const parts = [...before, dirent.name];
    if (dirent.isDirectory() && isPart(dirent.name)) {
      entries.push(...(await readEntries(path, root, parts)));
    } else if (dirent.isFile()) {
      const segment = segmentOfName(joinParts(parts), "file");
      if (segment !== undefined) entries.push({ kind: "file", key: root + segment, path });
    } else if (dirent.isDirectory()) {
      const segment = segmentOfName(joinParts(parts), "folder");
      if (segment !== undefined) entries.push({ kind: "folder", key: `${root}${segment}/`, path });
    }
  }
  return entries;
}

async function read(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}
