import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  aboutText,
  barParts,
  costText,
  isIdle,
  rateText,
  remainingText,
  shareText,
} from "../../../dashboard/src/views/bulk/run-texts.ts";

const counts = (fields: Partial<Record<"QUEUED" | "RUNNING" | "DONE" | "FAILED" | "CANCELLED", number>>) => ({
  QUEUED: 0,
  RUNNING: 0,
  DONE: 0,
  FAILED: 0,
  CANCELLED: 0,
  ...fields,
});

const worker = { worker: "w", host: "h", spot: false, slots: 1, startedAt: "", seenAt: "" };

it.each([
  [0, "a few seconds"],
  [42_000, "about 40 s"],
  [12 * 60_000 + 11_000, "about 12 min"],
  [2 * 3_600_000 + 9 * 60_000, "about 2 h 10 min"],
  [1.99 * 3_600_000, "about 2 h"],
  [30 * 3_600_000, "about a day"],
  [80 * 3_600_000, "about 3 days"],
])("tells %d ms as %s", (ms, text) => {
  expect(aboutText(ms)).toBe(text);
});

describe("what remains of a run", () => {
  const open = { state: "OPEN", counts: counts({ QUEUED: 5, RUNNING: 1 }), workers: [worker] } satisfies Parameters<
    typeof remainingText
  >[0];

  it("is a guess of time where there is a rate", () => {
    expect(remainingText({ ...open, remainingMs: 60 * 60_000 })).toBe("about 60 min");
  });

  it("is not known before some entries have ended", () => {
    expect(remainingText(open)).toBe("not known before some entries have ended");
  });

  it("is not known either where nobody works on it, and that is said", () => {
    const left = { ...open, workers: [{ ...worker, endedAt: "2030-01-31T12:00:00.000Z" }] };
    expect(remainingText(left)).toBe("no worker takes entries");
    expect(remainingText({ ...left, remainingMs: 5_000 })).toBe("no worker takes entries");
    expect([isIdle(left), isIdle(open), isIdle({ ...left, state: "FINISHED" })]).toEqual([true, false, false]);
  });

  it("is nothing for a run that ended, and no time for one that is stopped or loaded", () => {
    expect(remainingText({ ...open, state: "FINISHED" })).toBe("nothing is left");
    expect(remainingText({ ...open, state: "STOPPED" })).toBe("what runs ends by itself");
    expect(remainingText({ ...open, state: "STOPPED", counts: counts({ QUEUED: 5 }) })).toBe(
      "stopped: nothing goes on",
    );
    expect(remainingText({ ...open, state: "LOADING", counts: counts({}) })).toBe("its entries are being loaded");
  });
});

it.each([
  [15_000, "4.2 a second"],
  [2_100, "35 a minute"],
  [12, "12 an hour"],
  [0.5, "0.5 an hour"],
])("tells %d entries an hour as %s", (perHour, text) => {
  expect(rateText(perHour)).toBe(text);
});

it.each([
  [0, 0, "0 %"],
  [0, 10, "0 %"],
  [1, 1_000_000, "< 1 %"],
  [999_999, 1_000_000, "99 %"],
  [10, 10, "100 %"],
])("tells %d of %d as %s", (part, all, text) => {
  expect(shareText(part, all)).toBe(text);
});

it.each([
  [0, "$0.00"],
  [12.345, "$12.35"],
  [0.042, "$0.042"],
  [0.000123, "$0.00012"],
])("tells %d USD as %s", (usd, text) => {
  expect(costText(usd)).toBe(text);
});

describe("the bar of a run", () => {
  it("shows one failed entry of a million", () => {
    const parts = barParts({ entries: 1_000_000, counts: counts({ DONE: 999_999, FAILED: 1 }) });
    expect(parts.map(({ state }) => state)).toEqual(["DONE", "FAILED"]);
    expect(parts[1]?.width).toBeGreaterThan(0.5);
  });

  it("is full where every entry is in it, and stays open while they are loaded", () => {
    const amounts = fc.nat(1_000_000);
    fc.assert(
      fc.property(amounts, amounts, amounts, amounts, amounts, (QUEUED, RUNNING, DONE, FAILED, CANCELLED) => {
        const all = { QUEUED, RUNNING, DONE, FAILED, CANCELLED };
        const entries = QUEUED + RUNNING + DONE + FAILED + CANCELLED;
        const widths = barParts({ entries, counts: all }).map(({ width }) => width);
        const sum = widths.reduce((total, width) => total + width, 0);
        if (entries > 0) expect(sum).toBeCloseTo(100);
        else expect(widths).toEqual([]);
      }),
    );
    const loading = barParts({ entries: 100, counts: counts({ QUEUED: 10 }) });
    expect(loading).toEqual([{ state: "QUEUED", count: 10, width: 10 }]);
  });
});
