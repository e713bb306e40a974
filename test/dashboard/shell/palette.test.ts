import { describe, expect, test } from "vitest";
import { looksLikePayloadId, rank } from "../../../dashboard/src/palette/rank.ts";

const entry = (label: string, kind = "view") => ({ label, kind, to: `/${label}` });
const labels = (typed: string, ...entries: ReturnType<typeof entry>[]) =>
  rank(entries, typed).map(({ label }) => label);

describe("what the palette finds", () => {
  test("everything in its order as long as nothing was typed", () => {
    expect(labels("", entry("Home"), entry("Payloads"))).toEqual(["Home", "Payloads"]);
  });

  test("a beginning before a part's beginning, before the middle of a word", () => {
    expect(labels("ra", entry("mirage"), entry("re-rank"), entry("raster"))).toEqual(["raster", "re-rank", "mirage"]);
  });

  test("every word has to be somewhere, in the name or in what it is", () => {
    expect(labels("workflow mir", entry("mirror", "task"), entry("mirror", "workflow"))).toEqual(["mirror"]);
    expect(labels("zzz", entry("mirror"))).toEqual([]);
  });

  test("a payload ID is known by its form", () => {
    expect(looksLikePayloadId("sar__dem/workflow-mirror/S1/S2")).toBe(true);
    expect(looksLikePayloadId("sar/mirror")).toBe(false);
  });
});
