import fc from "fast-check";
import { expect, test } from "vitest";
import {
  COLUMN_KEYS,
  columnToggled,
  readColumns,
  writeColumns,
} from "../../../dashboard/src/views/payloads/columns.ts";
import {
  MOST_SAVED_VIEWS,
  readSavedViews,
  withoutSavedView,
  withSavedView,
  writeSavedViews,
} from "../../../dashboard/src/views/payloads/saved-views.ts";

test("Saved views are read as they were written", () => {
  const views = [
    { name: "Failed today", search: "?state=FAILED&since=24h" },
    { name: "<b>bold</b>", search: "" },
  ];
  expect(readSavedViews(writeSavedViews(views))).toEqual(views);
});

test("Whatever else lies in the storage is taken for no saved views", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      for (const { name, search } of readSavedViews(text))
        expect([typeof name, typeof search]).toEqual(["string", "string"]);
    }),
  );
  expect(readSavedViews(null)).toEqual([]);
  expect(readSavedViews('[{"name":1,"search":""},{"name":"a","search":"?x"}]')).toEqual([{ name: "a", search: "?x" }]);
});

test("A view saved under a name that is there takes its place", () => {
  const views = withSavedView(withSavedView([], { name: "a", search: "?1" }), { name: "a", search: "?2" });
  expect(views).toEqual([{ name: "a", search: "?2" }]);
  expect(withoutSavedView(views, "a")).toEqual([]);
});

test("The oldest views give way to new ones", () => {
  let views: ReturnType<typeof readSavedViews> = [];
  for (let at = 0; at <= MOST_SAVED_VIEWS; at += 1) views = withSavedView(views, { name: `view ${at}`, search: "" });
  expect(views).toHaveLength(MOST_SAVED_VIEWS);
  expect(views[0]?.name).toBe("view 1");
});

test("Columns are read as they were written, in the table's order, and the ID stays", () => {
  fc.assert(
    fc.property(fc.subarray([...COLUMN_KEYS]), (columns) => {
      const read = readColumns(writeColumns(columns.toReversed()));
      expect(read).toEqual(COLUMN_KEYS.filter((key) => columns.includes(key) || key === "state" || key === "id"));
    }),
  );
});

test("A column that is shown is taken away and one that is not is added; state and ID stay", () => {
  const columns = readColumns(null);
  expect(columnToggled(columns, "error")).not.toContain("error");
  expect(columnToggled(columns, "created")).toContain("created");
  expect(columnToggled(columns, "id")).toEqual(columns);
});
