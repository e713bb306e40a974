/** Size and checksum of a file, as STAC's file extension writes them. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { declareExtension } from "../extensions.ts";
import type { Item } from "../item.ts";

const FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json";

/** Multihash: 0x12 says SHA-256, 0x20 says 32 bytes. */
const SHA256_MULTIHASH = "1220";

export interface FileInfo {
  readonly "file:size": number;
  readonly "file:checksum": string;
}

export function sha256Checksum(hex: string): string {
  return SHA256_MULTIHASH + hex;
}

export async function describeFile(path: string): Promise<FileInfo> {
  const hash = createHash("sha256");
  let size = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  return { "file:size": size, "file:checksum": sha256Checksum(hash.digest("hex")) };
}

export function declareFileExtension(item: Item): void {
  declareExtension(item, FILE_EXTENSION);
}
