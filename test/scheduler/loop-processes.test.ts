/**
 * Processes that run the same loops, are killed, stopped and started again at any moment, while people commit, pause and ask:
 * no two tasks of a loop at once, nothing lost or doubled, and afterwards everything goes on.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { OUTCOMES } from "../../src/loop/loop-execution.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { METADATA_LOOP, taskKey } from "../../src/loop/loop-task.ts";
import { MINUTE, requestOf, SECOND, task } from "../loop/turns/turn-world.ts";
import { type LoopsWorld, makeLoopsWorld } from "./loops-world.ts";

const COMMITS = [
  [task("debr/a"), task("debr/b"), task("debr/feed", {}, METADATA_LOOP), task("sesr/feed", {}, METADATA_LOOP)],
  [task("debr/b"), task("debr/c", { everyMs: MINUTE }), task("sesr/a"), task("sesr/feed", {}, METADATA_LOOP)],
  [task("debr/a", { retry: { attempts: 1, delaySeconds: 5 } }), task("sesr/a")],
] as const;

/** Some seconds' worth. */
const RUNS = 30;

type Step = "start" | "stop" | "kill" | "commit" | "pause" | "resume" | "run-now" | "cancel";

const step = fc.record({
  step: fc.constantFrom<Step>("start", "start", "stop", "kill", "commit", "pause", "resume", "run-now", "cancel"),
  which: fc.nat(2),
  waitMs: fc.integer({ min: 0, max: 40 * SECOND }),
});

interface Process {
  kill(): void;
  stop(): Promise<unknown>;
}

/** What is killed says nothing any more: its calls never come back, and what it runs is gone with it. */
function start(world: LoopsWorld): Process {
  let killed = false;
  const guard =
    <Arguments extends readonly unknown[], Answer>(call: (...parts: Arguments) => Promise<Answer>) =>
    async (...parts: Arguments): Promise<Answer> => {
      if (killed) throw new TransientError("The process is gone.");
      return await call(...parts);
    };
  const { store } = world;
  const guarded: LoopStore = {
    ...store,
    claim: guard(store.claim),
    extend: guard(store.extend),
    release: guard(store.release),
    write: guard(store.write),
    register: guard(store.register),
    controls: guard(store.controls),
    execution: guard(store.execution),
  };
  const { stop } = world.run({ leaseMs: 20 * SECOND }, guarded);
  return {
    stop,
    kill() {
      killed = true;
    },
  };
}

async function perform(world: LoopsWorld, processes: Process[], { step, which }: { step: Step; which: number }) {
  const { store } = world;
  if (step === "start") return processes.length < 3 ? void processes.push(start(world)) : undefined;
  if (step === "commit") return void world.commit(COMMITS[which] ?? []);
  if (step === "pause") return await store.pause({ kind: "loop", loop: which === 0 ? "debr" : "sesr" }, requestOf());
  if (step === "resume") return void (await store.resume({ kind: "loop", loop: which === 0 ? "debr" : "sesr" }));
  if (step === "run-now") return await store.runNow(["debr/a", "sesr/feed", "debr/c"][which] ?? "", requestOf());
  if (step === "cancel") {
    const running = (await world.executions()).filter(({ end }) => end === undefined)[which];
    return running && void (await store.cancel(running.id, requestOf()));
  }
  const [process] = processes.splice(which, 1);
  if (step === "kill") process?.kill();
  // One that was killed still ends here, as a process does.
  await process?.stop();
}

async function check(world: LoopsWorld): Promise<void> {
  const executions = await world.executions();
  for (const [loop, own] of Map.groupBy(executions, (execution) => execution.loop)) {
    const times = own.map(({ startedAt, end }) => [Date.parse(startedAt), Date.parse(end?.endedAt ?? "")] as const);
    for (const [index, [start]] of times.entries()) {
      expect(start, `${loop}, execution ${index}`).toBeGreaterThanOrEqual(times[index - 1]?.[1] ?? 0);
    }
    for (const [iteration, turns] of Map.groupBy(own, (execution) => execution.iteration)) {
      // One that somebody asked for may come again as a turn, where it was stopped.
      const asked = turns.filter(({ trigger }) => trigger === "run-now").map((one) => taskKey(one.task));
      const whole = turns
        .filter(({ trigger, end }) => trigger === "turn" && end?.error?.name !== "Stopped")
        .map((one) => taskKey(one.task))
        .filter((key) => !asked.includes(key));
      expect(new Set(whole).size, `${loop}, iteration ${iteration}`).toBe(whole.length);
    }
  }
  for (const record of await world.store.tasks()) {
    const own = executions.filter((execution) => taskKey(execution.task) === record.task);
    const counted = OUTCOMES.map((outcome) => own.filter(({ end }) => end?.outcome === outcome).length);
    expect(OUTCOMES.map((outcome) => record.counts[outcome])).toEqual(counted);
  }
  const cancels = Object.keys((await world.store.controls()).cancels);
  expect(cancels).toEqual([]);
}

test("P2: whatever becomes of the processes that run them, loops run one task at a time and go on", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`loop processes: seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const world = makeLoopsWorld();
      const processes: Process[] = [];
      for (const key of ["debr/a", "debr/b", "sesr/a"]) {
        world.plays.set(key, ({ iteration, attempt }) => ({
          ms: ((iteration * 7) % 13) * SECOND,
          outcome: (iteration + attempt) % 3 === 0 ? "FAILED" : "SUCCEEDED",
        }));
      }
      try {
        world.commit(COMMITS[0]);
        processes.push(start(world));
        for (const one of steps) {
          await perform(world, processes, one);
          await world.pass(one.waitMs);
        }
        await Promise.all(processes.map(({ stop }) => stop()));
        for (const loop of ["debr", "sesr"]) await world.store.resume({ kind: "loop", loop });
        // The lease of whoever was killed last runs out, and somebody starts again.
        await world.pass(MINUTE);
        const before = (await world.executions()).length;
        const last = start(world);
        await world.pass(10 * MINUTE);
        await last.stop();
        expect((await world.executions()).length).toBeGreaterThan(before);
        expect((await world.executions()).filter(({ end }) => end === undefined)).toEqual([]);
        await check(world);
      } finally {
        world.close();
      }
    }),
    { seed, numRuns: RUNS },
  );
}, 600_000);
