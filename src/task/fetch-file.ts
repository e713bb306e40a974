/** Streams an HTTP(S) URL into a file: capped in size, and never from this machine's own network unless that is allowed. */
import { lookup as resolveName } from "node:dns";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AssetUnavailable, TransientError } from "./errors.ts";
import { showUrl } from "./href.ts";

export interface FetchLimits {
  readonly maxBytes: number;
  /** Milliseconds without a byte after which a server counts as gone. */
  readonly idleMs: number;
  /** Plain HTTP, and addresses of this machine and its private network. */
  readonly allowLocal: boolean;
}

const MOST_REDIRECTS = 5;

export async function fetchFile(url: string, path: string, limits: FetchLimits, signal: AbortSignal): Promise<void> {
  const response = await open(new URL(url), limits, signal, MOST_REDIRECTS);
  try {
    await pipeline(response, capBytes(url, limits.maxBytes), createWriteStream(path), { signal });
  } catch (thrown) {
    await rm(path, { force: true });
    throw signal.aborted || thrown instanceof AssetUnavailable ? thrown : lostConnection(url, thrown);
  }
}

async function open(url: URL, limits: FetchLimits, signal: AbortSignal, redirects: number): Promise<IncomingMessage> {
  if (url.protocol !== "https:" && !limits.allowLocal) {
    throw new AssetUnavailable(`${showUrl(url.href)} is not HTTPS`, { hint: "Use an https:// or s3:// URL." });
  }
  refusePrivate(url, unbracket(url.hostname), limits);
  const response = await request(url, limits, signal);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return response;
  response.destroy();
  const location = response.headers.location;
  if (status >= 300 && status < 400 && location !== undefined && redirects > 0) {
    return open(new URL(location, url), limits, signal, redirects - 1);
  }
  const message = `${showUrl(url.href)} answered ${status} ${response.statusMessage ?? ""}`.trim();
  if (status === 429 || status >= 500) throw new TransientError(message, { hint: "Try again later." });
  throw new AssetUnavailable(message, {
    hint: "Check the asset's href and whether it may be read without credentials.",
  });
}

function request(url: URL, limits: FetchLimits, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === "https:" ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const call = get(url, { signal, timeout: limits.idleMs, lookup: lookupAllowed(url, limits) }, resolve);
    call.on("timeout", () => call.destroy(new Error(`no byte came for ${limits.idleMs / 1000} s`)));
    call.on("error", (thrown) => {
      reject(signal.aborted || thrown instanceof AssetUnavailable ? thrown : lostConnection(url.href, thrown));
    });
  });
}

/** The address is judged where it is connected to: a name checked earlier may by then mean another address. */
function lookupAllowed(url: URL, limits: FetchLimits): LookupFunction {
  return (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, "");
      try {
        for (const { address } of addresses) refusePrivate(url, address, limits);
      } catch (thrown) {
        // refusePrivate throws nothing but AssetUnavailable
        return done(thrown as AssetUnavailable, "");
      }
      const [first] = addresses;
      return options.all || first === undefined ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}

function refusePrivate(url: URL, address: string, limits: FetchLimits): void {
  const family = isIP(address);
  if (family === 0 || limits.allowLocal || !PRIVATE.check(address, family === 6 ? "ipv6" : "ipv4")) return;
  throw new AssetUnavailable(`${showUrl(url.href)} leads to the private address ${address}`, {
    hint: "Give the asset a public URL. For tests on one machine, set CIRRUS_ALLOW_LOCAL_ASSETS=true.",
  });
}

/** Loopback, private, link-local (where the credentials of cloud machines are served), shared and multicast addresses. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv6");
}

function unbracket(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
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

function lostConnection(url: string, thrown: unknown): TransientError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new TransientError(`${showUrl(url)} could not be read: ${reason}`, {
    hint: "Try again later.",
    cause: thrown,
  });
}
