/** What an item says of an asset's bytes, held against those that come. */
import { createHash, type Hash } from "node:crypto";
import { AssetUnreadable } from "../errors.ts";
import type { Asset } from "../item.ts";
import { type FileInfo, sha256Checksum } from "./checksum.ts";

export interface Expected {
  readonly size: number | undefined;
  /** A multihash; undefined too where it is of a kind that cannot be computed here. */
  readonly checksum: { readonly text: string; readonly algorithm: string } | undefined;
}

/** Codes of multihash as they stand at the beginning of its hexadecimal text, with the length of the sum behind them. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  "1114": "sha1",
  "1220": "sha256",
  "1340": "sha512",
  "2030": "sha384",
  "1440": "sha3-512",
  "1530": "sha3-384",
  "1620": "sha3-256",
  "171c": "sha3-224",
  d50110: "md5",
};

export function expectedOf(asset: Asset): Expected {
  const { "file:size": size, "file:checksum": checksum } = asset;
  const text = typeof checksum === "string" ? checksum.toLowerCase() : "";
  const [, algorithm] = Object.entries(ALGORITHMS).find(([prefix]) => text.startsWith(prefix)) ?? [];
  return {
    size: typeof size === "number" ? size : undefined,
    checksum: algorithm === undefined ? undefined : { text, algorithm },
  };
}

/** Throws AssetUnreadable. `url` is shown as it is: without a signature. */
export function compare(url: string, expected: Expected, found: { size: number; checksum?: string | undefined }): void {
  if (expected.size !== undefined && found.size !== expected.size) {
    const fault = found.size < expected.size ? "; it is cut off, or another file" : "";
    throw differs(`${url} has ${found.size} bytes, and file:size of the item says ${expected.size}${fault}`);
  }
  if (expected.checksum !== undefined && found.checksum !== expected.checksum.text) {
    throw differs(
      `${url} has the checksum ${found.checksum}, and file:checksum of the item says ${expected.checksum.text}`,
    );
  }
}

function differs(message: string): AssetUnreadable {
  return new AssetUnreadable(message, {
    hint: "The file was damaged, or replaced after the item was written: get the item anew. To take the file as it is, remove file:checksum and file:size from the asset.",
  });
}

export interface Measured {
  /** The same bytes; they end with AssetUnreadable where they are not those that are expected. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Once they have all come. */
  info(): FileInfo;
}

/** `came` is told of every chunk, and may refuse it by throwing. */
export function measure(
  source: AsyncIterable<Uint8Array>,
  { url, expected, came }: { url: string; expected: Expected; came(bytes: number): void | Promise<void> },
): Measured {
  const sha256 = createHash("sha256");
  const other = otherHash(expected);
  let size = 0;
  let sum = "";

  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      size += chunk.length;
      // A body without an end is not read to it.
      if (size > (expected.size ?? size)) {
        throw differs(`${url} has more bytes than the ${expected.size} that file:size of the item says`);
      }
      await came(chunk.length);
      sha256.update(chunk);
      other?.hash.update(chunk);
      yield chunk;
    }
    sum = sha256Checksum(sha256.digest("hex"));
    compare(url, expected, { size, checksum: other === undefined ? sum : other.prefix + other.hash.digest("hex") });
  }

  return { bytes: bytes(), info: () => ({ "file:size": size, "file:checksum": sum }) };
}

/** SHA-256 is computed anyway. */
function otherHash({ checksum }: Expected): { readonly hash: Hash; readonly prefix: string } | undefined {
  if (checksum === undefined || checksum.algorithm === "sha256") return undefined;
  const [prefix = ""] = Object.entries(ALGORITHMS).find(([, name]) => name === checksum.algorithm) ?? [];
  return { hash: createHash(checksum.algorithm), prefix };
}
