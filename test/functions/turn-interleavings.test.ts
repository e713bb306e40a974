/**
 * Calls of take-turn and record-turn that are repeated, late, lost on their way there or back, or made by several holders at
 * the same time, in any order of their steps: nothing runs twice, nothing is lost, and every iteration is whole.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { type RecordOutcome, recordTurn } from "../../src/functions/record-turn/record-turn.ts";
import { type TakenTurn, takeTurn } from "../../src/functions/take-turn/take-turn.ts";
import { OUTCOMES, type Outcome } from "../../src/loop/loop-execution.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { taskKey } from "../../src/loop/loop-task.ts";
import type { Registration } from "../../src/loop/registration.ts";
import { type LoopsInMemory, openLoopsInMemory } from "../loop/loops-in-memory.ts";
import { registered, requestOf, task } from "../loop/turns/turn-world.ts";

const LOOP = "debr";
const LEASE_MS = 1_000;
const HOLDERS = ["one", "two"];
const REGISTRATIONS = [
  registered([task("debr/a"), task("debr/b"), task("debr/c")]),
  registered([task("debr/b"), task("debr/d")]),
];

type Step =
  | { readonly step: "take" | "record" | "release"; readonly holder: number; readonly times: number }
  | { readonly step: "repeat-record"; readonly nth: number }
  | { readonly step: "pass"; readonly ms: number }
  | { readonly step: "register"; readonly which: number }
  | { readonly step: "run-now" };

const holder = fc.nat(HOLDERS.length - 1);
const times = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ step: fc.constant("take" as const), holder, times }) },
  { weight: 6, arbitrary: fc.record({ step: fc.constant("record" as const), holder, times }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant("release" as const), holder, times: fc.constant(1) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant("repeat-record" as const), nth: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 1_500 }) }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant("register" as const), which: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant({ step: "run-now" as const }) },
);

/** A few steps are made at the same time. */
const moments = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 40 });
/** What becomes of the calls of the store, one after the other. */
const faults = fc.array(fc.constantFrom("fine", "fine", "fine", "fine", "fine", "lost", "answer lost"), {
  maxLength: 60,
});

type Run = Extract<TakenTurn, { action: "run" }>;

class World {
  readonly loops: LoopsInMemory = openLoopsInMemory();
  readonly taken = new Map<number, Run>();
  readonly runs: { readonly holder: number; readonly run: Run }[] = [];
  readonly recorded: { readonly id: string; readonly outcome: RecordOutcome; readonly end: Outcome }[] = [];
  readonly store: LoopStore;
  readonly scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler, lots: readonly string[]) {
    this.scheduler = scheduler;
    this.store = faulty(this.loops.store, scheduler, [...lots]);
  }

  ports(store = this.store) {
    return { ...this.loops, store, newest: () => store.registration() };
  }

  async take(which: number, store = this.store): Promise<TakenTurn> {
    const request = { loop: LOOP, holder: HOLDERS[which] ?? "", leaseMs: LEASE_MS, minimumIterationMs: 10 };
    const turn = await takeTurn(this.ports(store), request);
    if (turn.action !== "run") return turn;
    this.taken.set(which, turn);
    this.runs.push({ holder: which, run: turn });
    return turn;
  }

  /** How an execution ends is the same however often that is said. */
  async record(which: number, { execution, fence }: Run, store = this.store): Promise<void> {
    const outcome: Outcome = Number.parseInt(execution.id.slice(-1), 16) % 3 === 0 ? "FAILED" : "SUCCEEDED";
    const end = { outcome, endedAt: execution.startedAt, durationMs: 1 };
    const request = {
      loop: LOOP,
      holder: HOLDERS[which] ?? "",
      leaseMs: LEASE_MS,
      fence,
      execution: execution.id,
      end,
    };
    this.recorded.push({ id: execution.id, end: outcome, outcome: await recordTurn(this.ports(store), request) });
  }
}

/** Each call waits for its turn, and some never arrive, or their answers do not. */
function faulty(store: LoopStore, scheduler: fc.Scheduler, lots: string[]): LoopStore {
  const wrap =
    <Arguments extends readonly unknown[], Answer>(name: string, call: (...parts: Arguments) => Promise<Answer>) =>
    async (...parts: Arguments): Promise<Answer> => {
      await scheduler.schedule(Promise.resolve(), name);
      const lot = lots.shift();
      if (lot === "lost") throw new TransientError(`${name} did not arrive.`);
      const answer = await call(...parts);
      if (lot === "answer lost") throw new TransientError(`The answer of ${name} was lost.`);
      return answer;
    };
  return {
    ...store,
    claim: wrap("claim", store.claim),
    extend: wrap("extend", store.extend),
    write: wrap("write", store.write),
    execution: wrap("execution", store.execution),
    registration: wrap("registration", store.registration),
    controls: wrap("controls", store.controls),
  };
}

