/** A loop whose holders die, lose answers, meet conflicts and hold it too long: what they were told is true, and every count is exact. */
import { TransactionConflictException } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TransientError } from "../../../src/errors.ts";
import { type ExecutionEnd, type LoopExecution, OUTCOMES, type Outcome } from "../../../src/loop/loop-execution.ts";
import type { LoopRecord } from "../../../src/loop/loop-record.ts";
import type { LoopChange, LoopStore } from "../../../src/loop/loop-store.ts";
import { taskKey } from "../../../src/loop/loop-task.ts";
import { allPages, endOf, executionOf, idsOf, requestOf, taskOf } from "../../contracts/loop-world.ts";
import { makeFakeLoops } from "./fake-loops.ts";

const LEASE_MS = 60_000;
const STEPS = 60;
const LOOPS = ["debr", "metadata"];
/** The last one moves between the loops, and runs in both for a while. */
const TASKS = [taskOf("debr", "train"), taskOf("zzebu", "fetch", { loop: "metadata" }), taskOf("debr", "mover")];
const MOVER = "debr/mover";

/** The machine of a holder is gone. */
class Killed extends Error {}

/** mulberry32: the same faults for the same seed. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What the holders of a loop were told. */
interface Told {
  /** Changes that were made, by the revision that they make. */
  readonly changes: Map<number, LoopChange>;
  readonly refused: LoopChange[];
  /** Refused when they came again, after an answer that was lost. */
  readonly unsure: LoopChange[];
  /** Fences in the order of their claims. */
  readonly fences: number[];
}

function nothingTold(): Told {
  return { changes: new Map(), refused: [], unsure: [], fences: [] };
}

async function drive(seed: number) {
  const random = makeRandom(seed);
  const chance = (percent: number) => random() * 100 < percent;
  let calm = false;
  const cloud = makeFakeLoops({ conflict: () => (!calm && chance(6) ? "TransactionConflict" : undefined) });
  const fail = () => {
    if (calm) return;
    if (chance(1)) throw new Killed();
    if (chance(3)) throw new TransientError("no answer");
  };
  const open = () =>
    cloud.open({
      before(operation) {
        fail();
        if (operation === "UpdateItemCommand" && !calm && chance(5))
          throw new TransactionConflictException({ message: "", $metadata: {} });
      },
      after: fail,
    }).store;
  const told = new Map(LOOPS.map((loop) => [loop, nothingTold()]));
  let lives = 0;

  function makeHolder(loop: string) {
    lives += 1;
    const holder = `holder-${lives}`;
    const store = open();
    const { changes, refused, unsure, fences } = told.get(loop) ?? nothingTold();
    let held: { readonly fence: number; readonly record: LoopRecord } | undefined;

    /** An answer that is lost is asked for again, with the same change. */
    async function write(change: LoopChange): Promise<boolean> {
      for (let isUnsure = false; ; isUnsure = true) {
        try {
          const isWritten = await store.write(change);
          // It may have been made before its first answer was lost, and the loop be another's by now.
          if (!isWritten) (isUnsure ? unsure : refused).push(change);
          return isWritten;
        } catch (thrown) {
          if (!(thrown instanceof TransientError)) throw thrown;
        }
      }
    }

    async function turn(): Promise<void> {
      if (held === undefined) {
        const claimed = await store.claim({ loop, holder, leaseMs: LEASE_MS });
        if (claimed.outcome === "busy") return;
        held = claimed;
        fences.push(claimed.fence);
        return;
      }
      const { fence, record } = held;
      held = undefined;
      if (chance(5)) return store.release(loop, fence);
      if (chance(15)) {
        if (await store.extend(loop, fence, LEASE_MS)) held = { fence, record };
        return;
      }
      // Two calls of one holder may both be on their way.
      const isTwice = chance(20);
      const next = Array.from({ length: isTwice ? 2 : 1 }, () => nextChange(fence, record, isTwice, random));
      const written = await Promise.all(next.map(write));
      const made = next.filter((_, index) => written[index]);
      expect(made.length, "changes made of one record").toBeLessThan(2);
      const [change] = made;
      if (change === undefined) return;
      held = { fence, record: change.record };
      const { revision } = change.record;
      expect(changes.get(revision) ?? change, `two changes are revision ${revision}`).toBe(change);
      changes.set(revision, change);
    }
    return { loop, turn };
  }

  const holders = [...LOOPS, ...LOOPS, "debr"].map(makeHolder);
  const operator = open();
  for (let step = 0; step < STEPS; step += 1) {
    await Promise.all([
      ...holders.map(async (holder, index) => {
        try {
          await holder.turn();
        } catch (thrown) {
          // A call that failed is tried again; who was killed is not there any more.
          if (thrown instanceof Killed) holders[index] = makeHolder(holder.loop);
          else if (!(thrown instanceof TransientError)) throw thrown;
        }
      }),
      ...LOOPS.map((loop) =>
        ask(operator, loop).catch((thrown) => {
          if (!(thrown instanceof Killed || thrown instanceof TransientError)) throw thrown;
        }),
      ),
    ]);
    if (chance(20)) cloud.clock.advance(random() * 1.5 * LEASE_MS);
  }
  calm = true;
  return { store: cloud.open().store, told };
}

