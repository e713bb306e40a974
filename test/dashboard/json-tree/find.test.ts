import { expect, test } from "vitest";
import { search } from "../../../dashboard/src/parts/json-tree/find.ts";
import { pathText } from "../../../dashboard/src/parts/json-tree/json-path.ts";

const found = (document: unknown, text: string, most?: number) => {
  const last = [...search(document, text, most)].at(-1);
  return { paths: last?.paths.map(pathText), more: last?.more };
};

test("Names and values are found in the order of the document, in small and capital letters", () => {
  const document = { id: "Landsat", features: [{ landsat: 1 }, { gsd: 30 }], note: "of LANDSAT 8" };
  expect(found(document, "landsat").paths).toEqual(["$.id", "$.features[0].landsat", "$.note"]);
});

test("Numbers, true, false and null are found as they are written", () => {
  expect(found({ a: 30, b: true, c: null, d: "x" }, "null").paths).toEqual(["$.c"]);
  expect(found([30, 300, 4], "30").paths).toEqual(["$[0]", "$[1]"]);
});

test("No more are kept than asked for, and it is said that there are more", () => {
  expect(found([1, 1, 1], "1", 2)).toEqual({ paths: ["$[0]", "$[1]"], more: true });
  expect(found([1, 1], "1", 2)).toEqual({ paths: ["$[0]", "$[1]"], more: false });
});

test("A large document is searched in slices, each of which lets others work", () => {
  const slices = [
    ...search(
      Array.from({ length: 50_000 }, (_, at) => at),
      "49999",
    ),
  ];
  expect(slices.length).toBeGreaterThan(2);
  expect(slices.map(({ isDone }) => isDone).lastIndexOf(false)).toBe(slices.length - 2);
  expect(slices.at(-1)?.paths).toEqual([[49_999]]);
});

test("A document that is deeper than calls may go is searched", () => {
  let document: unknown = "here";
  for (let depth = 0; depth < 2_000; depth += 1) document = [document];
  expect(found(document, "here").paths).toHaveLength(1);
});
