/** What feeders read from the web: asked for again where it helps, and told as what came where it does not. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { type HttpPorts, type JsonRequest, makeHttp } from "../../src/feeder/http/http.ts";
import { silentLog } from "../../src/log.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const URL_WITH_SECRET = "https://api.example.com/items?signature=secret";
const NOW = "2030-01-01T00:00:00.000Z";

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
  readonly at: number;
}

/** Answers one after another, the last again and again. */
function makeWorld(answers: readonly (Response | Error | "hang")[], more: Partial<HttpPorts> = {}) {
  const clock = makeVirtualClock(NOW);
  const start = clock.now();
  const asked: Asked[] = [];
  const warnings: string[] = [];
  const http = makeHttp({
    clock,
    random: () => 1,
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
    fetch: async (input, init = {}) => {
      asked.push({ url: String(input), init, at: clock.now() - start });
      const answer = answers[asked.length - 1] ?? answers.at(-1) ?? new Error("none");
      if (answer instanceof Error) throw answer;
      if (answer !== "hang") return answer.clone();
      return new Promise((_resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    },
    ...more,
  });
  const get = (request?: JsonRequest) => http.getJson(URL_WITH_SECRET, request);
  return { get, asked, warnings, seconds: () => asked.map(({ at }) => at / 1000) };
}

function answer(status: number, headers: Record<string, string> = {}, body = ""): Response {
  return new Response(body, { status, headers });
}

function lost(code: string, message = code): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

const OK = new Response('{"ok": true}');

describe("another try", () => {
  test.each([
    ["429 with seconds", answer(429, { "retry-after": "7" }), 7],
    ["429 with a date", answer(429, { "retry-after": "Tue, 01 Jan 2030 00:01:30 GMT" }), 90],
    [
      "a date of a server whose clock is behind",
      answer(429, { "retry-after": "Tue, 01 Jan 2030 00:00:30 GMT", date: "Mon, 31 Dec 2029 23:59:00 GMT" }),
      90,
    ],
    ["a date that is over", answer(503, { "retry-after": "Mon, 31 Dec 2029 00:00:00 GMT" }), 0],
    ["429 that says nothing", answer(429), 1],
    ["what is no date", answer(429, { "retry-after": "soon" }), 1],
    ["502 with a page", answer(502, { "content-type": "text/html" }, "<html>Bad Gateway</html>"), 1],
    ["a lost connection", lost("ECONNRESET", "read ECONNRESET"), 1],
    ["JSON that ends in the middle", new Response('{"features": [{"id": "a"'), 1],
    ["no answer at all", "hang", 121],
  ] as const)("after %s", async (_what, first, seconds) => {
    const { get, seconds: askedAt, warnings } = makeWorld([first, OK]);
    expect(await get()).toEqual({ ok: true });
    expect(askedAt()).toEqual([0, seconds]);
    expect(warnings).toHaveLength(1);
  });

  test("comes later each time, up to a minute, and then the error says how often and why", async () => {
    const { get, seconds } = makeWorld([answer(500)]);
    await expect(get()).rejects.toMatchObject({
      name: "TransientError",
      message: "https://api.example.com/items gave no answer in 9 tries: it answered 500",
    });
    expect(seconds()).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  });

  test("is not waited for when the server asks for hours", async () => {
    const { get, asked } = makeWorld([answer(429, { "retry-after": "7200" })]);
    await expect(get()).rejects.toThrow(/asks to wait 120 minutes/);
    expect(asked).toHaveLength(1);
  });

  test("ends with the run, also in the middle of a wait or of an answer", async () => {
    for (const first of [answer(429, { "retry-after": "600" }), "hang"] as const) {
      const stop = new AbortController();
      const { get } = makeWorld([first], { signal: stop.signal });
      const got = get();
      setImmediate(() => stop.abort(new Error("enough")));
      await expect(got).rejects.toThrow("enough");
    }
  });
});

describe("what asking again does not change is told at once", () => {
  test.each([
    [
      "an HTML page",
      answer(200, { "content-type": "text/html; charset=utf-8" }, "<!DOCTYPE html><title>STAC Browser</title>"),
      /answered with an HTML page \("STAC Browser"\), not with JSON/,
      /Check the URL/,
    ],
    [
      "a page to sign in",
      answer(200, { "content-type": "text/html" }, "<html><head><title>Sign in to your account</title></head></html>"),
      /HTML page \("Sign in to your account"\)/,
      /credentials/,
    ],
    ["nothing", answer(200), /answered with nothing/, /Check the URL/],
    ["text", answer(200, { "content-type": "text/plain" }, "hello"), /answered text\/plain, "hello", not JSON/, /URL/],
    ["401", answer(401, {}, '{"detail": "Not authenticated"}'), /answered 401: Not authenticated/, /credentials/],
    ["403", answer(403), /answered 403/, /credentials/],
    ["404", answer(404, { "content-type": "text/html" }, "<html></html>"), /answered 404/, /Check|check/],
    ["400", answer(400, {}, '{"description": "bad datetime"}'), /answered 400: bad datetime/, /parameters/],
    [
      "an unknown host",
      lost("ENOTFOUND", "getaddrinfo ENOTFOUND api.example.com"),
      /cannot be reached.*ENOTFOUND/,
      /name/,
    ],
    ["a certificate", lost("CERT_HAS_EXPIRED", "certificate has expired"), /certificate has expired/, /certificate/],
    ["a URL that is none", new TypeError("Invalid URL"), /Invalid URL/, /Check the URL/],
  ] as const)("%s", async (_what, came, message, hint) => {
    const { get, asked } = makeWorld([came]);
    const thrown = await get().catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      name: "UnexpectedAnswer",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(thrown).toMatchObject({ message: expect.stringContaining("https://api.example.com/items") });
    expect(JSON.stringify(thrown, ["message", "hint", "stack"])).not.toContain("secret");
    expect(asked).toHaveLength(1);
  });

  test("more bytes than may come", async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    });
    const { get } = makeWorld([], { maxBytes: 1024 * 1024, fetch: async () => new Response(body) });
    await expect(get()).rejects.toThrow("https://api.example.com/items answered with more than 1 MiB");
  });
});

