/** Searches among items of real providers, and what the feeder says to APIs that are none. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "cirrus-pipeline/feeder";
import { type TestAnswer, testFeeder } from "cirrus-pipeline/testing";
import { describe, expect, test } from "vitest";
import { handler } from "./handler.ts";

interface RealItem extends JsonObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

const FIXTURES = join(import.meta.dirname, "../../test/fixtures/items");
const items: readonly RealItem[] = readdirSync(FIXTURES)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(FIXTURES, name), "utf8")));

const API = "https://stac.example.com/v1";
const LANDING = {
  type: "Catalog",
  links: [
    { rel: "search", href: `${API}/search`, method: "GET" },
    { rel: "search", href: `${API}/search`, method: "POST" },
  ],
};

const event = { url: API, workflow: "mirror" };

/** An API over the fixtures: pages of three, and a note of every search. */
function searchAmong(searches: unknown[] = []): (request: Request) => Promise<TestAnswer> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1") return LANDING;
    if (pathname !== "/v1/search") return new Response("{}", { status: 404 });
    const body = JSON.parse(await request.text());
    searches.push(body);
    const found = items.filter(({ properties }) => touches(properties, body.datetime));
    const from = Number(body.token ?? 0);
    const features = found.slice(from, from + Math.min(body.limit, 3));
    const token = String(from + features.length);
    const next = { rel: "next", href: `${API}/search`, method: "POST", body: { token }, merge: true };
    return {
      type: "FeatureCollection",
      features,
      numberMatched: found.length,
      links: found[Number(token)] ? [next] : [],
    };
  };
}

function touches({ datetime, start_datetime, end_datetime }: RealItem["properties"], interval = "../.."): boolean {
  const [begin, end] = interval.split("/");
  const first = Date.parse(start_datetime ?? datetime ?? "");
  const last = Date.parse(end_datetime ?? datetime ?? "");
  return (begin === ".." || last >= Date.parse(begin ?? "")) && (end === ".." || first <= Date.parse(end ?? ""));
}

