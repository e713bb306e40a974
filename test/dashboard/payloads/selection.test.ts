import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ALL_MATCHING,
  extended,
  isSelected,
  NOTHING,
  selectedOfShown,
  shownToggled,
  toggled,
} from "../../../dashboard/src/views/payloads/selection.ts";

const SHOWN = ["a", "b", "c", "d", "e"];

test("Turning a row over twice leaves what was selected", () => {
  fc.assert(
    fc.property(fc.subarray(SHOWN), fc.constantFrom(...SHOWN), (ids, id) => {
      const before = { kind: "rows", ids: new Set(ids) } as const;
      const twice = toggled(toggled(before, id, SHOWN), id, SHOWN);
      expect(SHOWN.filter((each) => isSelected(twice, each))).toEqual(ids.toSorted());
    }),
  );
});

test("Shift selects everything between, upwards as well as downwards", () => {
  for (const [from, to] of [
    ["b", "d"],
    ["d", "b"],
  ] as const) {
    const selection = extended(toggled(NOTHING, from, SHOWN), to, SHOWN);
    expect(SHOWN.filter((id) => isSelected(selection, id))).toEqual(["b", "c", "d"]);
  }
});

test("Shift goes on from the same row until another is turned over", () => {
  const first = extended(toggled(NOTHING, "c", SHOWN), "d", SHOWN);
  const second = extended(first, "b", SHOWN);
  expect(SHOWN.filter((id) => isSelected(second, id))).toEqual(["b", "c", "d"]);
});

test("Shift without a row to go on from turns the row over", () => {
  expect(isSelected(extended(NOTHING, "c", SHOWN), "c")).toBe(true);
  const gone = { kind: "rows", ids: new Set<string>(), anchor: "no longer shown" } as const;
  expect(isSelected(extended(gone, "c", SHOWN), "c")).toBe(true);
});

test("The box in the head selects what is shown, and then nothing", () => {
  const all = shownToggled(NOTHING, SHOWN);
  expect(selectedOfShown(all, SHOWN)).toBe("all");
  expect(shownToggled(all, SHOWN)).toEqual(NOTHING);
  expect(selectedOfShown(toggled(all, "a", SHOWN), SHOWN)).toBe("some");
});

test("Leaving out one row of all that match leaves the rows that are shown", () => {
  const selection = toggled(ALL_MATCHING, "b", SHOWN);
  expect(selection.kind).toBe("rows");
  expect(SHOWN.filter((id) => isSelected(selection, id))).toEqual(["a", "c", "d", "e"]);
});

test("Nothing shown is not everything selected", () => {
  expect(selectedOfShown(NOTHING, [])).toBe("none");
});
