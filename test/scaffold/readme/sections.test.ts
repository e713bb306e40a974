/** The generated parts of a README among what people wrote. */
import { expect, test } from "vitest";
import { fillSections, markdownTable } from "../../../src/scaffold/readme/sections.ts";

const TWO = { one: { heading: "One", text: "first" }, two: { heading: "Two", text: "second" } };

test("Parts that a README does not have come at its end, in their order", () => {
  expect(fillSections("# a\n\nProse.\n", TWO)).toBe(
    "# a\n\nProse.\n\n<!-- cirrus:begin one -->\n\n## One\n\nfirst\n\n<!-- cirrus:end -->\n\n<!-- cirrus:begin two -->\n\n## Two\n\nsecond\n\n<!-- cirrus:end -->\n",
  );
});

test("Parts stay where somebody moved them, and what stands around them stays as it is", () => {
  const written =
    "# a\n\n<!-- cirrus:begin two -->\nold\n<!-- cirrus:end -->\n\nBetween.\n\n<!-- cirrus:begin one -->\n<!-- cirrus:end -->\nAfter.\n";
  const filled = fillSections(written, TWO);
  expect(filled.replaceAll(/<!-- cirrus:begin (\w+)[\s\S]*?cirrus:end -->/g, "[$1]")).toBe(
    "# a\n\n[two]\n\nBetween.\n\n[one]\nAfter.\n",
  );
  expect(filled).toContain("second");
  expect(filled).not.toContain("old");
});

test("Filling twice changes nothing, and a part that nothing is known of is left alone", () => {
  const once = fillSections("# a\n", TWO);
  expect(fillSections(once, TWO)).toBe(once);
  expect(fillSections(once, { one: undefined, two: TWO.two })).toBe(once);
  expect(fillSections("# a\n", { one: undefined })).toBe("# a\n");
});

test("A table's columns are as wide as their cells, and a bar in a cell is no border", () => {
  expect(markdownTable(["a", "long title"], [["x|y", "1\n2"]])).toBe(
    "| a    | long title |\n| ---- | ---------- |\n| x\\|y | 1 2        |",
  );
});
