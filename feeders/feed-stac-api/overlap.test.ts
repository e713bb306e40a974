import type { JsonObject } from "cirrus-pipeline/feeder";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Counting, countingOf, requestOf, windowWith } from "./overlap.ts";
import type { PageRequest } from "./page.ts";

const URL_OF_SEARCH = "https://stac.example.com/v1/search";

function post(body: JsonObject): PageRequest {
  return { url: URL_OF_SEARCH, method: "POST", body };
}

function get(query: string): PageRequest {
  return { url: `${URL_OF_SEARCH}?${query}`, method: "GET" };
}

function counted(first: PageRequest, next: PageRequest, items = 20): Counting | undefined {
  return countingOf(first, { items: Array.from({ length: items }, (_, id) => ({ id })), matched: undefined, next });
}

describe("how a server counts its pages", () => {
  test.each([
    ["by items, in the body", post({ limit: 20 }), post({ limit: 20, offset: 20 }), "offset", "items"],
    ["by items, in the query", get("limit=20"), get("limit=20&startIndex=20"), "?startIndex", "items"],
    ["by items, after a search by POST", post({ limit: 20 }), get("limit=20&offset=20"), "?offset", "items"],
    ["by items, going on", get("limit=20&offset=60"), get("limit=20&offset=80"), "?offset", "items"],
    ["by pages from 1", post({ limit: 20 }), post({ limit: 20, page: 2 }), "page", { firstPage: 1 }],
    ["by pages from 0", get("limit=20"), get("limit=20&page=1"), "?page", { firstPage: 0 }],
    ["in texts", post({ limit: 20 }), post({ limit: 20, token: "20" }), "token", "items"],
  ])("%s", (_how, first, next, member, by) => {
    expect(counted(first, next)).toMatchObject({ member, by });
  });

  test.each([
    ["a token", post({ limit: 20 }), post({ limit: 20, token: "next:scenes:abc" })],
    ["a number that counts nothing", get("limit=20"), get("limit=20&after=1718000000")],
    ["two numbers", get("limit=20"), get("limit=20&page=2&offset=20")],
    ["pages whose size cannot be chosen", get("n=20"), get("n=20&page=2")],
    ["a page that comes after one with a number", get("limit=20&page=2"), get("limit=20&page=3")],
  ])("%s is not counting", (_what, first, next) => {
    expect(counted(first, next)).toBeUndefined();
  });

  test("pages of a few items are not numbered ones: too little can be asked for", () => {
    expect(counted(get("limit=8"), get("limit=8&page=2"), 8)).toBeUndefined();
    expect(counted(get("limit=8"), get("limit=8&offset=8"), 8)).toMatchObject({ by: "items" });
  });
});

test.each([
  [post({ limit: 20 }), post({ limit: 20, offset: 20 }), post({ limit: 20, offset: 19 })],
  [post({ limit: 20 }), post({ limit: 20, token: "20" }), post({ limit: 20, token: "19" })],
  [get("limit=20"), get("limit=20&offset=20"), get("limit=20&offset=19")],
  // 19 items a page: the second begins with the last item of the first that had 20.
  [get("limit=20"), get("limit=20&page=2"), get("limit=19&page=2")],
  [post({ limit: 20 }), post({ limit: 20, page: 1 }), post({ limit: 19, page: 1 })],
])("the page after %j begins with the last item of it", (first, next, asked) => {
  const counting = counted(first, next);
  if (counting === undefined) throw new Error("it counts");
  expect(requestOf(windowWith(19, counting), counting)).toEqual(asked);
});

test("what is asked for holds the item, reaches further, and is a page that there is", () => {
  const sizes = fc.integer({ min: 16, max: 300 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 15, max: 20_000 }), fc.boolean(), (size, item, byItems) => {
      const next = byItems ? get(`limit=${size}&offset=${size}`) : get(`limit=${size}&page=2`);
      const counting = counted(get(`limit=${size}`), next, size);
      if (counting === undefined) throw new Error("it counts");
      const { from, size: asked } = windowWith(item, counting);
      expect(from).toBeLessThanOrEqual(item);
      expect(from + asked).toBeGreaterThan(item + 1);
      expect(asked).toBeLessThanOrEqual(size);
      if (!byItems) expect(from % asked).toBe(0);
    }),
  );
});

test.each([
  [50, 1.25],
  [250, 1.1],
])("with numbered pages of %i items a slice of 5,000 costs at most %f of the requests", (size, most) => {
  const counting = counted(get(`limit=${size}`), get(`limit=${size}&page=2`), size);
  if (counting === undefined) throw new Error("it counts");
  let requests = 1;
  for (let end = size; end < 5000; requests++) {
    const window = windowWith(end - 1, counting);
    end = window.from + window.size;
  }
  expect(requests / (5000 / size)).toBeLessThanOrEqual(most);
});
