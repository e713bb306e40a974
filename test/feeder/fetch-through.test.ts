/** What fetch does of itself, over connections that somebody else says how to make. */
import { lookup } from "node:dns";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { fetchThrough } from "../../src/feeder/http/fetch-through.ts";

const TEXT = JSON.stringify({ features: "x".repeat(100_000) });

async function serve(answer: RequestListener) {
  let connections = 0;
  const server = createServer(answer).on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}/items?page=2`;
  return { get: (init: RequestInit = {}) => fetchThrough({ lookup }, url, init), connections: () => connections };
}

test.each([
  ["as it is", undefined, (text: string) => Buffer.from(text)],
  ["with gzip", "gzip", gzipSync],
  ["with gzip, its last bytes missing", "gzip", (text: string) => gzipSync(text).subarray(0, -8)],
  ["with deflate", "deflate", deflateSync],
  ["with brotli", "br", brotliCompressSync],
])("an answer is read that comes %s", async (_how, encoding, compress) => {
  const { get } = await serve((_request, response) => {
    if (encoding !== undefined) response.setHeader("content-encoding", encoding);
    response.end(compress(TEXT));
  });
  expect(await (await get()).text()).toBe(TEXT);
});

test("method, body and headers arrive, and a compressed answer is asked for", async () => {
  const { get } = await serve((request, response) => {
    const { method, url, headers } = request;
    request.on("data", (body) => response.end(JSON.stringify({ method, url, headers, body: String(body) })));
  });
  const response = await get({ method: "POST", body: '{"limit": 1}', headers: { authorization: "secret" } });
  expect(await response.json()).toMatchObject({
    method: "POST",
    url: "/items?page=2",
    body: '{"limit": 1}',
    headers: { authorization: "secret", "accept-encoding": "gzip, br", "content-length": "12" },
  });
});

test("status and headers are the answer's, and a redirect is given and not followed", async () => {
  const { get, connections } = await serve((_request, response) => {
    response.writeHead(307, "Elsewhere", { location: "/there", "set-cookie": ["a=1", "b=2"] }).end("moved");
  });
  const { status, statusText, headers, body } = await get();
  expect([status, statusText, headers.get("location")]).toEqual([307, "Elsewhere", "/there"]);
  expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  await body?.cancel();
  expect(connections()).toBe(1);
});

test("an answer without a body has none, and its connection serves the next one", async () => {
  const { get, connections } = await serve((_request, response) => void response.writeHead(204).end());
  for (let time = 0; time < 2; time++) {
    expect((await get()).body).toBeNull();
    await new Promise(setImmediate);
  }
  expect(connections()).toBe(1);
});

test("a connection serves the next request once its answer is read", async () => {
  const { get, connections } = await serve((_request, response) => void response.end("hello"));
  for (let time = 0; time < 3; time++) {
    await (await get()).text();
    await new Promise(setImmediate);
  }
  expect(connections()).toBe(1);
});

test.each([
  ["", undefined],
  [" that is compressed", "gzip"],
])("who reads no further of an answer%s ends its connection", async (_what, encoding) => {
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const { get } = await serve((request, response) => {
    if (encoding !== undefined) response.setHeader("content-encoding", encoding);
    response.write(encoding === undefined ? "some" : gzipSync("some"));
    request.socket.on("close", ended);
  });
  await (await get()).body?.cancel();
  await end;
});

test("the signal ends a request before and during its answer", async () => {
  for (const begun of [false, true]) {
    const stop = new AbortController();
    const { get } = await serve((_request, response) => {
      if (begun) response.write("some");
      else stop.abort();
    });
    const got = get({ signal: stop.signal }).then((response) => {
      stop.abort();
      return response.text();
    });
    await expect(got).rejects.toThrow();
  }
});

test("a connection that breaks off is told, before and during the answer", async () => {
  for (const begun of [false, true]) {
    const { get } = await serve((request, response) => {
      if (!begun) return void request.socket.destroy();
      response.writeHead(200, { "content-encoding": "gzip" });
      response.write(gzipSync(TEXT).subarray(0, 20), () => request.socket.destroy());
    });
    await expect(get().then((response) => response.text())).rejects.toThrow(/hang up|aborted|ECONNRESET/);
  }
});

test("a server that wants to speak another protocol is told, and not waited for", async () => {
  const { get } = await serve((request) => {
    request.socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n");
  });
  await expect(get()).rejects.toThrow(/101/);
});

test("a status that a server has made up is told, and its connection ended", async () => {
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const { get } = await serve((request, response) => {
    request.socket.on("close", ended);
    response.writeHead(999, "Denied").write("some");
  });
  await expect(get()).rejects.toMatchObject({ name: "UnexpectedAnswer", status: 999 });
  await end;
});

test("what fetch would refuse to ask for is refused", async () => {
  await expect(fetchThrough({ lookup }, "http://me:secret@example.com/", {})).rejects.toThrow(TypeError);
  await expect(fetchThrough({ lookup }, "http://example.com/", { headers: { a: "b\nc" } })).rejects.toThrow(TypeError);
});
