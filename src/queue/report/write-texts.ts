/** Streams texts into a file that is there in full or not at all; compressed where its name ends in `.gz`. */
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { CirrusError } from "../../errors.ts";

export async function writeTexts(file: string, texts: AsyncIterable<string>): Promise<void> {
  // Beside the target, so that the rename stays within one file system.
  const unfinished = `${file}.${randomUUID()}.unfinished`;
  const source = Readable.from(texts);
  const target = () => createWriteStream(unfinished);
  try {
    await (file.endsWith(".gz") ? pipeline(source, createGzip(), target()) : pipeline(source, target()));
    await rename(unfinished, file);
  } catch (thrown) {
    if (!(thrown instanceof Error && "syscall" in thrown)) throw thrown;
    throw new CirrusError(`${file} cannot be written: ${thrown.message}`, {
      hint: "Name a file in a folder that exists and that you may write to.",
      cause: thrown,
    });
  } finally {
    await rm(unfinished, { force: true });
  }
}