async function perform(world: World, one: Step): Promise<void> {
  const { loops, taken, runs } = world;
  if (one.step === "pass") return loops.clock.advance(one.ms);
  if (one.step === "register") return loops.store.register(REGISTRATIONS[one.which] as Registration);
  if (one.step === "run-now") return loops.store.runNow("debr/b", requestOf());
  if (one.step === "repeat-record") {
    const before = runs[one.nth % Math.max(1, runs.length)];
    return before && world.record(before.holder, before.run);
  }
  const mine = taken.get(one.holder);
  if (one.step === "release") return mine && loops.store.release(LOOP, mine.fence);
  const calls = Array.from({ length: one.times }, () =>
    one.step === "take" ? world.take(one.holder) : mine && world.record(one.holder, mine),
  );
  await Promise.allSettled(calls);
}

/** Everybody but one is gone, and nothing goes wrong any more. */
async function comeToRest({ loops, ...world }: World, take: World["take"], record: World["record"]): Promise<void> {
  const calm = loops.store;
  loops.clock.advance(2 * LEASE_MS);
  const { iteration } = await loops.record(LOOP).catch(() => ({ iteration: 0 }));
  for (let calls = 0; calls < 200; calls += 1) {
    const turn = await take(0, calm);
    if (turn.action === "run") await record(0, turn, calm);
    if (turn.action === "busy") throw new Error(`${turn.holder} still drives the loop of ${world.runs.length} runs.`);
    if (turn.action !== "wait") continue;
    if (turn.record.iteration >= iteration + 2) return;
    loops.clock.advance(Math.max(0, turn.until - loops.clock.now()));
  }
  throw new Error("It does not come to rest.");
}

async function check({ loops, runs, recorded }: World): Promise<void> {
  const executions = await loops.executions();
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  for (const execution of executions) expect(execution.end, execution.id).toBeDefined();

  // An execution is one holder's alone, and only what was stored is run.
  for (const [id, given] of Map.groupBy(runs, ({ run }) => run.execution.id)) {
    expect(new Set(given.map(({ holder }) => holder)).size, id).toBe(1);
    expect(byId.has(id)).toBe(true);
  }
  for (const { id, outcome, end } of recorded) {
    const kept = byId.get(id)?.end?.outcome;
    if (outcome === "recorded") expect(kept).toBe(end);
    else expect([end, "LOST"]).toContain(kept);
  }

  // Each iteration that is over had every task of its registration once, apart from what somebody asked for.
  const { iteration } = await loops.record(LOOP);
  const iterations = Map.groupBy(executions, (execution) => execution.iteration);
  for (let number = 1; number <= iteration; number += 1) {
    const keys = (iterations.get(number) ?? []).map((one) => taskKey(one.task));
    const registration = REGISTRATIONS.find(({ tasks }) =>
      tasks.some((one) => taskKey(one) === keys.find((key) => key !== "debr/b")),
    );
    expect([...new Set(keys)].sort(), `iteration ${number}`).toEqual(registration?.tasks.map(taskKey).sort());
    const byTurn = (iterations.get(number) ?? [])
      .filter(({ trigger }) => trigger === "turn")
      .map((one) => taskKey(one.task));
    expect(new Set(byTurn).size, `turns of iteration ${number}`).toBe(byTurn.length);
  }

  // Counts are those of the executions.
  for (const record of await loops.store.tasks()) {
    const own = executions.filter((execution) => taskKey(execution.task) === record.task);
    const counted = OUTCOMES.map((outcome) => own.filter(({ end }) => end?.outcome === outcome).length);
    expect(OUTCOMES.map((outcome) => record.counts[outcome])).toEqual(counted);
  }
}

test("P2: whatever is repeated, late, lost or done by two at once, each turn is run once and every iteration is whole", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`turn interleavings: seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), moments, faults, async (scheduler, played, lots) => {
      const world = new World(scheduler, lots);
      try {
        await world.loops.store.register(REGISTRATIONS[0] as Registration);
        for (const moment of played) {
          const steps = Promise.allSettled(moment.map((one) => perform(world, one)));
          await scheduler.waitFor(steps);
          const open = (await world.loops.executions()).filter(({ end }) => end === undefined);
          expect(open.length).toBeLessThanOrEqual(1);
        }
        await comeToRest(
          world,
          (...call) => world.take(...call),
          (...call) => world.record(...call),
        );
        await check(world);
      } finally {
        world.loops.close();
      }
    }),
    { seed, numRuns: 200 },
  );
}, 600_000);
