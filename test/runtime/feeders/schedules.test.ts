import fc from "fast-check";
import { expect, test } from "vitest";
import { isoTime } from "../../../src/clock.ts";
import { silentLog } from "../../../src/log.ts";
import type { FeederSchedule } from "../../../src/runtime/feeders/schedules/feeder-schedules.ts";
import { runSchedules } from "../../../src/runtime/feeders/schedules/run-schedules.ts";
import { readSchedule } from "../../../src/runtime/feeders/schedules/schedule-times.ts";
import { scheduledEvent } from "../../../src/runtime/feeders/schedules/scheduled-event.ts";
import { makeWallClock } from "../../../src/runtime/feeders/schedules/wall-clock.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

const TUESDAY = Date.parse("2030-01-15T10:00:00Z");

function times(text: string, count: number, timezone?: string): readonly string[] {
  const schedule = readSchedule(text, { since: TUESDAY, timezone });
  const found: string[] = [];
  for (let at = schedule?.next(TUESDAY); at !== undefined && found.length < count; at = schedule?.next(at)) {
    found.push(isoTime(at).slice(0, 16));
  }
  return found;
}

test.each([
  ["rate(1 hour)", ["2030-01-15T11:00", "2030-01-15T12:00"]],
  ["rate(90 minutes)", ["2030-01-15T11:30", "2030-01-15T13:00"]],
  ["rate(2 days)", ["2030-01-17T10:00", "2030-01-19T10:00"]],
  ["cron(0 12 * * ? *)", ["2030-01-15T12:00", "2030-01-16T12:00"]],
  ["cron(0/15 * * * ? *)", ["2030-01-15T10:15", "2030-01-15T10:30"]],
  // AWS's weekdays begin with 1, which is Sunday.
  ["cron(30 8 ? * 2-6 *)", ["2030-01-16T08:30", "2030-01-17T08:30", "2030-01-18T08:30", "2030-01-21T08:30"]],
  ["cron(30 8 ? * MON-FRI *)", ["2030-01-16T08:30", "2030-01-17T08:30", "2030-01-18T08:30", "2030-01-21T08:30"]],
  ["cron(0 0 L * ? *)", ["2030-01-31T00:00", "2030-02-28T00:00"]],
  ["cron(0 0 ? * 6L *)", ["2030-01-25T00:00", "2030-02-22T00:00"]],
  ["cron(0 0 ? * 3#2 *)", ["2030-02-12T00:00", "2030-03-12T00:00"]],
  ["cron(0 0 1 1 ? 2032)", ["2032-01-01T00:00"]],
])("%s is due as EventBridge has it", (text, expected) => {
  expect(times(text, expected.length)).toEqual(expected);
});

test("a schedule in a time zone keeps to its clock when that changes", () => {
  const schedule = readSchedule("cron(0 8 * * ? *)", { since: 0, timezone: "Europe/Berlin" });
  const first = schedule?.next(Date.parse("2030-03-30T00:00:00Z")) ?? 0;
  expect([first, schedule?.next(first) ?? 0].map(isoTime)).toEqual([
    "2030-03-30T07:00:00.000Z",
    "2030-03-31T06:00:00.000Z",
  ]);
});

/** The next times after a moment, in UTC. */
function timesAfter(from: string, count: number, text: string, timezone = "Europe/Berlin"): readonly string[] {
  const schedule = readSchedule(text, { since: 0, timezone });
  const found: string[] = [];
  for (let at = schedule?.next(Date.parse(from)); at !== undefined && found.length < count; at = schedule?.next(at)) {
    found.push(isoTime(at).slice(5, 16));
  }
  return found;
}

test.each([
  ["cron(30 2 * * ? *)", ["03-30T01:30", "04-01T00:30"]],
  ["cron(0 2 * * ? *)", ["03-30T01:00", "04-01T00:00"]],
  ["cron(0 3 * * ? *)", ["03-30T02:00", "03-31T01:00", "04-01T01:00"]],
  ["cron(30 1-3 31 3 ? *)", ["03-31T00:30", "03-31T01:30"]],
  [
    "cron(0/30 0-3 31 3 ? *)",
    ["03-30T23:00", "03-30T23:30", "03-31T00:00", "03-31T00:30", "03-31T01:00", "03-31T01:30"],
  ],
])("%s leaves out what falls into the hour that summer time takes", (text, expected) => {
  expect(timesAfter("2030-03-29T12:00Z", expected.length, text)).toEqual(expected);
});

test.each([
  ["cron(30 2 * * ? *)", ["10-27T00:30", "10-28T01:30"]],
  ["cron(30 2,3 * * ? *)", ["10-27T00:30", "10-27T02:30", "10-28T01:30"]],
  ["cron(0/30 * * * ? *)", ["10-26T23:30", "10-27T00:00", "10-27T00:30", "10-27T02:00", "10-27T02:30"]],
  ["cron(0 3 * * ? *)", ["10-27T02:00", "10-28T02:00"]],
])("%s runs once in the hour that comes twice", (text, expected) => {
  expect(timesAfter("2030-10-26T23:00Z", expected.length, text)).toEqual(expected);
});

