/**
 * fetch over a connection that the caller says how to make: fetch itself lets nobody judge where it leads. As much of it as
 * reading JSON needs, and redirects are never followed.
 */
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline, Readable } from "node:stream";
import { constants, createBrotliDecompress, createUnzip } from "node:zlib";
import { type Connection, refuseUpgrade } from "../../task/assets/public-connection.ts";
import { refusal } from "./unexpected-answer.ts";

/** As long as fetch waits for one. */
const CONNECT_MS = 10_000;

/** Answers that have no body, and for which a Response takes none. */
const BODILESS = new Set([204, 205, 304]);

export async function fetchThrough(connection: Connection, url: string, init: RequestInit): Promise<Response> {
  // It refuses the URLs and headers that fetch refuses.
  const asked = new Request(url, init);
  const response = await send(asked, await asked.text(), connection, init.signal ?? undefined);
  const { statusCode: status = 0, statusMessage: statusText = "", headersDistinct } = response;
  // A Response takes no other, and some servers make up their own: 999 for "too many".
  if (status < 200 || status > 599) {
    response.destroy();
    throw refusal(url, { status, statusText }, "");
  }
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const body = decoded(response);
  if (BODILESS.has(status)) body.resume();
  return new Response(BODILESS.has(status) ? null : asWebStream(body), { status, statusText, headers });
}

function send({ url, method, headers }: Request, body: string, connection: Connection, signal?: AbortSignal) {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  // Some servers refuse who does not say what it is.
  const own = { "user-agent": "node", "accept-encoding": "gzip, br" };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, headers: { ...own, ...Object.fromEntries(headers) }, signal };
    const call = request(url, { ...options, ...connection, timeout: CONNECT_MS }, resolve);
    call.on("timeout", () => call.destroy(new Error(`no connection came about within ${CONNECT_MS / 1000} s`)));
    // From here on it is the answer that takes its time, for which the caller has a limit.
    call.on("finish", () => call.setTimeout(0));
    call.on("error", reject);
    refuseUpgrade(call);
    call.end(body);
  });
}

function decoded(response: IncomingMessage): Readable {
  const decoder = decoderOf(response.headers["content-encoding"]);
  // Who reads the decoded bytes is told of what goes wrong; who reads no further ends the connection.
  return decoder === undefined ? response : pipeline(response, decoder, () => {});
}

/** As for fetch, what is compressed and lacks its last bytes is given as far as it goes. */
function decoderOf(encoding = "") {
  if (/^(x-)?gzip$|^deflate$/i.test(encoding)) return createUnzip({ finishFlush: constants.Z_SYNC_FLUSH });
  if (/^br$/i.test(encoding)) return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
  return undefined;
}

/** Cancelling it ends the connection, also before anything was read. */
function asWebStream(body: Readable): ReadableStream<Uint8Array> {
  // The types of node:stream/web and of the global are declared apart, and are the same at run time.
  return Readable.toWeb(body) as ReadableStream<Uint8Array>;
}
