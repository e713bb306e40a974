/** Streams an HTTP(S) URL into a file, capped in size. */
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { showUrl } from "../assets/href.ts";
import { type HttpLimits, openHttp } from "../assets/open-http.ts";
import { AssetUnavailable } from "../errors.ts";

export interface FetchLimits extends HttpLimits {
  readonly maxBytes: number;
}

export async function fetchFile(url: string, path: string, limits: FetchLimits, signal: AbortSignal): Promise<void> {
  const { body, explain } = await openHttp(url, 0, limits, signal);
  try {
    await pipeline(body, capBytes(url, limits.maxBytes), createWriteStream(path), { signal });
  } catch (thrown) {
    await rm(path, { force: true });
    throw signal.aborted ? thrown : explain(thrown);
  }
}

function capBytes(url: string, maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxBytes) return done(null, chunk);
      done(new AssetUnavailable(`${showUrl(url)} is larger than ${maxBytes} bytes`, { hint: "Use a smaller asset." }));
    },
  });
}