test("from within the second of the two hours on, the next time is after them", () => {
  expect(timesAfter("2030-10-27T01:10Z", 2, "cron(0/15 * * * ? *)")).toEqual(["10-27T02:00", "10-27T02:15"]);
});

test("zones may change at midnight, by half an hour, and by a whole day", () => {
  expect(timesAfter("2030-04-24T00:00Z", 2, "cron(30 0 * * ? *)", "Africa/Cairo")).toEqual([
    "04-24T22:30",
    "04-26T21:30",
  ]);
  expect(timesAfter("2030-04-05T20:00Z", 2, "cron(45 1 * * ? *)", "Australia/Lord_Howe")).toEqual([
    "04-06T14:45",
    "04-07T15:15",
  ]);
  expect(timesAfter("2011-12-29T00:00Z", 2, "cron(0 9 * * ? *)", "Pacific/Apia")).toEqual([
    "12-29T19:00",
    "12-30T19:00",
  ]);
});

test("rates and schedules without a time zone know of no summer time", () => {
  expect(timesAfter("2030-03-30T12:00Z", 2, "rate(1 day)")).toEqual(["03-31T00:00", "04-01T00:00"]);
  const daily = readSchedule("cron(30 2 * * ? *)", { since: 0 });
  expect(isoTime(daily?.next(Date.parse("2030-03-31T00:00Z")) ?? 0)).toBe("2030-03-31T02:30:00.000Z");
});

test("a clock on the wall shows each moment, and all but the second of two moments are found by it", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
  ];
  const seconds = fc.integer({ min: Date.parse("2029-12-31") / 1000, max: Date.parse("2031-01-02") / 1000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), seconds, (zone, second) => {
      const clock = makeWallClock(zone);
      const at = second * 1000;
      const first = clock.firstShows(clock.shows(at)) ?? Number.NaN;
      expect(clock.shows(first)).toBe(clock.shows(at));
      expect([0, 30, 60]).toContain((at - first) / 60_000);
    }),
  );
});

test("a schedule that is over is never due again", () => {
  expect(times("cron(0 0 1 1 ? 2031)", 2)).toEqual(["2031-01-01T00:00"]);
});

test.each(["rate(0 minutes)", "rate(1 week)", "cron(0 12 * *)", "cron(99 12 * * ? *)", "every day"])(
  "%s is no schedule",
  (text) => {
    expect(readSchedule(text, { since: TUESDAY })).toBeUndefined();
  },
);

const due = { at: TUESDAY + 300, id: "one", region: "us-west-2" };

test("a feeder is called with EventBridge's event, with what is given in its place, or with parts of it in that", () => {
  const schedule: FeederSchedule = { feeder: "watcher", expression: "rate(1 hour)" };
  expect(scheduledEvent(schedule, due)).toMatchObject({
    "detail-type": "Scheduled Event",
    time: "2030-01-15T10:00:00Z",
  });
  expect(scheduledEvent({ ...schedule, input: { workflow: "mirror" } }, due)).toEqual({ workflow: "mirror" });
  const transformer = {
    inputPathsMap: { when: "$.time", none: "$.detail.none" },
    inputTemplate: '{"time": <when>, "quoted": "<when>", "none": <none>, "workflow": "mirror"}',
  };
  expect(scheduledEvent({ ...schedule, transformer }, due)).toEqual({
    time: "2030-01-15T10:00:00Z",
    quoted: "2030-01-15T10:00:00Z",
    none: null,
    workflow: "mirror",
  });
});

/** Runs schedules until feeders were called so often; `invoke` says how long each call takes and how it ends. */
async function run(
  schedules: () => readonly FeederSchedule[],
  calls: number,
  invoke: (feeder: string, call: number) => { readonly ms?: number; readonly error?: string } = () => ({}),
  onCall: (call: number, refresh: () => void) => void = () => {},
) {
  const clock = makeVirtualClock("2030-01-15T10:00:00Z");
  const called: string[] = [];
  const told: string[] = [];
  const lines: string[] = [];
  let enough = () => {};
  const until = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const running = runSchedules({
    schedules,
    async call(feeder, _event, signal) {
      called.push(`${isoTime(clock.now()).slice(11, 16)} ${feeder}`);
      const { ms = 0, error } = invoke(feeder, called.length);
      onCall(called.length, () => running.refresh());
      if (called.length === calls) enough();
      await clock.sleep(ms, signal);
      if (error !== undefined) throw new Error(error);
      return 1;
    },
    tell: (feeder, found) => void told.push(`${feeder}: ${found}`),
    clock,
    log: {
      warn: (message) => void lines.push(message),
      error: (message, fields) => void lines.push(`${message}: ${fields?.reason}`),
    },
    newId: () => "id",
    region: "us-west-2",
  });
  await until;
  await running.stop();
  return { called, told, lines };
}

