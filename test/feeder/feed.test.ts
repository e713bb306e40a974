/** What the SDK keeps for every feeder: how far it is, its rate, its limit, and a run that goes on when a Lambda's time is over. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { defineFeeder, type FeederHandler } from "../../src/feeder/define-feeder.ts";
import { at, feederParameters, payloadOf } from "../../src/feeder/index.ts";
import { FEEDER_PORTS, type FeederContext, type FeederPorts } from "../../src/feeder/ports.ts";
import type { Reached } from "../../src/feeder/positions.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const SECOND = 1000;

/** Counts from its position on, a second for each, and tells after every ten how far it is. */
const counter = defineFeeder({
  name: "counter",
  parameters: z.object({ to: z.int(), tells: z.boolean().default(true), ...feederParameters }),
  async *run({ parameters, position, clock, signal }) {
    for (let number = Number(position ?? 0) + 1; number <= parameters.to; number++) {
      await clock.sleep(SECOND, signal);
      yield payloadOf([{ id: String(number), collection: "numbers" }], parameters);
      if (parameters.tells && number % 10 === 0) yield at(number);
    }
  },
});

interface World {
  readonly lambdaMs?: number;
  readonly feeder?: FeederHandler;
}

function makeWorld({ lambdaMs, feeder = counter }: World = {}) {
  const clock = makeVirtualClock();
  const sent: { readonly id: string; readonly at: number }[] = [];
  const kept = new Map<string, Reached>();
  const again: unknown[] = [];
  const start = clock.now();

  function run(event: object, ports: Partial<FeederPorts> = {}) {
    const begun = clock.now();
    const context: FeederContext = {
      ...(lambdaMs === undefined ? {} : { getRemainingTimeInMillis: () => begun + lambdaMs - clock.now() }),
      [FEEDER_PORTS]: {
        clock,
        intake: {
          async send(messages) {
            for (const { body } of messages)
              sent.push({ id: JSON.parse(body).features[0].id, at: clock.now() - start });
            return messages.map(({ id }) => ({ id, outcome: "sent" }));
          },
        },
        positions: {
          read: async ({ digest }) => kept.get(digest),
          write: async ({ digest }, reached) => void kept.set(digest, reached),
          remove: async ({ digest }) => void kept.delete(digest),
        },
        again: async (event) => void again.push(event),
        ...ports,
      },
    };
    return feeder({ workflow: "mirror", ...event }, context as Parameters<FeederHandler>[1]); // nothing else is read
  }
  return { run, sent, kept, again, clock, ids: () => sent.map(({ id }) => Number(id)) };
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe("a position", () => {
  test("is stored only when everything before it is sent, and removed at the end", async () => {
    const { run, kept, ids } = makeWorld();
    const written: { position: unknown; sent: number }[] = [];
    const positions: NonNullable<FeederPorts["positions"]> = {
      read: async () => undefined,
      write: async (_run, { position }) => void written.push({ position, sent: ids().length }),
      remove: async () => void written.push({ position: "removed", sent: ids().length }),
    };
    await run({ to: 25 }, { positions });
    expect(written).toEqual([
      { position: 10, sent: 10 },
      { position: 20, sent: 20 },
      { position: "removed", sent: 25 },
    ]);
    expect(kept.size).toBe(0);
  });

  test("is where a run goes on after one that failed, with the count of both", async () => {
    const { run, ids } = makeWorld();
    const stop = new AbortController();
    const failed = run({ to: 25 }, { signal: stop.signal, intake: stoppingAt(20, stop) });
    await expect(failed).rejects.toThrow("pulled out");
    expect(await run({ to: 25 })).toEqual({ found: 25 });
    // The first ten went to the intake that stopped the run.
    expect(ids()).toEqual(upTo(25).slice(10));
  });

  test("belongs to its parameters, whatever rate, limit and credentials they come with", async () => {
    const { run, kept } = makeWorld();
    const stop = new AbortController();
    await expect(run({ to: 25 }, { signal: stop.signal, intake: stoppingAt(20, stop) })).rejects.toThrow();
    expect(kept.size).toBe(1);
    expect(await run({ to: 25, rate: 5, limit: 13 })).toEqual({ found: 13 });
    expect(kept.size).toBe(0);
  });
});

/** Takes messages until it has so many, and then the run is told to end. */
function stoppingAt(count: number, stop: AbortController): FeederPorts["intake"] {
  let taken = 0;
  return {
    async send(messages) {
      taken += messages.length;
      if (taken >= count) {
        stop.abort(new Error("pulled out"));
        throw new Error("pulled out");
      }
      return messages.map(({ id }) => ({ id, outcome: "sent" }));
    },
  };
}

describe("a Lambda", () => {
  test("whose time is nearly over leaves the rest to another run of itself, as often as it takes", async () => {
    const { run, again, ids } = makeWorld({ lambdaMs: 300 * SECOND });
    const event = { to: 1000, tells: true };
    const results = [];
    for (let result = await run(event); ; result = await run(event)) {
      results.push(result);
      if (result.continues !== true) break;
    }
    expect(results.slice(0, 2)).toEqual([
      { found: 230, continues: true },
      { found: 460, continues: true },
    ]);
    expect(results.at(-1)).toEqual({ found: 1000 });
    expect(again).toHaveLength(results.length - 1);
    expect(again[0]).toMatchObject(event);
    expect([...new Set(ids())]).toEqual(upTo(1000));
  });

  test("that comes no further in its time says so, instead of beginning again for ever", async () => {
    const { run, again } = makeWorld({ lambdaMs: 300 * SECOND });
    expect(await run({ to: 1000, tells: false })).toEqual({ found: 230, continues: true });
    // It finds the same again, and has no time left for more.
    await expect(run({ to: 1000, tells: false })).rejects.toMatchObject({
      message: expect.stringMatching(/time of the feeder counter was over.*at\(position\)/),
    });
    expect(again).toHaveLength(1);
    const { run: runShort, again: againShort } = makeWorld({ lambdaMs: 10 * SECOND });
    await expect(runShort({ to: 1000 })).rejects.toThrow(/raise lambda.timeout/i);
    expect(againShort).toEqual([]);
  });

  test("whose rate allows fewer payloads than lie between two positions sends the next ones in each run", async () => {
    const { run, ids, kept } = makeWorld({ lambdaMs: 300 * SECOND });
    const event = { to: 25, rate: 0.02 };
    let runs = 1;
    for (let result = await run(event); result.continues === true; result = await run(event)) runs++;
    expect(runs).toBeGreaterThan(2);
    expect(ids()).toEqual(upTo(25));
    expect(kept.size).toBe(0);
  });

  test("that begins where it was, and tells so, has not come any further", async () => {
    const slow = defineFeeder({
      name: "slow",
      parameters: z.object({}),
      async *run({ position = "begin", clock, signal }) {
        yield at(position);
        await clock.sleep(3600 * SECOND, signal);
      },
    });
    const { run, again } = makeWorld({ lambdaMs: 300 * SECOND, feeder: slow });
    expect(await run({})).toEqual({ found: 0, continues: true });
    await expect(run({})).rejects.toThrow(/before it had come any further/);
    expect(again).toHaveLength(1);
  });

  test("that a queue calls leaves what it did not get to with the queue", async () => {
    const { run, again, kept } = makeWorld({ lambdaMs: 300 * SECOND });
    await expect(run({ to: 1000, tells: false, Records: [] })).rejects.toThrow(/time of the feeder counter was over/);
    expect(again).toEqual([]);
    expect(kept.size).toBe(0);
  });

  test("that a schedule calls again while a run goes on does not go on besides it", async () => {
    const { run, again, ids } = makeWorld({ lambdaMs: 300 * SECOND });
    const event = { to: 1000 };
    const results = await Promise.all([run(event), run(event), run(event)]);
    expect(results.filter(({ continues }) => continues)).toHaveLength(1);
    expect(again).toHaveLength(1);
    while ((await run(event)).continues === true);
    expect([...new Set(ids())].sort((a, b) => a - b)).toEqual(upTo(1000));
  });

  test("that ends in time starts nothing", async () => {
    const { run, again } = makeWorld({ lambdaMs: 300 * SECOND });
    expect(await run({ to: 40 })).toEqual({ found: 40 });
    expect(again).toEqual([]);
  });
});

describe("limits", () => {
  test("no more payloads are sent than `limit` says, and nothing is left of the run", async () => {
    const { run, ids, kept } = makeWorld();
    expect(await run({ to: 1000, limit: 13 })).toEqual({ found: 13 });
    expect(ids()).toEqual(upTo(13));
    expect(kept.size).toBe(0);
  });

  test.each([
    { rate: 0.5, seconds: 28 },
    { rate: 0.1, seconds: 140 },
  ])("with a rate of $rate a second, 15 payloads take $seconds seconds", async ({ rate, seconds }) => {
    const { run, sent } = makeWorld();
    await run({ to: 15, rate });
    expect(sent.at(-1)?.at).toBe((seconds + 1) * SECOND);
    expect(sent.map(({ at }) => at - (sent[0]?.at ?? 0))).toEqual(
      upTo(15).map((number) => ((number - 1) / rate) * SECOND),
    );
  });

  test("a rate above that of the feeder slows nothing down", async () => {
    const { run, clock } = makeWorld();
    const begun = clock.now();
    await run({ to: 100, rate: 50 });
    expect(clock.now() - begun).toBe(100 * SECOND);
  });
});

describe("what a payload is for", () => {
  test("is named once: as a workflow or as a process", async () => {
    const { run } = makeWorld();
    await expect(run({ to: 1, workflow: undefined })).rejects.toThrow(/\$\.workflow: found nothing/);
    await expect(run({ to: 1, process: [{ workflow: "mirror" }] })).rejects.toThrow(/together with process/);
    await expect(run({ to: 1, workflow: "no_such/name" })).rejects.toThrow(/\$\.workflow: expected a workflow name/);
  });

  test("with `replace` holds for the whole chain", () => {
    const process = [{ workflow: "mirror" }, [{ workflow: "publish-only" }, { workflow: "cog-archive" }]];
    expect(payloadOf([{ id: "a" }], { process, replace: true })).toEqual({
      type: "FeatureCollection",
      features: [{ id: "a" }],
      process: [
        { workflow: "mirror", replace: true },
        [
          { workflow: "publish-only", replace: true },
          { workflow: "cog-archive", replace: true },
        ],
      ],
    });
    expect(payloadOf([], { process: { workflow: "mirror" } }).process).toEqual([{ workflow: "mirror" }]);
  });
});