describe("redirects", () => {
  const moved = (location: string) => answer(301, { location });

  test("keep the method and the body", async () => {
    const { get, asked } = makeWorld([moved("/v1/items"), OK]);
    await get({ body: { collections: ["a"] }, headers: { authorization: "Bearer secret" } });
    expect(asked.map(({ url, init }) => [url, init.method, init.body])).toEqual([
      [URL_WITH_SECRET, "POST", '{"collections":["a"]}'],
      ["https://api.example.com/v1/items", "POST", '{"collections":["a"]}'],
    ]);
    expect(asked.at(-1)?.init.headers).toMatchObject({ authorization: "Bearer secret" });
  });

  test("take no credentials to another host", async () => {
    const { get, asked } = makeWorld([moved("https://elsewhere.example.com/"), OK]);
    await get({ headers: { authorization: "Bearer secret" } });
    expect(asked.at(-1)?.init.headers).not.toHaveProperty("authorization");
  });

  test("that do not end are left", async () => {
    const { get, asked } = makeWorld([moved("/again")]);
    await expect(get()).rejects.toThrow(/leads on and on/);
    expect(asked).toHaveLength(6);
  });
});

describe("a real server", () => {
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo; // a server that listens on a port has one of this form
    return `http://127.0.0.1:${port}/`;
  }

  test("that closes connections, cuts bodies and moves away is asked until it answers", async () => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked++;
      if (asked === 1) return void request.socket.destroy();
      if (asked === 2) {
        response.writeHead(200, { "content-length": 1000 });
        return void response.write('{"half":', () => response.destroy());
      }
      if (asked === 3) return void response.writeHead(307, { location: "/moved" }).end();
      response.end(JSON.stringify({ method: request.method, url: request.url }));
    });
    // Its waits are over at once, but for the one that limits an answer.
    const sleep = (ms: number) => (ms > 60_000 ? new Promise<void>(() => {}) : Promise.resolve());
    const http = makeHttp({ clock: { now: Date.now, sleep }, random: () => 0 });
    expect(await http.getJson(url, { body: {} })).toEqual({ method: "POST", url: "/moved" });
    expect(asked).toBe(4);
  });
});

test.each([
  ["that it is given", "https://me:secret@api.example.com/items"],
  ["that it is led to", "https://api.example.com/moved"],
])("a password in a URL %s is neither sent nor shown", async (_how, url) => {
  const asked: string[] = [];
  const { getJson } = makeHttp({
    clock: makeVirtualClock(NOW),
    random: () => 1,
    fetch: async (at, init) => {
      asked.push(new Request(at, init).url);
      return answer(302, { location: "https://me:secret@api.example.com/items" });
    },
  });
  const thrown = await getJson(url).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ name: "UnexpectedAnswer", hint: expect.stringMatching(/Authorization/) });
  expect(inspect(thrown)).not.toMatch(/secret/);
  expect(asked).toEqual(url.includes("secret") ? [] : [url]);
});
