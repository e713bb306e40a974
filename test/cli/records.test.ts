import { describe, expect, test } from "vitest";
import { filtersOf, moment, parseState } from "../../src/cli/payload/records.ts";
import { eachRecord } from "../../src/state/each-record.ts";
import type { ListQuery, PayloadRecord } from "../../src/state/state-store.ts";

const NOW = Date.parse("2030-01-31T12:00:00Z");

describe("a moment", () => {
  test.each([
    ["7d", "2030-01-24T12:00:00.000Z"],
    ["24h", "2030-01-30T12:00:00.000Z"],
    ["30m", "2030-01-31T11:30:00.000Z"],
    ["90s", "2030-01-31T11:58:30.000Z"],
    ["2w", "2030-01-17T12:00:00.000Z"],
    ["2030-01-01T01:00+01:00", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01", "2030-01-01T00:00:00.000Z"],
  ])("%s is %s", (text, time) => {
    expect(moment(text, NOW)).toBe(time);
  });

  test.each(["yesterday", "7", "7y", "", "99999999999999d"])("%j is refused, with the forms there are", (text) => {
    expect(() => moment(text, NOW)).toThrow(/7d, 24h, 30m/);
  });
});

test("a state is taken in any letters, and another word is refused", () => {
  expect(parseState("failed")).toBe("FAILED");
  expect(() => parseState("done")).toThrow(/SUCCEEDED/);
});

test("records are read page by page, no more of them than were asked for", async () => {
  const all = Array.from({ length: 2_300 }, (_, index) => ({ payloadId: `${index}` }) as PayloadRecord);
  const queries: ListQuery[] = [];
  const store = {
    async list(query: ListQuery) {
      queries.push(query);
      const start = Number(query.cursor ?? 0);
      const items = all.slice(start, start + (query.limit ?? 100));
      const end = start + items.length;
      return { items, ...(end < all.length ? { next: `${end}` } : {}) };
    },
  };
  const found = await Array.fromAsync(eachRecord(store, filtersOf({ workflow: "cog" }), 2_100));
  expect(found).toEqual(all.slice(0, 2_100));
  expect(queries.map(({ limit, workflow }) => [limit, workflow])).toEqual([
    [1000, "cog"],
    [1000, "cog"],
    [100, "cog"],
  ]);
  expect(await Array.fromAsync(eachRecord(store, {}, 50_000))).toHaveLength(2_300);
});
