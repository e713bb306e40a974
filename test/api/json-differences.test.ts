import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonDifferences } from "../../src/api/look/json-differences.ts";
import type { Json } from "../../src/json.ts";

const between = (before: Json, after: Json) => [...jsonDifferences(before, after)];

describe("the differences between two documents", () => {
  test("are named by their paths", () => {
    expect(between({ a: 1, b: { "c d": [1, 2] }, e: 0 }, { a: 2, b: { "c d": [1] }, f: null })).toEqual([
      { path: "$.a", kind: "changed", before: 1, after: 2 },
      { path: "$.b['c d'][1]", kind: "removed", before: 2 },
      { path: "$.e", kind: "removed", before: 0 },
      { path: "$.f", kind: "added", after: null },
    ]);
  });

  test("are found by ID in lists whose entries have one, so that an entry in front changes nothing else", () => {
    const before = { features: [{ id: "a", n: 1 }, { id: "b" }] };
    const after = { features: [{ id: "new" }, { id: "a", n: 2 }] };
    expect(between(before, after)).toEqual([
      { path: "$.features[1].n", kind: "changed", before: 1, after: 2 },
      { path: "$.features[1]", kind: "removed", before: { id: "b" } },
      { path: "$.features[0]", kind: "added", after: { id: "new" } },
    ]);
  });

  test("tell a list from an object and null from nothing", () => {
    expect(between({ a: [] }, { a: {} })).toEqual([{ path: "$.a", kind: "changed", before: [], after: {} }]);
    expect(between({ a: null }, {})).toEqual([{ path: "$.a", kind: "removed", before: null }]);
  });

  test("are none exactly where the documents are the same", () => {
    const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(between(a, structuredClone(a) as Json)).toEqual([]);
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        // Lists with IDs may be in another order.
        if ((between(a, b).length === 0) !== same) expect(JSON.stringify(a)).toContain('"id"');
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
