/** Lists objects in the order of their keys, one folder in memory at a time. */
import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectHead, ObjectUrl } from "../../payload/object-store.ts";
import { MAX_KEY_BYTES, parseObjectUrl } from "../../payload/object-store.ts";
import { explainFiles, isMissing } from "./file-failures.ts";
import { isInside } from "./inside-folder.ts";
import { foldersOfKey, isPart, joinParts, segmentOfName } from "./object-paths.ts";

/** A file or a folder, by the text that its keys begin with: the whole key of a file, a folder's with a slash. */
interface Entry {
  readonly key: string;
  readonly path: string;
  readonly kind: "file" | "folder";
}

/** An object, or a folder that holds some, by the text that their keys begin with. */
export type Listed =
  | {
      readonly kind: "object";
      readonly key: string;
      readonly head: ObjectHead;
      /** When its file came to be as it is here, in milliseconds since 1970. */
      readonly changed: number;
    }
  | { readonly kind: "folder"; readonly key: string };

export interface ListingOptions {
  /** Only what comes behind this key. */
  readonly after?: string;
  /** Folders are told, and not looked into. */
  readonly shallow?: boolean;
}

/** `prefix` may end anywhere within a key, and may be a bucket alone (`s3://bucket/`). */
export async function* listObjects(directory: string, prefix: ObjectUrl): AsyncIterable<ObjectHead> {
  for await (const listed of listEntries(directory, prefix)) if (listed.kind === "object") yield listed.head;
}

/** The same, a part at a time. */
export async function* listEntries(
  directory: string,
  prefix: ObjectUrl,
  options: ListingOptions = {},
): AsyncIterable<Listed> {
  const { bucket, key } = parseObjectUrl(prefix);
  if (!/^[a-z0-9][a-z0-9.-]+$/.test(bucket)) return;
  // Every key with this prefix lies in the folder of its last slash.
  const folders = key.split("/").slice(0, -1);
  const start = join(directory, bucket, ...foldersOfKey(folders));
  const root = folders.map((folder) => `${folder}/`).join("");
  try {
    if (!isInside(directory, start)) return;
    for await (const { kind, key: found, path } of walk(start, root, key, options)) {
      if (kind === "folder") {
        yield { kind, key: found };
        continue;
      }
      const stats = await lstat(path).catch((thrown: unknown) =>
        isMissing(thrown) ? undefined : Promise.reject(thrown),
      );
      // It was removed since its folder was read.
      if (stats === undefined) continue;
      const head = { url: `s3://${bucket}/${found}`, size: stats.size, modified: stats.mtime.toISOString() } as const;
      yield { kind: "object", key: found, head, changed: stats.ctimeMs };
    }
  } catch (thrown) {
    // Before the first object is stored there is no folder at all.
    if (!isMissing(thrown)) throw explainFiles(thrown, directory);
  }
}

async function* walk(folder: string, root: string, prefix: string, options: ListingOptions): AsyncIterable<Entry> {
  const { after = "", shallow = false } = options;
  const entries = await readEntries(folder, root);
  // Paths may be longer than keys: what lies so deep is no object.
  const wanted = entries.filter(({ key }) => key.startsWith(prefix) && Buffer.byteLength(key) <= MAX_KEY_BYTES);
  for (const entry of wanted.sort(byKey)) {
    const behind = compareKeys(entry.key, after) > 0;
    if (entry.kind === "file" || shallow) {
      if (behind && (entry.kind === "file" || (await holdsFiles(entry)))) yield entry;
    } else if (behind || after.startsWith(entry.key)) yield* walk(entry.path, entry.key, prefix, options);
  }
}

/** What was removed leaves its folders behind. */
async function holdsFiles({ path, key }: Entry): Promise<boolean> {
  for await (const _file of walk(path, key, "", {})) return true;
  return false;
}

/** S3's order: that of the keys' bytes. */
function byKey(a: Entry, b: Entry): number {
  return compareKeys(a.key, b.key);
}

export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
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