/** The next thing in a loop: what runs comes to its end, or something begins, or both. */
function nextChange(
  fence: number,
  { running, ...record }: LoopRecord,
  mustBegin: boolean,
  random: () => number,
): LoopChange {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // none of the lists is empty
  const revision = record.revision + 1;
  const end = running === undefined ? undefined : { execution: running, end: endOf(pick(OUTCOMES), { durationMs: 7 }) };
  const task = pick(TASKS.filter(({ loop, name }) => loop === record.loop || name === "mover"));
  const begin =
    end === undefined || mustBegin || random() < 0.4 ? executionOf({ ...task, loop: record.loop }) : undefined;
  return { fence, record: { ...record, revision, ...(begin && { running: begin.id }) }, begin, end };
}

/** Operators have what runs end, just when it ends by itself. */
async function ask(store: LoopStore, loop: string): Promise<void> {
  const running = (await store.loops()).find((one) => one.loop === loop)?.running;
  if (running !== undefined) await store.cancel(running, requestOf());
}

/** What the changes that were made come to, one after the other. */
function replay(changes: readonly LoopChange[]) {
  const ends = new Map<string, ExecutionEnd>();
  const begun: LoopExecution[] = [];
  for (const { begin, end } of changes) {
    if (end) ends.set(end.execution, end.end);
    if (begin) begun.push(begin);
  }
  return begun.map((execution) => ({ ...execution, ...(ends.has(execution.id) && { end: ends.get(execution.id) }) }));
}

function streakOf(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((streak, one) => (one === "SUCCEEDED" ? 0 : one === "CANCELLED" ? streak : streak + 1), 0);
}

function countsOf(outcomes: readonly Outcome[]) {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, outcomes.filter((one) => one === outcome).length]));
}

/** What is told of a task is what became of its executions. */
async function expectExact(store: LoopStore, task: string, all: readonly LoopExecution[]): Promise<void> {
  const own = all.filter((execution) => taskKey(execution.task) === task);
  const outcomes = own.flatMap(({ end }) => end?.outcome ?? []);
  const listed = await allPages((page) => store.executions({ task, ...page }), 3);
  expect(idsOf(listed)).toEqual(idsOf(own).reverse());
  const record = await store.task(task);
  expect(record?.last).toEqual(own.at(-1));
  expect(record?.lastEnded).toEqual(own.findLast(({ end }) => end !== undefined));
  if (own.length === 0) return;
  expect(record).toMatchObject({
    counts: countsOf(outcomes),
    totalDurationMs: 7 * outcomes.length,
    // Where two loops ran it, they ended in no order of their starts.
    ...(task !== MOVER && { failureStreak: streakOf(outcomes) }),
  });
}

/** What holders were told of their loop is what is there. */
async function expectTrue(store: LoopStore, loop: string, told: Told, all: readonly LoopExecution[]): Promise<void> {
  const { revision = 0, running } = (await store.loops()).find((one) => one.loop === loop) ?? {};
  const { fences, changes, refused, unsure } = told;
  expect(fences, "a fence that comes later is not lower").toEqual(fences.toSorted((a, b) => a - b));
  const known = new Map(all.map((execution) => [execution.id, execution]));
  for (const { begin, end } of changes.values()) {
    if (begin) expect(known.has(begin.id), `${begin.id} was told to have begun`).toBe(true);
    if (end) expect(known.get(end.execution)?.end, `${end.execution} was told to have ended`).toEqual(end.end);
  }
  for (const { begin } of refused) expect(known.get(begin?.id ?? ""), "what was refused is not there").toBeUndefined();
  for (const { begin, end } of unsure) {
    const isMade = begin !== undefined && known.has(begin.id);
    if (isMade && end) expect(known.get(end.execution)?.end, "what was made was made whole").toEqual(end.end);
  }
  const own = all.filter((execution) => execution.loop === loop);
  expect(idsOf(own.filter(({ end }) => end === undefined))).toEqual(running === undefined ? [] : [running]);
  expect(Math.max(0, ...changes.keys())).toBeLessThanOrEqual(revision);
  // Where somebody was killed before the answer came, nobody was told of a change that was made.
  if (changes.size < revision) return;
  const inOrder = [...changes.entries()].sort(([a], [b]) => a - b).map(([, change]) => change);
  expect(own).toEqual(replay(inOrder).toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}

test("P10: whoever dies or loses an answer, every execution ends once, and its task's counts are exact", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const { store, told } = await drive(seed);
      const all = await allPages((page) => store.executions({ oldestFirst: true, ...page }), 7);
      for (const [loop, own] of told) await expectTrue(store, loop, own, all);
      for (const task of TASKS) await expectExact(store, taskKey(task), all);
      const { cancels } = await store.controls();
      const ended = all.filter(({ end }) => end !== undefined);
      expect(idsOf(ended).filter((id) => cancels[id] !== undefined)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
