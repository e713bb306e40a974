/** When tasks are due: `every` and `cron`, missed times, and the days on which clocks change. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cronProblem, nextDue } from "../../../src/loop/turns/schedule.ts";
import { DAY, HOUR, MINUTE, NOW, task } from "./turn-world.ts";

const at = (text: string) => Date.parse(text);
const cron = (expression: string, timezone = "Europe/Zurich") => task("debr/train", { cron: { expression, timezone } });

/** The times after one another at which a task that runs without delay begins. */
function fires(expression: string, from: string, count: number, timezone?: string): readonly string[] {
  const found: string[] = [];
  for (let since = at(from); found.length < count; ) {
    since = nextDue(cron(expression, timezone), since, since);
    found.push(new Date(since).toISOString().replace(".000Z", "Z"));
  }
  return found;
}

describe("a task without a schedule", () => {
  test("P2: is always due", () => {
    expect(nextDue(task("debr/train"), undefined, NOW)).toBe(NOW);
    expect(nextDue(task("debr/train"), NOW - 1, NOW)).toBeLessThanOrEqual(NOW);
  });
});

describe("`every`", () => {
  const hourly = task("debr/train", { everyMs: HOUR });

  test("is due at once the first time", () => {
    expect(nextDue(hourly, undefined, NOW)).toBe(NOW);
  });

  test("counts from the last start, however long that took", () => {
    expect(nextDue(hourly, NOW - 10 * MINUTE, NOW)).toBe(NOW + 50 * MINUTE);
  });

  test("is one run where several were missed", () => {
    expect(nextDue(hourly, NOW - 5 * HOUR, NOW)).toBeLessThanOrEqual(NOW);
    expect(nextDue(hourly, NOW, NOW)).toBe(NOW + HOUR);
  });
});

describe("`cron`", () => {
  test("waits for its first time after the loop knows it", () => {
    expect(nextDue(cron("0 6 * * *"), undefined, at("2030-01-01T12:00:00Z"))).toBe(at("2030-01-02T05:00:00Z"));
    const known = at("2030-01-01T04:59:00Z");
    expect(nextDue(cron("0 6 * * *"), known, at("2030-01-01T05:20:00Z"))).toBe(at("2030-01-01T05:00:00Z"));
  });

  test("is due at its time in its time zone", () => {
    expect(fires("0 6 * * *", "2030-01-01T00:00:00Z", 2)).toEqual(["2030-01-01T05:00:00Z", "2030-01-02T05:00:00Z"]);
    expect(fires("0 6 * * *", "2030-01-01T00:00:00Z", 1, "Asia/Tokyo")).toEqual(["2030-01-01T21:00:00Z"]);
    expect(fires("30 9 * * MON", "2030-01-01T00:00:00Z", 2, "UTC")).toEqual([
      "2030-01-07T09:30:00Z",
      "2030-01-14T09:30:00Z",
    ]);
  });

  test("runs once for times that were missed", () => {
    const lastStart = at("2030-01-01T05:00:00.020Z");
    const now = at("2030-01-05T09:00:00Z");
    expect(nextDue(cron("0 6 * * *"), lastStart, now)).toBe(at("2030-01-02T05:00:00Z"));
    expect(nextDue(cron("0 6 * * *"), now, now)).toBe(at("2030-01-06T05:00:00Z"));
  });

  test("does not run a second time for a start in the very moment", () => {
    const due = at("2030-01-01T05:00:00Z");
    expect(nextDue(cron("0 6 * * *"), due, due)).toBe(at("2030-01-02T05:00:00Z"));
  });

  test("runs at the next moment where its time of day is left out in spring", () => {
    expect(fires("30 2 * * *", "2030-03-30T12:00:00Z", 2)).toEqual(["2030-03-31T01:00:00Z", "2030-04-01T00:30:00Z"]);
  });

  test("runs once where its time of day comes twice in autumn", () => {
    expect(fires("30 2 * * *", "2030-10-26T12:00:00Z", 2)).toEqual(["2030-10-27T00:30:00Z", "2030-10-28T01:30:00Z"]);
  });

  test("keeps its time of day over both changes", () => {
    expect(fires("0 6 * * *", "2030-03-30T00:00:00Z", 2)).toEqual(["2030-03-30T05:00:00Z", "2030-03-31T04:00:00Z"]);
    expect(fires("0 6 * * *", "2030-10-26T00:00:00Z", 2)).toEqual(["2030-10-26T04:00:00Z", "2030-10-27T05:00:00Z"]);
  });

  test("with steps follows the hours that pass, in those nights too", () => {
    const half = 30 * MINUTE;
    for (const [from, hours] of [
      ["2030-03-31T00:00:00Z", 4],
      ["2030-10-27T00:00:00Z", 4],
    ] as const) {
      const times = fires("*/30 * * * *", from, hours * 2).map(at);
      expect(times.map((time, index) => time - (times[index - 1] ?? time - half))).toEqual(times.map(() => half));
    }
  });

  test("that has no time any more is never due", () => {
    expect(nextDue(cron("0 0 30 2 *"), NOW, NOW)).toBe(Number.POSITIVE_INFINITY);
  });

  test("that cannot be read is never due, and says why", () => {
    expect(nextDue(cron("every day"), NOW, NOW)).toBe(Number.POSITIVE_INFINITY);
    expect(nextDue(cron("0 6 * * *", "Europe/Nowhere"), NOW, NOW)).toBe(Number.POSITIVE_INFINITY);
    expect(cronProblem({ expression: "every day", timezone: "UTC" })).toContain("every day");
    expect(cronProblem({ expression: "0 6 * * *", timezone: "Europe/Nowhere" })).toContain("Europe/Nowhere");
    expect(cronProblem({ expression: "0 6 * * * *", timezone: "UTC" })).toBeDefined();
    expect(cronProblem({ expression: "0 6 * * *", timezone: "Europe/Zurich" })).toBeUndefined();
  });
});

test("the next time lies after the last start, whatever the schedule and the moment", () => {
  const schedule = fc.oneof(
    fc.record({ everyMs: fc.integer({ min: 1000, max: 30 * DAY }) }),
    fc.record({
      cron: fc.record({
        expression: fc.constantFrom("0 6 * * *", "30 2 * * *", "*/7 * * * *", "0 0 1 * *", "15 2,3 * * SUN"),
        timezone: fc.constantFrom("UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe"),
      }),
    }),
  );
  fc.assert(
    fc.property(schedule, fc.integer({ min: NOW, max: NOW + 800 * DAY }), (settings, since) => {
      const due = nextDue(task("debr/train", settings), since, since);
      expect(due).toBeGreaterThan(since);
      // Asked again before that time, it is the same.
      expect(nextDue(task("debr/train", settings), since, due - 1)).toBe(due);
    }),
    { numRuns: 300 },
  );
});
