/** Opens an HTTP(S) URL to be read: never one of this machine's own network, unless that is allowed. */
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { AssetUnavailable, TransientError } from "../errors.ts";
import { ServerBusy } from "../retry.ts";
import { retryAfterMs } from "../retry-after.ts";
import { showUrl } from "./href.ts";
import { isPrivate } from "./private-addresses.ts";
import { PrivateAddress, publicConnection, refuseUpgrade } from "./public-connection.ts";
import type { Opened } from "./source.ts";

export interface HttpLimits {
  /** Milliseconds without a byte after which a server counts as gone. */
  readonly idleMs: number;
  /** Plain HTTP, and addresses of this machine and its private network. */
  readonly allowLocal: boolean;
  /** An HTML page may be what is asked for. */
  readonly allowPages?: boolean | undefined;
}

const MOST_REDIRECTS = 5;

/** From the offset `start` on, where the server knows ranges; else from the beginning. */
export async function openHttp(url: string, start: number, limits: HttpLimits, signal: AbortSignal): Promise<Opened> {
  const response = await follow(new URL(url), start, limits, signal, MOST_REDIRECTS);
  const { headers, statusCode } = response;
  const partial = statusCode === 206;
  const [, first, whole] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
  // What comes would be taken for other bytes of the file than it is.
  if (partial && Number(first) !== start) {
    response.destroy();
    throw lostConnection(url, new Error(`it was asked for bytes from ${start} on, and sent others`));
  }
  const size = partial ? whole : headers["content-length"];
  return {
    body: response,
    start: partial ? start : 0,
    size: size === undefined || size === "*" ? undefined : Number(size),
    version: versionOf(response),
    explain: (thrown) => (thrown instanceof AssetUnavailable ? thrown : lostConnection(url, thrown)),
  };
}

/** A weak tag stands for what means the same, byte for byte or not. */
function versionOf({ headers: { etag, "last-modified": modified } }: IncomingMessage): string | undefined {
  return etag === undefined || etag.startsWith("W/") ? modified : etag;
}

async function follow(
  url: URL,
  start: number,
  limits: HttpLimits,
  signal: AbortSignal,
  redirects: number,
): Promise<IncomingMessage> {
  if (url.protocol !== "https:" && !limits.allowLocal) {
    throw new AssetUnavailable(`${showUrl(url.href)} is not HTTPS`, { hint: "Use an https:// or s3:// URL." });
  }
  if (!limits.allowLocal && isPrivate(url.hostname)) throw leadsInside(url, url.hostname);
  const response = await request(url, start, limits, signal);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return limits.allowPages ? response : refuseSignIn(url, response);
  response.destroy();
  const location = response.headers.location;
  if (status >= 300 && status < 400 && location !== undefined && redirects > 0 && leadsOn(location, url)) {
    return follow(new URL(location, url), start, limits, signal, redirects - 1);
  }
  throw refusal(url, response);
}

function leadsOn(location: string, from: URL): boolean {
  return URL.canParse(location, from.href) && /^https?:$/.test(new URL(location, from).protocol);
}

function refusal(url: URL, { statusCode: status = 0, statusMessage = "", headers }: IncomingMessage): Error {
  const message = `${showUrl(url.href)} answered ${status} ${statusMessage}`.trim();
  if (status === 429 || status >= 500) {
    const waitMs = retryAfterMs(headers["retry-after"], headers.date, Date.now());
    return new ServerBusy(message, { retryAfterMs: waitMs, hint: "Try again later." });
  }
  const hint =
    status === 404 || status === 410
      ? "Check the asset's href, and whether the provider has moved or removed the file."
      : status === 401 || status === 403
        ? "Check whether it may be read without credentials, and that a signed URL has not expired."
        : "Check the asset's href and whether it may be read without credentials.";
  return new AssetUnavailable(message, { hint });
}

/** Providers answer with a page to sign in at where a file was asked for, and call it a success. */
function refuseSignIn(url: URL, response: IncomingMessage): IncomingMessage {
  const isPage = /^\s*(text\/html|application\/xhtml)/i.test(response.headers["content-type"] ?? "");
  if (!isPage || /(\.x?html?|\/)$/i.test(url.pathname)) return response;
  response.destroy();
  throw new AssetUnavailable(`${showUrl(url.href)} answered with an HTML page and not with a file`, {
    hint: "It may ask for a sign-in: open it in a browser, and give the asset a URL that leads to the file itself.",
  });
}

function request(url: URL, start: number, limits: HttpLimits, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === "https:" ? getHttps : getHttp;
  const headers = start === 0 ? {} : { range: `bytes=${start}-` };
  return new Promise((resolve, reject) => {
    const connection = limits.allowLocal ? {} : publicConnection(url.href);
    const call = get(url, { signal, headers, timeout: limits.idleMs, ...connection }, resolve);
    refuseUpgrade(call);
    call.on("timeout", () => call.destroy(new Error(`no byte came for ${limits.idleMs / 1000} s`)));
    call.on("error", (thrown) => {
      if (signal.aborted) return reject(thrown);
      reject(thrown instanceof PrivateAddress ? leadsInside(url, thrown.address) : lostConnection(url.href, thrown));
    });
  });
}

function leadsInside(url: URL, address: string): AssetUnavailable {
  return new AssetUnavailable(`${showUrl(url.href)} leads to the private address ${address}`, {
    hint: "Give the asset a public URL. For tests on one machine, set CIRRUS_ALLOW_LOCAL_ASSETS=true.",
  });
}

function lostConnection(url: string, thrown: unknown): TransientError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new TransientError(`${showUrl(url)} could not be read: ${reason}`, {
    hint: "Try again later.",
    cause: thrown,
  });
}
