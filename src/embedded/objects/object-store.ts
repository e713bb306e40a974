/**
 * Objects as files: a folder per bucket, a path per key (see object-paths.ts). What is stored is written beside the
 * buckets first and then moved into place, so that nobody ever sees half of it.
 */
import { randomUUID } from "node:crypto";
import { constants, createWriteStream } from "node:fs";
import { copyFile, type FileHandle, link, mkdir, open, rename, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CirrusError, EXIT } from "../../errors.ts";
import {
  type GetOutcome,
  isObjectUrl,
  type ObjectHead,
  type ObjectStore,
  type ObjectUrl,
  type PutOptions,
  parseObjectUrl,
} from "../../payload/object-store.ts";
import { explainFiles, isLink, isMissing, isTaken } from "./file-failures.ts";
import { isInside } from "./inside-folder.ts";
import { listObjects } from "./object-listing.ts";
import { pathOfKey } from "./object-paths.ts";

/** S3's limit for a key, in bytes. */
const MAX_KEY_BYTES = 1024;

/** Of files that are being written; no bucket's name begins with a dot. */
const UNFINISHED = ".unfinished";

export interface EmbeddedObjectStore extends ObjectStore {
  /** The file that the object is or would be kept in. */
  path(url: ObjectUrl): string;
}

/** `directory` is made when the first object is stored. Content types and headers are not kept: nothing here serves them. */
export function makeObjectStore(directory: string): EmbeddedObjectStore {
  /** Where the object lies; refuses what no S3 key could be. */
  function locate(url: ObjectUrl): string {
    if (!isObjectUrl(url)) throw badUrl(url, "it is not of the form s3://bucket/key");
    const { bucket, key } = parseObjectUrl(url);
    if (!key.isWellFormed()) throw badUrl(url, "its key is not well-formed Unicode");
    if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw badUrl(url, `its key is longer than ${MAX_KEY_BYTES} bytes`);
    const { folders, file } = pathOfKey(key);
    return join(directory, bucket, ...folders, file);
  }

  type Opened = { readonly handle: FileHandle; readonly head: ObjectHead } | "missing" | "outside";

  async function openObject(url: ObjectUrl): Promise<Opened> {
    const path = locate(url);
    try {
      if (!(await isInside(directory, dirname(path)))) return "outside";
      // Without O_NONBLOCK a pipe would be waited for until somebody writes into it.
      const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stats = await handle.stat();
      if (stats.isFile()) return { handle, head: headOf(url, stats) };
      await handle.close();
      return "missing";
    } catch (thrown) {
      if (isMissing(thrown)) return "missing";
      if (isLink(thrown)) return "outside";
      throw explainFiles(thrown, directory);
    }
  }

  /** Fills a new file with `write`, which syncs it, and moves it to where `url` says. */
  async function store(
    url: ObjectUrl,
    write: (path: string) => Promise<void>,
    { ifAbsent = false }: PutOptions,
  ): Promise<"stored" | "exists"> {
    const path = locate(url);
    const unfinished = join(directory, UNFINISHED, randomUUID());
    let moved = false;
    try {
      await writeUnfinished(unfinished, write);
      if (!(await isInside(directory, dirname(path)))) throw outside(url);
      const made = await mkdir(dirname(path), { recursive: true });
      if (ifAbsent && !(await linkNew(unfinished, path))) return "exists";
      if (!ifAbsent) await rename(unfinished, path);
      moved = !ifAbsent;
      // The name is in the folder's data: without this a power cut may lose the file, not only its latest bytes.
      await Promise.all(foldersToSync(path, made).map(sync));
      return "stored";
    } catch (thrown) {
      throw explainFiles(thrown, directory);
    } finally {
      if (!moved) await rm(unfinished, { force: true });
    }
  }

  return {
    path: locate,
    async get(url, { maxBytes = Number.POSITIVE_INFINITY } = {}): Promise<GetOutcome> {
      const opened = await openObject(url);
      if (opened === "missing") return { outcome: "missing" };
      if (opened === "outside") return { outcome: "denied", message: outside(url).message };
      const { handle, head } = opened;
      try {
        if (head.size > maxBytes) return { outcome: "too-large", size: head.size };
        return { outcome: "found", body: await handle.readFile(), head };
      } finally {
        await handle.close();
      }
    },

    async head(url) {
      const opened = await openObject(url);
      if (opened === "missing" || opened === "outside") return undefined;
      await opened.handle.close();
      return opened.head;
    },

    put: (url, body, options = {}) => store(url, (path) => writeBody(path, body), options),

    async download(url, path) {
      const opened = await openObject(url);
      if (opened === "missing") return false;
      if (opened === "outside") throw outside(url);
      await pipeline(opened.handle.createReadStream(), createWriteStream(path));
      return true;
    },

    async upload(path, url, options = {}) {
      await store(url, (unfinished) => copyFile(path, unfinished).then(() => sync(unfinished)), options);
    },

    list: (prefix) => listObjects(directory, prefix),

    async remove(url) {
      const path = locate(url);
      try {
        if (!(await isInside(directory, dirname(path)))) throw outside(url);
        await unlink(path);
      } catch (thrown) {
        if (!isMissing(thrown)) throw explainFiles(thrown, directory);
      }
    },
  };
}

function headOf(url: ObjectUrl, { size, mtime }: { size: number; mtime: Date }): ObjectHead {
  return { url, size, modified: mtime.toISOString() };
}

/** The folder is there in all cases but the first. */
async function writeUnfinished(path: string, write: (path: string) => Promise<void>): Promise<void> {
  try {
    await write(path);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    await mkdir(dirname(path), { recursive: true });
    await write(path);
  }
}

async function writeBody(path: string, body: Uint8Array | string): Promise<void> {
  const handle = await open(path, "wx");
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** False where something is there already. A link, unlike a rename, never replaces. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (thrown) {
    if (isTaken(thrown)) return false;
    throw thrown;
  }
}

/** The file's own folder, and those above it up to the one that the first new folder was made in. */
function foldersToSync(path: string, firstMade: string | undefined): string[] {
  const folders = [dirname(path)];
  const last = firstMade === undefined ? dirname(path) : dirname(firstMade);
  for (let folder = dirname(path); folder !== last; ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

function badUrl(url: string, why: string): CirrusError {
  return new CirrusError(`The object URL ${JSON.stringify(url.slice(0, 200))} cannot be used: ${why}.`, {
    hint: "Write it as s3://bucket/key with a key of at most 1,024 bytes.",
    exitCode: EXIT.usage,
  });
}

function outside(url: string): CirrusError {
  return new CirrusError(`A symbolic link leads ${url} out of the folder of the objects.`, {
    where: url,
    hint: "Remove the link, or put the files themselves in its place.",
  });
}
