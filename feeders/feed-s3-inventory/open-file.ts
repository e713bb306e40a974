/**
 * An inventory file to be read in parts. Each part is one request that is read at once: of a run that is slowed down by its
 * rate, S3 would close a single one that waits for minutes.
 */
import { CirrusError, InvalidInput, type ObjectStore, type ObjectUrl } from "cirrus-pipeline/feeder";

export interface OpenFile {
  readonly size: number;
  /** From `start` up to, but not including, `end`. */
  slice(start: number, end: number): Promise<Uint8Array>;
  /** The whole file, one part after another. */
  parts(): AsyncGenerator<Uint8Array>;
}

const PART_BYTES = 8 * 1024 * 1024;

/** `expected`: what its manifest says of the size. */
export async function openFile(url: ObjectUrl, objects: ObjectStore, expected?: number): Promise<OpenFile> {
  const head = await objects.head(url);
  if (head === undefined) {
    throw new InvalidInput(`There is no inventory file ${url}.`, {
      hint: "Inventories are often removed after some days: take a newer one.",
    });
  }
  const { size } = head;
  if (expected !== undefined && expected !== size) {
    throw new CirrusError(`${url} has ${size} bytes, and its manifest says ${expected}.`, {
      hint: "It was replaced or cut off: take another inventory.",
    });
  }
  let version: string | undefined;

  async function slice(start: number, end: number): Promise<Uint8Array> {
    if (end <= start) return new Uint8Array();
    const opened = await objects.openRead(url, { start, end: end - 1 });
    if (opened === undefined || (version !== undefined && opened.version !== version)) {
      opened?.body.destroy();
      throw new CirrusError(`${url} was replaced while it was read.`, { hint: "Start the feeder again." });
    }
    version = opened.version;
    const parts: Uint8Array[] = [];
    for await (const part of opened.body) parts.push(part);
    return Buffer.concat(parts);
  }

  return {
    size,
    slice,
    async *parts() {
      for (let start = 0; start < size; start += PART_BYTES)
        yield await slice(start, Math.min(size, start + PART_BYTES));
    },
  };
}
