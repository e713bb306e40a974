/**
 * Objects as files: a folder per bucket, a path per key (see object-paths.ts). What is stored is written beside the
 * buckets first and then moved into place, so that nobody ever sees half of it.
 */
import { randomUUID } from "node:crypto";
import { constants, createWriteStream, lstatSync } from "node:fs";
import { copyFile, type FileHandle, link, mkdir, open, rename, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CirrusError } from "../../errors.ts";
import {
  type CopiedObject,
  type GetOutcome,
  locateObject,
  type ObjectHead,
  type ObjectStore,
  type ObjectUrl,
  type PutOptions,
} from "../../payload/object-store.ts";
import { copyBytes } from "./copy-bytes.ts";
import { explainFiles, isLink, isMissing, isTaken } from "./file-failures.ts";
import { isInside } from "./inside-folder.ts";
import { listObjects } from "./object-listing.ts";
import { pathOfKey } from "./object-paths.ts";
import { makeFolderSync, sync } from "./sync-folders.ts";

/** Of files that are being written; no bucket's name begins with a dot. */
const UNFINISHED = ".unfinished";

/** Bytes that are read and written at a time: as many as a processor's own cache holds (see copy-bytes.ts). */
const highWaterMark = 256 * 1024;

export interface EmbeddedObjectStore extends ObjectStore {
  /** The file that the object is or would be kept in. */
  path(url: ObjectUrl): string;
}

/** `directory` is made when the first object is stored. Content types and headers are not kept: nothing here serves them. */
export function makeObjectStore(directory: string): EmbeddedObjectStore {
  const syncFolder = makeFolderSync();

  /** Where the object lies; refuses what no S3 key could be. */
  function locate(url: ObjectUrl): string {
    const { bucket, key } = locateObject(url);
    const { folders, file } = pathOfKey(key);
    return join(directory, bucket, ...folders, file);
  }

  type Opened =
    | { readonly handle: FileHandle; readonly head: ObjectHead; readonly version: string }
    | "missing"
    | "outside";

  async function openObject(url: ObjectUrl): Promise<Opened> {
    const path = locate(url);
    try {
      if (!isInside(directory, dirname(path))) return "outside";
      // Without O_NONBLOCK a pipe would be waited for until somebody writes into it.
      const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stats = await handle.stat();
      // Every body is a new file.
      if (stats.isFile()) return { handle, head: headOf(url, stats), version: `${stats.ino}-${stats.mtimeMs}` };
      await handle.close();
      return "missing";
    } catch (thrown) {
      if (isMissing(thrown)) return "missing";
      if (isLink(thrown)) return "outside";
      throw explainFiles(thrown, directory);
    }
  }

  /** Of the file that the object is kept in, without opening it; undefined where there is none, or none that may be read. */
  function sizeOf(url: ObjectUrl): number | undefined {
    const path = locate(url);
    try {
      const stats = isInside(directory, dirname(path)) ? lstatSync(path) : undefined;
      return stats?.isFile() ? stats.size : undefined;
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
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
      if (!isInside(directory, dirname(path))) throw outside(url);
      const move = ifAbsent ? linkNew : replace;
      const { done, made } = await inFolder(path, () => move(unfinished, path));
      if (!done) return "exists";
      moved = !ifAbsent;
      // The name is in the folder's data: without this a power cut may lose the file, not only its latest bytes.
      await Promise.all(foldersToSync(path, made).map(syncFolder));
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

    async openRead(url, { start = 0, end = Number.POSITIVE_INFINITY } = {}) {
      const opened = await openObject(url);
      if (opened === "missing") return undefined;
      if (opened === "outside") throw outside(url);
      const { handle, head, version } = opened;
      const last = Math.min(end, head.size - 1);
      if (last >= start) return { head, version, body: handle.createReadStream({ start, end: last, highWaterMark }) };
      await handle.close();
      return { head, version, body: Readable.from([]) };
    },

    async write(url, body, options = {}) {
      // What has been read of the body once cannot be written a second time into a folder made meanwhile.
      await mkdir(join(directory, UNFINISHED), { recursive: true }).catch((thrown: unknown) => {
        throw explainFiles(thrown, directory);
      });
      await store(url, (path) => writeStream(path, body), options);
    },

    async copy(from, to, { accept } = {}) {
      const size = sizeOf(from);
      if (size === undefined) return { outcome: "not-here" };
      let copied: CopiedObject = { size: 0, sha256: "" };
      const fill = async (path: string) => {
        copied = await copyBytes(locate(from), path, size);
        accept?.(copied);
      };
      await store(to, fill, {});
      return { outcome: "copied", ...copied };
    },

    list: (prefix) => listObjects(directory, prefix),

    async remove(url) {
      const path = locate(url);
      try {
        if (!isInside(directory, dirname(path))) throw outside(url);
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

async function writeStream(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  await pipeline(body, createWriteStream(path, { flags: "wx", flush: true, highWaterMark }));
}

/** Makes the folder where it is not there: mostly it is. */
async function inFolder(
  path: string,
  act: () => Promise<boolean>,
): Promise<{ done: boolean; made?: string | undefined }> {
  try {
    return { done: await act() };
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    const made = await mkdir(dirname(path), { recursive: true });
    return { done: await act(), made };
  }
}

async function replace(from: string, to: string): Promise<true> {
  await rename(from, to);
  return true;
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

function outside(url: string): CirrusError {
  return new CirrusError(`A symbolic link leads ${url} out of the folder of the objects.`, {
    where: url,
    hint: "Remove the link, or put the files themselves in its place.",
  });
}
