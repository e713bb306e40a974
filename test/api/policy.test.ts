/** What holds for every route alike. */
import { describe, expect, test } from "vitest";
import { makeApiWorld } from "./api-world.ts";

describe("pages of other sites", () => {
  const ask = (corsOrigins: readonly string[], Origin: string) =>
    makeApiWorld({ settings: { corsOrigins } }).request("/v1/info", { headers: { Origin } });

  test("may not read, unless their origin is configured", async () => {
    const closed = await ask([], "https://app.example");
    expect(closed.headers.get("Access-Control-Allow-Origin")).toBeNull();
    const open = await ask(["https://app.example"], "https://app.example");
    expect(open.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example");
    expect(open.headers.get("Access-Control-Allow-Credentials")).toBeNull();
    const other = await ask(["https://app.example"], "https://evil.example");
    expect(other.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });
});

test("answers are kept by whoever asked alone, and asked for again each time", async () => {
  const { request } = makeApiWorld();
  const first = await request("/v1/payloads");
  expect(first.headers.get("Cache-Control")).toBe("private, no-cache");
  const tag = first.headers.get("ETag") ?? "";
  expect((await request("/v1/payloads", { headers: { "If-None-Match": tag } })).status).toBe(304);
  const wrong = await request("/v1/payloads?limit=0");
  expect(wrong.headers.get("ETag")).toBeNull();
  expect(wrong.headers.get("Cache-Control")).toBe("no-store");
});
