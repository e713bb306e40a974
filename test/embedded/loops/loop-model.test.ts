/** Random histories of two holders, over two connections to one file, against a model in memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeEmbeddedLoops } from "../../../src/embedded/loops/loops.ts";
import { OUTCOMES, type Outcome } from "../../../src/loop/loop-execution.ts";
import { type LoopRecord, newLoop } from "../../../src/loop/loop-record.ts";
import type { LoopChange } from "../../../src/loop/loop-store.ts";
import { endOf, executionOf, requestOf, taskOf } from "../../contracts/loop-world.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { type LoopModel, makeLoopModel } from "./loop-model.ts";

const CODOPS = "debr";
const TASKS = ["a", "b"];
const LEASE_MS = 1000;

/** What a holder believes: it may be wrong by now, and then the store says so. */
interface Belief {
  fence: number;
  record: LoopRecord;
}

function makeReal(isAlive: (holder: string) => boolean) {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-test-"));
  const clock = makeVirtualClock();
  const open = () => {
    const db = openDatabase(join(folder, "cirrus.db"));
    // Processes come and go here, the machine stays: without waiting for the disk the same histories take seconds.
    db.get("PRAGMA synchronous = OFF");
    return { db, ...makeEmbeddedLoops(db, { clock, folder, isAlive }) };
  };
  const processes = [open(), open()];
  const real = {
    clock,
    lives: [1, 1],
    beliefs: [undefined, undefined] as (Belief | undefined)[],
    changes: [] as LoopChange[],
    begun: [] as string[],
    store: (which: number) => (processes[which] ?? open()).store,
    reopen(which: number) {
      processes[which]?.db.close();
      processes[which] = open();
    },
    holder: (which: number) => `holder ${which}, life ${real.lives[which]}`,
    close() {
      for (const { db } of processes) db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return real;
}

type Real = ReturnType<typeof makeReal>;

async function compare(model: LoopModel, real: Real): Promise<void> {
  const store = real.store(1);
  const { record, fence } = model.loop;
  const loops = fence === 0 ? [] : [{ ...record, fence, ...(model.driver() && { holder: model.driver() }) }];
  expect(await store.loops()).toEqual(loops);
  const executions = [...model.executions.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  expect((await store.executions({ codops: CODOPS, limit: 1000 })).rows).toEqual(executions);
  const tasks = [...model.tasks].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(
    (await store.tasks()).map(({ task, last, lastEnded, counts, totalDurationMs, failureStreak }) => [
      task,
      { last: last.id, lastEnded: lastEnded?.id, counts, totalDurationMs, failureStreak },
    ]),
  ).toEqual(tasks);
  expect(Object.keys((await store.controls()).cancels)).toEqual([...model.cancels].sort());
}

function command(text: string, act: (model: LoopModel, real: Real) => Promise<void>) {
  const run = async (model: LoopModel, real: Real) => {
    await act(model, real);
    await compare(model, real);
  };
  return { check: () => true, run, toString: () => text } satisfies fc.AsyncCommand<LoopModel, Real>;
}

const claim = (who: number) =>
  command(`claim as ${who}`, async (model, real) => {
    const fence = model.claim(real.holder(who));
    const outcome = await real.store(who).claim({ loop: CODOPS, holder: real.holder(who), leaseMs: LEASE_MS });
    if (fence === undefined) {
      expect(outcome).toMatchObject({ outcome: "busy", holder: model.loop.holder });
      return;
    }
    expect(outcome).toEqual({ outcome: "held", fence, record: model.loop.record });
    real.beliefs[who] = { fence, record: model.loop.record };
  });

type Parts = Omit<LoopChange, "fence" | "record">;

/** As a holder does: from what it believes. Where it was refused it believes nothing any more, or goes on as it did. */
const write = (who: number, text: string, forgets: boolean, partsOf: (real: Real, record: LoopRecord) => Parts) =>
  command(`${text} as ${who}`, async (model, real) => {
    const belief = real.beliefs[who];
    if (belief === undefined) return;
    const { fence, record } = belief;
    const parts = partsOf(real, record);
    const running = parts.begin?.id ?? (parts.end ? undefined : record.running);
    const change: LoopChange = { fence, record: { ...record, revision: record.revision + 1, running }, ...parts };
    real.changes.push(change);
    if (parts.begin) real.begun.push(parts.begin.id);
    const expected = model.write(change);
    expect(await real.store(who).write(change)).toBe(expected);
    if (expected) real.beliefs[who] = { fence, record: change.record };
    else if (forgets) real.beliefs[who] = undefined;
  });

const begin = (who: number, task: string, forgets: boolean) =>
  write(who, `begin ${task}`, forgets, () => ({ begin: executionOf(taskOf(CODOPS, task)) }));

const end = (who: number, outcome: Outcome, forgets: boolean) =>
  write(who, `end as ${outcome}`, forgets, (_real, { running }) =>
    running === undefined ? {} : { end: { execution: running, end: endOf(outcome, { durationMs: 10 }) } },
  );

const endAndBegin = (who: number, outcome: Outcome, task: string) =>
  write(who, `end as ${outcome}, begin ${task}`, true, (_real, { running }) => ({
    begin: executionOf(taskOf(CODOPS, task)),
    ...(running !== undefined && { end: { execution: running, end: endOf(outcome, { durationMs: 5 }) } }),
  }));

const note = (who: number) => write(who, "write the record", false, () => ({}));

/** Of all changes that anybody ever wrote: an answer was lost, or it comes late. */
const repeat = (via: number, back: number) =>
  command(`repeat ${back} via ${via}`, async (model, real) => {
    const change = real.changes.at(-1 - back);
    if (change === undefined) return;
    const expected = model.write(change);
    expect(await real.store(via).write(change)).toBe(expected);
  });

const extend = (who: number) =>
  command(`extend as ${who}`, async (model, real) => {
    const fence = real.beliefs[who]?.fence ?? 0;
    expect(await real.store(who).extend(CODOPS, fence, LEASE_MS)).toBe(model.holds(fence));
  });

const release = (who: number) =>
  command(`release as ${who}`, async (model, real) => {
    const fence = real.beliefs[who]?.fence ?? 0;
    model.release(fence);
    await real.store(who).release(CODOPS, fence);
  });

const cancel = (via: number, back: number) =>
  command(`cancel ${back} via ${via}`, async (model, real) => {
    const id = real.begun.at(-1 - back) ?? "unknown";
    expect(await real.store(via).cancel(id, requestOf())).toBe(model.cancel(id));
  });

/** What it wrote last may still arrive: it goes on believing. */
const kill = (who: number) =>
  command(`kill ${who}`, async (model, real) => {
    model.kill(real.holder(who));
    real.lives[who] = (real.lives[who] ?? 0) + 1;
  });

const pass = (ms: number) => command(`pass ${ms}`, async (_model, real) => real.clock.advance(ms));
const reopen = (which: number) => command(`reopen ${which}`, async (_model, real) => real.reopen(which));

const two = fc.nat(1);
const task = fc.constantFrom(...TASKS);
const outcome = fc.constantFrom(...OUTCOMES);
const commands = fc.commands(
  [
    two.map(claim),
    two.map(claim),
    fc.tuple(two, task, fc.boolean()).map((values) => begin(...values)),
    fc.tuple(two, outcome, fc.boolean()).map((values) => end(...values)),
    fc.tuple(two, outcome, task).map((values) => endAndBegin(...values)),
    two.map(note),
    fc.tuple(two, fc.nat(4)).map((values) => repeat(...values)),
    two.map(extend),
    two.map(release),
    fc.tuple(two, fc.nat(2)).map((values) => cancel(...values)),
    two.map(kill),
    fc.constantFrom(400, 1100).map(pass),
    two.map(reopen),
  ],
  { maxCommands: 80, size: "+1" },
);

test("whatever two holders write, repeat or write too late, and whoever dies, each execution begins and ends once", async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (history) => {
      const model = makeLoopModel(newLoop(CODOPS));
      const real = makeReal(model.isAlive);
      try {
        await fc.asyncModelRun(() => ({ model, real }), history);
      } finally {
        real.close();
      }
    }),
    { numRuns: 40 },
  );
});
