/** Copies a file and makes out the SHA-256 of the copy: as much is in memory for any size. */
import { createHash, hash } from "node:crypto";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import type { CopiedObject } from "../../payload/object-store.ts";
import { sumInThread } from "./sum-thread.ts";
import { sync, syncFile } from "./sync-folders.ts";

/** What a processor's own cache holds; with 1 MiB and four files at a time it took twice as long. */
const CHUNK_BYTES = 256 * 1024;

/** Up to here a copy is read at once, which takes less time than asking another thread to. */
const SMALL_BYTES = 128 * 1024;

/** From here on a thread of its own is worth its start, of about 15 ms. */
const LARGE_BYTES = 64 * 1024 ** 2;

/** Into a new file, which is on the disk when this resolves. */
export async function copyBytes(from: string, to: string, size: number): Promise<CopiedObject> {
  // The kernel copies without bringing the bytes here, and where a file system can share them, it copies nothing.
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  if (size <= SMALL_BYTES) return sumOfSmall(to);
  const [copied] = await Promise.all([size < LARGE_BYTES ? sumOf(to) : sumInThread(to, CHUNK_BYTES), sync(to)]);
  return copied;
}

/** It was written a moment ago and is in memory: only for the disk there is something to wait. */
async function sumOfSmall(path: string): Promise<CopiedObject> {
  const copy = openSync(path, "r");
  try {
    const body = readFileSync(copy);
    await syncFile(copy);
    return { size: body.length, sha256: hash("sha256", body, "hex") };
  } finally {
    closeSync(copy);
  }
}

async function sumOf(path: string): Promise<CopiedObject> {
  const sum = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const copy = await open(path);
  try {
    for (let size = 0; ; ) {
      const { bytesRead } = await copy.read(buffer, 0, CHUNK_BYTES, size);
      if (bytesRead === 0) return { size, sha256: sum.digest("hex") };
      sum.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await copy.close();
  }
}
