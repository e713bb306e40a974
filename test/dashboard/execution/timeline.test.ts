import { expect, test } from "vitest";
import { countsText, progressOf } from "../../../dashboard/src/views/execution/progress.ts";
import { brushed, marks, moved, WHOLE, zoomed } from "../../../dashboard/src/views/execution/time-window.ts";
import { spanOf, timelineRows } from "../../../dashboard/src/views/execution/timeline.ts";
import { BEGIN, makeStep, makeTry } from "./steps.ts";

const second = (ms: number) => (ms - BEGIN) / 1_000;

test("a task's bar says when it waited for a place, ran, and waited for its retry", () => {
  const step = makeStep("/copy#1", 0, 20, {
    tries: [makeTry(1, 0, 2, 5, "failed"), makeTry(2, 9, 10, 20, "succeeded")],
  });
  const [row] = timelineRows([step], BEGIN);
  expect(row?.segments.map(({ kind, from, until, attempt }) => [kind, second(from), second(until), attempt])).toEqual([
    ["queued", 0, 2, 1],
    ["running", 2, 5, 1],
    ["waiting", 5, 9, 1],
    ["queued", 9, 10, 2],
    ["running", 10, 20, 2],
  ]);
});

test("what goes on goes on until now: a try that runs, one that has no place yet, and the wait for a retry", () => {
  const now = BEGIN + 30_000;
  const kinds = (tries: ReturnType<typeof makeTry>[], status: "running" | "waiting") =>
    timelineRows([makeStep("/copy#1", 0, undefined, { tries, status })], now)[0]?.segments.map(
      ({ kind, from, until }) => `${kind} ${second(from)}-${second(until)}`,
    );
  expect(kinds([makeTry(1, 0, 1, undefined, "running")], "running")).toEqual(["queued 0-1", "running 1-30"]);
  expect(kinds([makeTry(1, 0, 1, 4, "failed")], "waiting")).toEqual(["queued 0-1", "running 1-4", "waiting 4-30"]);
});

test("the iterations of a Map are one row, with how many went well and how long they took", () => {
  const steps = [
    makeStep("/each#1", 0, 50, { type: "Map", status: "failed" }),
    makeStep("/each#1/0/copy#1", 0, 10),
    makeStep("/each#1/1/copy#1", 1, 31, { status: "failed" }),
    makeStep("/each#1/2/copy#1", 2, 5),
  ];
  const rows = timelineRows(steps, BEGIN);
  expect(rows.map(({ label, depth }) => [label, depth])).toEqual([
    ["each", 0],
    ["each[*].copy", 1],
  ]);
  expect(rows[1]).toMatchObject({
    status: "failed",
    folded: { ok: 2, failed: 1, open: 0, shortestMs: 3_000, longestMs: 30_000 },
  });
  expect([second(rows[1]?.from ?? 0), second(rows[1]?.until ?? 0)]).toEqual([0, 31]);
  const opened = timelineRows(steps, BEGIN, new Set([rows[1]?.key ?? ""]));
  expect(opened.map(({ label }) => label)).toEqual([
    "each",
    "each[*].copy",
    "each[0].copy",
    "each[1].copy",
    "each[2].copy",
  ]);
});

test("branches of a Parallel stay apart", () => {
  const steps = [
    makeStep("/both#1", 0, 9, { type: "Parallel" }),
    makeStep("/both#1/0/copy#1", 0, 9),
    makeStep("/both#1/1/copy#1", 0, 9),
  ];
  expect(timelineRows(steps, BEGIN).map(({ label }) => label)).toEqual(["both", "both[0].copy", "both[1].copy"]);
});

test("ten thousand iterations are still one row, and quickly so many", () => {
  const steps = [
    makeStep("/each#1", 0, 50, { type: "Map" }),
    ...Array.from({ length: 10_000 }, (_, n) => makeStep(`/each#1/${n}/copy#1`, 0, 1)),
  ];
  const rows = timelineRows(steps, BEGIN);
  expect(rows).toHaveLength(2);
  expect(spanOf(rows).map(second)).toEqual([0, 50]);
});

test("a state's box shows what is most urgent of its stays, and of one entered again the last", () => {
  const progress = progressOf([
    makeStep("/poll#1", 0, 1, { status: "failed" }),
    makeStep("/poll#2", 2, 3),
    makeStep("/each#1/0/copy#1", 0, 10),
    makeStep("/each#1/1/copy#1", 0, 10, { status: "failed" }),
    makeStep("/each#1/2/copy#1", 0, undefined),
  ]);
  expect(progress.get("poll")).toMatchObject({ status: "succeeded", stays: 2, path: "/poll#2" });
  expect(progress.get("copy")).toMatchObject({ status: "running", path: "/each#1/2/copy#1" });
  expect(countsText(progress.get("copy") ?? { counts: {} })).toBe("1 succeeded, 1 failed, 1 running");
  expect(countsText(progress.get("poll") ?? { counts: {} })).toBe("");
  expect(progress.has("never")).toBe(false);
});

test("the part of the time that is shown stays within the whole, whatever the brush and the keys do", () => {
  expect(zoomed(WHOLE, 2)).toEqual({ from: 0.25, until: 0.75 });
  expect(zoomed({ from: 0.25, until: 0.75 }, 0.1)).toEqual(WHOLE);
  expect(zoomed(WHOLE, 4, 0)).toEqual({ from: 0, until: 0.25 });
  expect(moved({ from: 0.5, until: 0.75 }, 4)).toEqual({ from: 0.75, until: 1 });
  expect(moved({ from: 0.25, until: 0.5 }, -0.5)).toEqual({ from: 0.125, until: 0.375 });
  expect(brushed(0.75, 0.25)).toEqual({ from: 0.25, until: 0.75 });
  const { from, until } = brushed(1, 1);
  expect([until, from < until]).toEqual([1, true]);
});

test("the axis has a few marks at round times", () => {
  expect(marks(60_000, WHOLE)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
  expect(marks(60_000, { from: 0.5, until: 0.6 })).toEqual([30_000, 31_000, 32_000, 33_000, 34_000, 35_000, 36_000]);
  expect(marks(90 * 86_400_000, WHOLE).length).toBeLessThan(16);
});
