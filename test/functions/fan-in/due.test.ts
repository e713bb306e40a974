/** How often reconcile looks at what waits: rarely enough for ten thousand of them, and never later than it has promised. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TransientError } from "../../../src/errors.ts";
import { type Interval, isDue } from "../../../src/functions/reconcile/due.ts";
import { type ReconcileSummary, reconcileLambda } from "../../../src/functions/reconcile/lambda.ts";
import { contextWith } from "../lambda-context.ts";
import { MINUTE, makeWorld, payloadOf, type World } from "../world.ts";

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BEGAN = Date.parse("2030-01-01T00:00:00.000Z");
const record = { claimedAt: "2030-01-01T00:00:00.000Z" };

const between = (after: number, until: number): Interval => ({ after: BEGAN + after, until: BEGAN + until });

/** When it is looked at, in milliseconds from when it began to wait. */
function looksAt(runs: readonly number[]): readonly number[] {
  return runs.filter((run, index) => isDue(record, between(runs[index - 1] ?? run - 6 * MINUTE, run)));
}

function everyFiveMinutes(until: number): readonly number[] {
  return Array.from({ length: Math.floor(until / (5 * MINUTE)) }, (_, index) => (index + 1) * 5 * MINUTE);
}

describe("a payload that waits", () => {
  test("is looked at every five minutes for an hour, and every hour in the end", () => {
    const looks = looksAt(everyFiveMinutes(7 * DAY));
    expect(looks.filter((at) => at <= HOUR)).toHaveLength(12);
    expect(looks.filter((at) => at > 6 * DAY)).toHaveLength(24);
  });

  // As the guide says it.
  test("is looked at some two hundred times in a week, and not two thousand times", () => {
    expect(everyFiveMinutes(7 * DAY)).toHaveLength(2016);
    expect(looksAt(everyFiveMinutes(7 * DAY))).toHaveLength(197);
  });

  test("is never left for longer than a twelfth of the time that it has waited, an hour at most, and one run", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10 * MINUTE }), { minLength: 1, maxLength: 300 }), (pauses) => {
        let at = 0;
        const runs = pauses.map((pause) => {
          at += pause;
          return at;
        });
        let last = 0;
        for (const look of looksAt(runs)) {
          expect(look - last).toBeLessThanOrEqual(Math.min(HOUR, Math.max(5 * MINUTE, look / 12)) + 10 * MINUTE);
          last = look;
        }
        expect(at - last).toBeLessThanOrEqual(Math.min(HOUR, Math.max(5 * MINUTE, at / 12)) + 10 * MINUTE);
      }),
    );
  });

  test("is looked at as often however the runs divide the time", () => {
    const long = fc.integer({ min: HOUR, max: 30 * DAY });
    fc.assert(
      fc.property(fc.uniqueArray(long, { minLength: 2, maxLength: 50 }), (times) => {
        const runs = times.toSorted((a, b) => a - b);
        const whole = isDue(record, between(runs[0] ?? 0, runs.at(-1) ?? 0));
        const parts = runs.slice(1).some((until, index) => isDue(record, between(runs[index] ?? 0, until)));
        expect(parts).toBe(whole);
      }),
    );
  });
});

describe("reconcile", () => {
  let world: World;
  let lists: number;
  let run: () => Promise<ReconcileSummary>;
  beforeEach(() => {
    for (const method of ["log", "debug", "info", "warn", "error"] as const) {
      vi.spyOn(console, method).mockImplementation(() => {});
    }
    // Else it has a console of its own.
    vi.stubEnv("POWERTOOLS_DEV", "true");
    vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
    lists = 0;
    world = makeWorld({
      change: ({ objects }) => ({
        objects: {
          ...objects,
          list(prefix) {
            lists += 1;
            return objects.list(prefix);
          },
        },
      }),
    });
    const handler = reconcileLambda(async (log) => ({ ...world.ports, log }));
    run = () => handler({}, contextWith(60_000));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await world.close();
  });

  async function runFor(ms: number): Promise<readonly ReconcileSummary[]> {
    const summaries: ReconcileSummary[] = [];
    for (let time = 0; time < ms; time += 5 * MINUTE) {
      world.clock.advance(5 * MINUTE);
      summaries.push(await run());
    }
    return summaries;
  }

  const group = (timeout: string) =>
    payloadOf([{ workflow: "publish", await: { group: "all", count: 2, timeout } }], ["a"]);

  test("lists once an hour what has arrived for one that has waited for days, and counts it each time", async () => {
    await world.process([group("30d")]);
    world.clock.advance(3 * DAY);
    await run();
    lists = 0;
    const summaries = await runFor(6 * HOUR);
    expect(lists).toBe(6);
    expect(new Set(summaries.map(({ waiting }) => waiting))).toEqual(new Set([1]));
  });

  test("ends it at the first run after its time, whether or not a look is due", async () => {
    await world.process([group("90m")]);
    world.clock.advance(89 * MINUTE);
    await run();
    world.clock.advance(MINUTE);
    lists = 0;
    await run();
    expect(lists).toBe(1);
    expect(await world.record("s2/workflow-publish/all")).toMatchObject({ lastError: { error: "AwaitTimeout" } });
  });

  test("finds within an hour what came to be there without a message that said so", async () => {
    const cog = payloadOf("cog", ["a"]);
    const id = "s2/workflow-cog/a";
    await world.process([
      { type: "FeatureCollection", process: [{ workflow: "publish", await: { payloads: [id] } }] },
      cog,
    ]);
    world.clock.advance(3 * DAY);
    await run();
    await world.update([world.end({ ...cog, id }, id)]);
    await runFor(HOUR);
    expect(await world.record("s2/workflow-publish/a")).toMatchObject({ state: "PROCESSING" });
  });

  test("misses no look, and makes none twice, where one pass over all takes several runs", async () => {
    for (let batch = 0; batch < 6; batch++) {
      const names = Array.from({ length: 10 }, (_, index) => `${batch}-${index}`);
      const definition = (name: string) => ({ workflow: "publish", await: { group: name, count: 2, timeout: "30d" } });
      await world.process(names.map((name) => payloadOf([definition(name)], [name])));
    }
    world.clock.advance(3 * DAY);
    const { state } = world.ports;
    let calls = 0;
    const listWaiting: typeof state.listWaiting = (query) =>
      ++calls % 2 === 0 ? Promise.reject(new TransientError("throttled")) : state.listWaiting(query);
    const handler = reconcileLambda(async (log) => ({ ...world.ports, state: { ...state, listWaiting }, log }));
    lists = 0;
    let broken = 0;
    for (let time = 0; time < 4 * HOUR; time += 5 * MINUTE) {
      world.clock.advance(5 * MINUTE);
      await handler({}, contextWith(60_000)).catch(() => {
        broken += 1;
      });
    }
    expect(broken).toBe(36);
    expect(lists).toBe(4 * 60);
  });
});