describe("feed-stac-api", () => {
  test.each([1, 4, 100])("finds every item once with %i to a slice, as the API has it", async (max_items_batch) => {
    const { payloads, position } = await testFeeder(handler, { ...event, max_items_batch }, { answers: searchAmong() });
    const found = payloads.flatMap(({ features }) => features);
    expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(items.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    expect(payloads.map(({ process }) => process)).toEqual(items.map(() => [{ workflow: "mirror" }]));
    expect(position).toBeUndefined();
  });

  test("follows an API whose tokens look like counts and are none, and tries no more than a few times", async () => {
    const starts = new Map([["3", 3]]);
    const answers = (request: Request): TestAnswer => {
      const url = new URL(request.url);
      if (url.pathname === "/v1") return { links: [{ rel: "search", href: `${API}/search` }] };
      const token = url.searchParams.get("token");
      const from = token === null ? 0 : starts.get(token);
      if (from === undefined) return new Response('{"detail": "no such token"}', { status: 400 });
      const features = items.slice(from, from + 3);
      const after = from === 0 ? "3" : String(7919 * from);
      starts.set(after, from + 3);
      const next = { rel: "next", href: `${API}/search?token=${after}` };
      return { features, links: from + 3 < items.length ? [next] : [] };
    };
    const { payloads, requests } = await testFeeder(handler, event, { answers });
    expect(payloads.flatMap(({ features }) => features)).toEqual(items);
    // The landing page, the count, the pages, and what it tried.
    expect(requests.length).toBeLessThanOrEqual(2 + Math.ceil(items.length / 3) + 4);
  });

  test("comes to an end where pages never go on where another ended", async () => {
    let searches = 0;
    const answers = (request: Request): TestAnswer => {
      const url = new URL(request.url);
      if (url.pathname === "/v1") return { links: [{ rel: "search", href: `${API}/search` }] };
      searches += 1;
      const from = Number(url.searchParams.get("offset") ?? 0);
      const features = Array.from({ length: 5 }, (_, index) => ({ ...items[0], id: `${searches}-${index}` }));
      const next = { rel: "next", href: `${API}/search?limit=5&offset=${from + 5}` };
      return { features, links: from < 60 ? [next] : [] };
    };
    const { payloads } = await testFeeder(handler, event, { answers });
    expect(payloads.length).toBeGreaterThanOrEqual(13 * 5);
    // The count, 13 pages, and what it tried.
    expect(searches).toBeLessThanOrEqual(1 + 13 + 12);
  });

  test("finds every item of an API that takes its token and no notice of the offset beside it", async () => {
    let searches = 0;
    const answers = (request: Request): TestAnswer => {
      const url = new URL(request.url);
      if (url.pathname === "/v1") return { links: [{ rel: "search", href: `${API}/search` }] };
      if (++searches > 500) throw new Error("it never ends");
      const from = Number(url.searchParams.get("token")?.slice(1) ?? 0);
      const after = from + 3;
      const next = { rel: "next", href: `${API}/search?offset=${after}&token=t${after}` };
      return { features: items.slice(from, after), links: after < items.length ? [next] : [] };
    };
    const { payloads, requests } = await testFeeder(handler, event, { answers });
    expect(payloads.flatMap(({ features }) => features)).toEqual(items);
    // The landing page, the count, the pages, and what it tried.
    expect(requests.length).toBeLessThanOrEqual(2 + Math.ceil(items.length / 3) + 15);
  });

  test("asks for what its parameters say, in the words of STAC", async () => {
    const searches: unknown[] = [];
    await testFeeder(
      handler,
      {
        ...event,
        datetime: "2024",
        bbox: [12, 41, 13, 42],
        filter: "eo:cloud_cover < 10",
        search: { limit: 50, query: { gsd: { lte: 10 } }, datetime: "2001", collections: ["sentinel-2-l2a"] },
      },
      { answers: searchAmong(searches) },
    );
    expect(searches[1]).toEqual({
      limit: 50,
      query: { gsd: { lte: 10 } },
      collections: ["sentinel-2-l2a"],
      bbox: [12, 41, 13, 42],
      filter: "eo:cloud_cover < 10",
      "filter-lang": "cql2-text",
      datetime: "2024-01-01T00:00:00Z/2024-12-31T23:59:59.999999Z",
    });
  });

  test("asks an API that takes GET alone with a query", async () => {
    const { requests } = await testFeeder(
      handler,
      {
        ...event,
        collections: ["a", "b"],
        filter: { op: "<", args: [{ property: "eo:cloud_cover" }, 10] },
        search: { sortby: [{ field: "id", direction: "desc" }] },
      },
      {
        answers: ({ url }) => {
          if (url.includes("/search?")) return { type: "FeatureCollection", features: [], links: [] };
          return { links: [{ rel: "search", href: "search" }] };
        },
      },
    );
    const query = new URL(requests.at(-1)?.replace("GET ", "") ?? "").searchParams;
    expect(Object.fromEntries(query)).toEqual({
      limit: "250",
      sortby: "-id",
      collections: "a,b",
      filter: '{"op":"<","args":[{"property":"eo:cloud_cover"},10]}',
      "filter-lang": "cql2-json",
    });
  });

  test("waits between its requests as long as it is told to", async () => {
    const { took, requests } = await testFeeder(handler, { ...event, sleep: 2 }, { answers: searchAmong() });
    // One of the requests is for the landing page, and the first search needs no wait.
    expect(took).toBe((requests.length - 2) * 2000);
  });

  test("sends credentials to the API, and nowhere else", async () => {
    const seen: (readonly [string, string | null])[] = [];
    await testFeeder(
      handler,
      { ...event, headers: { Authorization: "Bearer token" } },
      {
        answers: (request) => {
          seen.push([request.url, request.headers.get("authorization")]);
          if (request.url === API) return LANDING;
          const elsewhere = request.url.startsWith("https://elsewhere");
          const links = elsewhere ? [] : [{ rel: "next", href: "https://elsewhere.example.com/page" }];
          return { type: "FeatureCollection", features: elsewhere ? [] : items.slice(0, 1), links };
        },
      },
    );
    const ours = seen.filter(([url]) => url.startsWith(API));
    expect(ours.length).toBeGreaterThan(1);
    expect(ours.every(([, header]) => header === "Bearer token")).toBe(true);
    expect(seen.filter(([url]) => !url.startsWith(API))).toEqual([["https://elsewhere.example.com/page", null]]);
  });
});

describe("what is no API, or not this one, is told", () => {
  const page = (body: string, status = 200) => new Response(body, { status, headers: { "content-type": "text/html" } });

  test.each<[string, object, TestAnswer, RegExp]>([
    [
      "a page of HTML",
      {},
      page("<html><title>Browse our data</title>"),
      /v1: it answered with an HTML page \("Browse our data"\)/,
    ],
    [
      "no credentials",
      {},
      new Response('{"detail": "no token"}', { status: 401 }),
      /answered 401: no token.*Authorization/,
    ],
    ["nothing there", {}, page("<h1>404</h1>", 404), /v1 answered 404.*nothing at this URL/],
    ["JSON of something else", {}, { hello: "world" }, /v1: it is JSON, but no landing page of a STAC API/],
    [
      "a catalog of files",
      {},
      { type: "Catalog", links: [{ rel: "child", href: "a.json" }] },
      /cannot be searched.*feed-stac-crawl/,
    ],
    ["an address that is none", { url: "stac.example.com" }, LANDING, /\$\.url: expected the address of an API/],
    ["no workflow", { workflow: undefined }, LANDING, /\$\.workflow: found nothing/],
    ["a time that is none", { datetime: "2024-13" }, LANDING, /\$\.datetime: found "2024-13"/],
    ["an end before its begin", { datetime: "2024/2023" }, LANDING, /\$\.datetime/],
    [
      "two places",
      { bbox: [0, 0, 1, 1], intersects: { type: "Point", coordinates: [0, 0] } },
      LANDING,
      /\$\.intersects.*bbox/,
    ],
    ["half a box", { bbox: [0, 0, 1] }, LANDING, /\$\.bbox: expected four numbers/],
  ])("%s", async (_what, more, answer, message) => {
    const failed = testFeeder(handler, { ...event, ...more }, { answers: () => answer });
    await expect(failed).rejects.toThrow(message);
  });

  test("a collection that is not there, with the one that is meant", async () => {
    const answers = {
      [API]: LANDING,
      [`${API}/collections`]: { collections: [{ id: "sentinel-2-l2a" }, { id: "naip" }] },
    };
    const failed = testFeeder(handler, { ...event, collection: "sentinel-2-l2" }, { answers });
    await expect(failed).rejects.toThrow(/has no collection sentinel-2-l2\. Did you mean sentinel-2-l2a\?/);
  });

  test("a search that answers with something else than items", async () => {
    const answers = { [API]: LANDING, [`${API}/search`]: { code: 0, message: "maintenance" } };
    await expect(testFeeder(handler, event, { answers })).rejects.toThrow(
      /v1\/search answered JSON that holds no items/,
    );
  });

  test("pages that lead back to the one before", async () => {
    const next = { rel: "next", href: `${API}/search?page=2` };
    const answers = (request: Request): TestAnswer =>
      request.url === API ? LANDING : { type: "FeatureCollection", features: items.slice(0, 1), links: [next] };
    await expect(testFeeder(handler, event, { answers })).rejects.toThrow(/leads back to one that was read/);
  });

  test("pages that are the same under ever new addresses", async () => {
    const answers = (request: Request): TestAnswer => {
      const page = Number(new URL(request.url).searchParams.get("page") ?? 1);
      const next = { rel: "next", href: `${API}/search?page=${page + 1}` };
      return request.url === API ? LANDING : { features: items.slice(0, 1), links: [next] };
    };
    await expect(testFeeder(handler, event, { answers })).rejects.toThrow(/101 pages in a row brought no items/);
  });

  test.each([
    ["the first", 0],
    ["the last", 10],
  ])("pages counted by items where %s comes again for ever", async (_which, last) => {
    let searches = 0;
    const answers = (request: Request): TestAnswer => {
      const url = new URL(request.url);
      if (url.pathname === "/v1") return LANDING;
      if (++searches > 500) throw new Error("it never ends");
      const offset = Number(url.searchParams.get("offset") ?? 0);
      const from = Math.min(offset, last);
      const next = { rel: "next", href: `${API}/search?limit=5&offset=${offset + 5}` };
      return { features: items.slice(from, from + 5), links: [next] };
    };
    await expect(testFeeder(handler, event, { answers })).rejects.toThrow(/101 pages in a row brought no items/);
  });

  test("an item that makes no payload, with its place", async () => {
    const answers = {
      [API]: LANDING,
      [`${API}/search`]: { type: "FeatureCollection", features: [{ type: "Feature" }], links: [] },
    };
    await expect(testFeeder(handler, event, { answers })).rejects.toThrow(
      /made no valid payload: \$\.features\[0\]\.id/,
    );
  });
});
