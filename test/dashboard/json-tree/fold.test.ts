import fc from "fast-check";
import { expect, test } from "vitest";
import { search } from "../../../dashboard/src/parts/json-tree/find.ts";
import {
  copyTextOf,
  MOST_CHILDREN,
  openAtFirst,
  openTo,
  rowsOf,
  summaryOf,
} from "../../../dashboard/src/parts/json-tree/fold.ts";
import { pathParts, pathText } from "../../../dashboard/src/parts/json-tree/json-path.ts";

const labels = (document: unknown, open: ReadonlySet<string>) =>
  rowsOf(document, open).map(({ level, label, path }) => `${"  ".repeat(level - 1)}${label || path}`);

test("A document that is closed is one row", () => {
  expect(labels({ a: 1 }, new Set())).toEqual(["$"]);
});

test("What is open shows its members, and theirs where they are open", () => {
  const document = { features: [{ id: "a" }, { id: "b" }], "eo:cloud_cover": 3 };
  expect(labels(document, new Set(["$", "$.features", "$.features[1]"]))).toEqual([
    "$",
    "  features",
    "    0",
    "    1",
    "      id",
    "  eo:cloud_cover",
  ]);
});

test("Paths can be pasted where JSONPath is understood", () => {
  const rows = rowsOf({ "eo:cloud": { "it's": [1] } }, new Set(["$", "$['eo:cloud']", "$['eo:cloud']['it\\'s']"]));
  expect(rows.map(({ path }) => path)).toEqual([
    "$",
    "$['eo:cloud']",
    "$['eo:cloud']['it\\'s']",
    "$['eo:cloud']['it\\'s'][0]",
  ]);
});

test("Every path is read back as the parts that it was made of", () => {
  const part = fc.oneof(fc.string(), fc.nat());
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(pathParts(pathText(parts))).toEqual(parts);
    }),
  );
});

test("Text that is no path has no parts", () => {
  for (const text of ["", "features", "$x", "$.", "$[", "$['a"]) expect(pathParts(text)).toBeUndefined();
});

test("A million elements are a hundred ranges, opened range by range", () => {
  const document = Array.from({ length: 1_000_000 }, (_, at) => at);
  const closed = rowsOf(document, new Set(["$"]));
  expect(closed).toHaveLength(1 + 100);
  expect(closed[1]).toMatchObject({ kind: "range", label: "0 … 9999", size: 10_000, siblings: 100 });
  const open = openTo(document, [123_456]);
  const rows = rowsOf(document, open);
  expect(rows.some(({ path, kind }) => kind === "value" && path === "$[123456]")).toBe(true);
  expect(rows.length).toBeLessThan(4 * MOST_CHILDREN);
});

test("The members of a large object are found in their range by name", () => {
  const document = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`m${at}`, at]));
  const rows = rowsOf(document, openTo(document, ["m249"]));
  expect(rows.some(({ path }) => path === "$.m249")).toBe(true);
});

test("Every value of any document can be brought into view by its path, and every row has a key of its own", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (document) => {
      const matches = [...search(document, "", 10_000)].at(-1);
      for (const parts of matches?.paths ?? []) {
        const rows = rowsOf(document, openTo(document, parts));
        expect(rows.map(({ path }) => path)).toContain(pathText(parts));
        expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
      }
    }),
    { numRuns: 50 },
  );
});

test("A small document is open at first, a large one only so far as it is read at a glance", () => {
  const small = { a: { b: [1, 2] } };
  expect(rowsOf(small, openAtFirst(small))).toHaveLength(5);
  const large = {
    features: Array.from({ length: 90 }, (_, id) => ({ id, properties: { a: 1 } })),
    process: [{ w: 1 }],
  };
  expect(labels(large, openAtFirst(large))).toEqual(["$", "  features", "  process", "    0", "      w"]);
});

test("One line says what a value holds", () => {
  const rows = rowsOf({ a: [], b: {}, c: [1, 2], d: { x: 1 }, e: "<b>", f: null }, new Set(["$"]));
  expect(rows.map(summaryOf)).toEqual(["{6}", "[]", "{}", "[2]", "{1}", '"<b>"', "null"]);
});

test("Text is copied as it is, everything else as JSON", () => {
  expect(copyTextOf("a\nb")).toBe("a\nb");
  expect(copyTextOf({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(copyTextOf(null)).toBe("null");
});
