import { expect, test } from "vitest";
import { countDifferences, groupDifferences } from "../../../dashboard/src/parts/diff/group-differences.ts";

const DIFFERENCES = [
  { path: "$.features[0].properties['eo:cloud_cover']", kind: "changed", before: 3, after: 4 },
  { path: "$.features[0].properties.gsd", kind: "added", after: 30 },
  { path: "$.features[1]", kind: "removed", before: {} },
  { path: "$.features[0].properties.note", kind: "added", after: "x" },
] as const;

test("Differences are gathered by what they lie in, in the order of the document", () => {
  const groups = groupDifferences([...DIFFERENCES]);
  expect(groups.map(({ path, differences }) => [path, differences.map(({ name }) => name)])).toEqual([
    ["$.features[0].properties", ["['eo:cloud_cover']", "gsd", "note"]],
    ["$.features", ["[1]"]],
  ]);
});

test("A difference of the whole, or one whose path nobody can read, stands by itself", () => {
  const groups = groupDifferences([
    { path: "$", kind: "changed", before: 1, after: 2 },
    { path: "not a path", kind: "added" },
  ]);
  expect(groups).toHaveLength(1);
  expect(groups[0]?.differences.map(({ name }) => name)).toEqual(["$", "not a path"]);
});

test("They are counted by what happened", () => {
  expect(countDifferences([...DIFFERENCES])).toEqual({ added: 2, removed: 1, changed: 1 });
});