const hourly: FeederSchedule = { feeder: "hourly", expression: "rate(1 hour)" };
const halfPast: FeederSchedule = { feeder: "half-past", expression: "cron(30 * * * ? *)" };

test("feeders are called when they are due, each by all of its schedules", async () => {
  const { called } = await run(() => [hourly, halfPast, { ...hourly, expression: "cron(45 10 * * ? *)" }], 5);
  expect(called).toEqual(["10:30 half-past", "10:45 hourly", "11:00 hourly", "11:30 half-past", "12:00 hourly"]);
});

test("a feeder that still runs is not called again, and that is told", async () => {
  const { called, lines } = await run(
    () => [hourly, halfPast],
    4,
    (feeder) => ({ ms: feeder === "hourly" ? 80 * 60_000 : 0 }),
  );
  expect(called).toEqual(["10:30 half-past", "11:00 hourly", "11:30 half-past", "12:30 half-past"]);
  expect(lines).toEqual(["hourly is due by rate(1 hour), and still runs: left out this time"]);
});

test("one that fails is told of, and is called the next time all the same", async () => {
  const { called, lines } = await run(
    () => [hourly],
    2,
    (_feeder, call) => (call === 1 ? { error: "no network" } : {}),
  );
  expect(called).toEqual(["11:00 hourly", "12:00 hourly"]);
  expect(lines).toEqual(["the feeder hourly failed: no network"]);
});

test("schedules that change count from when it began, and those that are gone are over", async () => {
  let schedules: readonly FeederSchedule[] = [hourly, halfPast];
  const { called } = await run(
    () => schedules,
    4,
    () => ({}),
    (call, refresh) => {
      if (call !== 1) return;
      schedules = [{ ...hourly, expression: "rate(2 hours)" }];
      refresh();
    },
  );
  expect(called).toEqual(["10:30 half-past", "12:00 hourly", "14:00 hourly", "16:00 hourly"]);
});

test("what is no schedule is told of by the feeder's name", async () => {
  const { lines } = await run(() => [hourly, { feeder: "never", expression: "rate(1 week)" }], 1);
  expect(lines).toEqual(["never is never called: rate(1 week) is no schedule"]);
  const nowhere: FeederSchedule = { feeder: "nowhere", expression: "cron(0 1 * * ? *)", timezone: "Europe/Nowhere" };
  expect((await run(() => [hourly, nowhere], 1)).lines).toEqual([
    "nowhere is never called: cron(0 1 * * ? *) in Europe/Nowhere is no schedule",
  ]);
});

test("stopping takes what runs back, and does not call that a failure", async () => {
  const { lines, told } = await run(
    () => [hourly],
    1,
    () => ({ ms: 3 * 60 * 60_000 }),
  );
  expect({ lines, told }).toEqual({ lines: [], told: [] });
});

test("a schedule that is due at the moment when the project changes is kept", async () => {
  let now = TUESDAY;
  const called: string[] = [];
  const naps: (() => void)[] = [];
  const running = runSchedules({
    schedules: () => [hourly],
    call: async () => {
      called.push(isoTime(now).slice(11, 16));
      return 0;
    },
    tell: () => {},
    clock: {
      now: () => now,
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          naps.push(resolve);
          signal?.addEventListener("abort", () => reject(signal.reason));
        }),
    },
    log: silentLog,
    newId: () => "id",
    region: "us-west-2",
  });
  // The time is over, and its timer has not fired yet.
  now += 3_600_000;
  running.refresh();
  naps.at(-1)?.();
  await expect.poll(() => called).toEqual(["11:00"]);
  // A clock that is set back does not make it due once more.
  now -= 1_800_000;
  running.refresh();
  naps.at(-1)?.();
  await running.stop();
  expect(called).toEqual(["11:00"]);
});

test("a clock that is set back for long is followed, and a schedule that comes back begins anew", async () => {
  const time = makeVirtualClock(isoTime(TUESDAY));
  let setBack = 0;
  const clock = { ...time, now: () => time.now() - setBack };
  const called: string[] = [];
  let schedules = [hourly];
  const running = runSchedules({
    schedules: () => schedules,
    call: async () => called.push(isoTime(clock.now()).slice(11, 16)),
    tell: () => {},
    clock,
    log: silentLog,
    newId: () => "id",
    region: "us-west-2",
  });
  await clock.sleep(90 * 60_000);
  setBack = 4 * 3_600_000;
  await clock.sleep(2 * 3_600_000);
  schedules = [];
  running.refresh();
  await clock.sleep(2 * 3_600_000);
  schedules = [hourly];
  running.refresh();
  await clock.sleep(40 * 60_000);
  await running.stop();
  expect(called).toEqual(["11:00", "08:00", "09:00", "12:00"]);
});
