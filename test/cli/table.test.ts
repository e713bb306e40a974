import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsThatFit, renderTable, visibleLength } from "../../src/cli/terminal/table.ts";

const COLUMNS = [{ title: "state" }, { title: "payload" }, { title: "error", grows: true }];
const ID = "landsat-c1-l1/workflow-publish-only/LC08_L1TP_224078_20200518_20200518_01_RT";

describe("a table in a terminal that is too narrow for it", () => {
  test("is a list with a line for each cell that holds something", () => {
    const rows = [
      ["FAILED", "a/workflow-b/c", "It broke."],
      ["SUCCEEDED", "a/workflow-b/d", ""],
    ];
    expect(renderTable(COLUMNS, rows, 30)).toBe(
      "state    FAILED\npayload  a/workflow-b/c\nerror    It broke.\n\nstate    SUCCEEDED\npayload  a/workflow-b/d",
    );
  });

  test("keeps an ID whole, and wraps what may be wrapped under its own beginning", () => {
    const text = renderTable(COLUMNS, [["FAILED", ID, "one two three four five six seven"]], 40);
    expect(text).toContain(`payload  ${ID}\n`);
    expect(text).toContain("error    one two three four five six\n         seven");
  });

  test("is a table where the columns fit, and without a width", () => {
    const rows = [["FAILED", ID, "It broke."]];
    expect(renderTable(COLUMNS, rows, 140)).toMatch(/^state {3}payload/);
    expect(renderTable(COLUMNS, rows)).toMatch(/^state {3}payload/);
  });
});

test("columns that can be spared are left out one by one, and none where that does not help", () => {
  const columns = [{ title: "a" }, { title: "b", spare: 2 }, { title: "c", spare: 1 }, { title: "d", grows: true }];
  const rows = [["x".repeat(20), "x".repeat(20), "x".repeat(20), "x".repeat(200)]];
  expect(columnsThatFit(columns, rows, 90)).toEqual([0, 1, 2, 3]);
  expect(columnsThatFit(columns, rows, 89)).toEqual([0, 1, 3]);
  expect(columnsThatFit(columns, rows, 60)).toEqual([0, 3]);
  expect(columnsThatFit(columns, rows, 40)).toEqual([0, 1, 2, 3]);
});

test("no line is longer than the terminal where every cell may be wrapped", () => {
  const columns = [
    { title: "a", grows: true },
    { title: "b", grows: true },
  ];
  const cell = fc.string({ maxLength: 120 }).map((text) => text.replaceAll(/[^ -~]/g, "x"));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), fc.integer({ min: 30, max: 200 }), (rows, width) => {
      for (const line of renderTable(columns, rows, width).split("\n")) {
        expect(visibleLength(line)).toBeLessThanOrEqual(width);
      }
    }),
  );
});
