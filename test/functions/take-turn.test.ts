/** take-turn and record-turn over the real store: whole iterations, repeated and late calls, holders that go away. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordTurn } from "../../src/functions/record-turn/record-turn.ts";
import type { TurnOptions } from "../../src/functions/take-turn/next-turn.ts";
import { type TakenTurn, takeTurn } from "../../src/functions/take-turn/take-turn.ts";
import { STOPPED } from "../../src/loop/execute.ts";
import type { ExecutionEnd, Outcome } from "../../src/loop/loop-execution.ts";
import { type LoopTask, METADATA_LOOP, taskKey } from "../../src/loop/loop-task.ts";
import type { Registration } from "../../src/loop/registration.ts";
import { type LoopsInMemory, openLoopsInMemory } from "../loop/loops-in-memory.ts";
import {
  COMMIT,
  DAY,
  HOUR,
  MINUTE,
  OTHER_COMMIT,
  registered,
  requestOf,
  SECOND,
  task,
} from "../loop/turns/turn-world.ts";

const LEASE_MS = MINUTE;

let loops: LoopsInMemory;
beforeEach(() => {
  loops = openLoopsInMemory();
});
afterEach(() => loops.close());

async function register(tasks: readonly LoopTask[], change: Partial<Registration> = {}): Promise<Registration> {
  const registration = registered(tasks, change);
  await loops.store.register(registration);
  return registration;
}

function take(loop = "debr", holder = "one", wake?: TurnOptions["wake"]): Promise<TakenTurn> {
  const ports = { ...loops, newest: () => loops.store.registration() };
  return takeTurn(ports, { loop, holder, leaseMs: LEASE_MS, minimumIterationMs: 10 * SECOND, wake });
}

/** `debr/a`, or why there is nothing to run. */
function told(turn: TakenTurn): string {
  if (turn.action === "run") return taskKey(turn.execution.task);
  return turn.action === "wait" ? turn.reason : turn.action;
}

function endOf(outcome: Outcome, error?: string): ExecutionEnd {
  const endedAt = new Date(loops.clock.now()).toISOString();
  return { outcome, endedAt, durationMs: 1, error: error === undefined ? undefined : { name: error, message: "why" } };
}

async function running(turn: Promise<TakenTurn> | TakenTurn) {
  const taken = await turn;
  if (taken.action !== "run") throw new Error(`There is nothing to run: ${told(taken)}.`);
  return taken;
}

/** Takes a turn and ends its execution. */
async function play(outcome: Outcome = "SUCCEEDED", loop = "debr", holder = "one", error?: string): Promise<string> {
  const turn = await take(loop, holder);
  if (turn.action === "run") expect(await record(turn, endOf(outcome, error), holder)).toBe("recorded");
  return told(turn);
}

function record(turn: TakenTurn, end: ExecutionEnd, holder = "one") {
  if (turn.action !== "run") throw new Error("There is nothing to record.");
  const { fence, execution } = turn;
  return recordTurn(loops, { loop: execution.loop, holder, leaseMs: LEASE_MS, fence, execution: execution.id, end });
}

async function playMany(count: number, outcome: Outcome = "SUCCEEDED", loop = "debr"): Promise<readonly string[]> {
  const played: string[] = [];
  for (let turn = 0; turn < count; turn += 1) played.push(await play(outcome, loop));
  return played;
}

async function states(loop = "debr"): Promise<readonly string[]> {
  return (await loops.record(loop)).turns.map((turn) => `${turn.task} ${turn.state}`);
}

describe("a loop", () => {
  test("P2: runs its tasks one by one, again and again", async () => {
    await register([task("debr/a"), task("debr/b")]);
    expect(await playMany(3)).toEqual(["debr/a", "debr/b", "iteration"]);
    loops.clock.advance(10 * SECOND);
    expect(await playMany(3)).toEqual(["debr/a", "debr/b", "iteration"]);
    expect((await loops.executions()).map(({ iteration }) => iteration)).toEqual([1, 1, 2, 2]);
  });

  test("P2: has nothing to do with another", async () => {
    await register([task("debr/a"), task("sesr/a")]);
    expect(told(await take("debr"))).toBe("debr/a");
    expect(told(await take("sesr"))).toBe("sesr/a");
  });

  test("P33: shows which task is RUNNING, which are PENDING, and which are FINISHED", async () => {
    await register([task("debr/a"), task("debr/b"), task("debr/c")]);
    await play();
    await take();
    expect(await states()).toEqual(["debr/a FINISHED", "debr/b RUNNING", "debr/c PENDING"]);
  });

  test("P6: takes what was committed at its next iteration, and not before", async () => {
    await register([task("debr/a"), task("debr/b")]);
    await play();
    await register([task("debr/new"), task("debr/b", { priority: -1 })], { repositories: repositoryAt(OTHER_COMMIT) });
    expect((await running(take())).execution.version.headCommit).toBe(COMMIT);
    expect(await playMany(2)).toEqual(["debr/b", "iteration"]);
    loops.clock.advance(10 * SECOND);
    expect((await running(take())).execution.version.headCommit).toBe(OTHER_COMMIT);
    expect(await playMany(3)).toEqual(["debr/new", "debr/b", "iteration"]);
  });

  test("P7: a task that was removed is gone with the next iteration", async () => {
    await register([task("debr/a"), task("debr/b")]);
    await play();
    await register([task("debr/a")]);
    expect(await playMany(2)).toEqual(["debr/b", "iteration"]);
    loops.clock.advance(10 * SECOND);
    expect(await playMany(2)).toEqual(["debr/a", "iteration"]);
    expect(await states()).toEqual(["debr/a FINISHED"]);
  });

  test("P7: goes on whatever fails, and waits longer each time that nothing succeeds", async () => {
    await register([task("debr/a"), task("debr/b")]);
    const pauses: number[] = [];
    for (const outcomes of [
      ["FAILED", "TIMED_OUT"],
      ["CANCELLED", "FAILED"],
      ["FAILED", "SUCCEEDED"],
    ] as const) {
      for (const outcome of outcomes) await play(outcome);
      const turn = await take();
      if (turn.action !== "wait") throw new Error("It does not wait.");
      pauses.push((turn.until - loops.clock.now()) / SECOND);
      loops.clock.advance(turn.until - loops.clock.now());
    }
    expect(pauses).toEqual([20, 40, 10]);
  });

  test("waits where nothing is registered", async () => {
    expect(told(await take())).toBe("schedule");
    await register([task("sesr/a")]);
    expect(told(await take())).toBe("schedule");
  });

  test("begins at once for whoever was woken, and otherwise keeps its pause", async () => {
    await register([task("debr/a")]);
    await playMany(2);
    expect(told(await take())).toBe("iteration");
    expect(told(await take("debr", "one", "early"))).toBe("debr/a");
  });

  test("keeps its iteration for whoever goes on with it, and begins anew for who starts with other commits", async () => {
    await register([task("debr/a"), task("debr/b")]);
    await play();
    await register([task("debr/c")]);
    expect(told(await take("debr", "one", "early"))).toBe("debr/b");
    await record(await take(), endOf("CANCELLED", STOPPED));
    expect(told(await take("debr", "one", "fresh"))).toBe("debr/c");
  });
});

const repositoryAt = (commit: string) => [
  {
    repository: "/repositories/one",
    branch: "main",
    commit,
    notebookCommits: { "notebooks/a.ipynb": "ab".repeat(20) },
  },
];

describe("an execution", () => {
  test("P24: takes the requirements of its organisation with it, and P37: what code it runs", async () => {
    await register([task("debr/a")], { repositories: repositoryAt(OTHER_COMMIT) });
    const { execution } = await running(take());
    expect(execution).toMatchObject({
      loop: "debr",
      iteration: 1,
      attempt: 1,
      trigger: "turn",
      requirements: ["numpy>=1.20"],
      version: { headCommit: OTHER_COMMIT, notebookCommit: "ab".repeat(20), pinned: false },
      startedAt: "2030-01-01T00:00:00.000Z",
    });
    expect(await loops.store.execution(execution.id)).toEqual(execution);
  });

  test("runs the commit that its task is pinned to, an operator's before the file's", async () => {
    await register([task("debr/a", { pin: COMMIT })]);
    expect((await running(take())).execution.version).toEqual({ headCommit: COMMIT, pinned: true });
    await record(await take(), endOf("CANCELLED", STOPPED));
    await loops.store.pin("debr/a", OTHER_COMMIT, requestOf());
    expect((await running(take())).execution.version).toEqual({ headCommit: OTHER_COMMIT, pinned: true });
  });

  test("P10: is counted with its outcome and its duration when it ends", async () => {
    await register([task("debr/a")]);
    await play("SUCCEEDED");
    loops.clock.advance(MINUTE);
    await playMany(2, "FAILED");
    expect(await loops.store.task("debr/a")).toMatchObject({
      counts: { SUCCEEDED: 1, FAILED: 1 },
      totalDurationMs: 2,
      failureStreak: 1,
    });
  });

  test("that fails is tried again within its turn, after its delay", async () => {
    await register([task("debr/a", { retry: { attempts: 2, delaySeconds: 30 } }), task("debr/b")]);
    expect(await playMany(2, "FAILED")).toEqual(["debr/a", "retry"]);
    loops.clock.advance(30 * SECOND);
    expect(await playMany(2, "FAILED")).toEqual(["debr/a", "retry"]);
    loops.clock.advance(30 * SECOND);
    expect(await playMany(3, "FAILED")).toEqual(["debr/a", "debr/b", "iteration"]);
    const shown = (await loops.executions()).map(({ attempt, trigger }) => `${attempt} ${trigger}`);
    expect(shown).toEqual(["1 turn", "2 retry", "3 retry", "1 turn"]);
  });

  test("that was stopped has its turn again", async () => {
    await register([task("debr/a", { everyMs: DAY }), task("debr/b")]);
    expect(await play("CANCELLED", "debr", "one", STOPPED)).toBe("debr/a");
    expect(await playMany(3)).toEqual(["debr/a", "debr/b", "iteration"]);
  });
});

describe("what operators ask for", () => {
  test("a request runs a task next, once, although it is paused", async () => {
    await register([task("debr/a"), task("debr/b"), task("debr/c", { everyMs: DAY })]);
    await loops.store.pause({ kind: "task", task: "debr/c" }, requestOf());
    await play();
    await loops.store.runNow("debr/c", requestOf());
    expect((await running(take())).execution.trigger).toBe("run-now");
    expect(await playMany(3)).toEqual(["debr/c", "debr/b", "iteration"]);
    expect((await loops.store.controls()).tasks["debr/c"]?.runNow).toBeUndefined();
  });

  test("a request ends the pause between iterations", async () => {
    await register([task("debr/a"), task("debr/b")]);
    expect(await playMany(3)).toEqual(["debr/a", "debr/b", "iteration"]);
    await loops.store.runNow("debr/b", requestOf());
    expect(await playMany(3)).toEqual(["debr/b", "debr/a", "iteration"]);
  });

  test("a request for a task that is due in days is an iteration of its own", async () => {
    await register([task("debr/a", { everyMs: DAY })]);
    expect(await playMany(3)).toEqual(["debr/a", "iteration", "iteration"]);
    await loops.store.runNow("debr/a", requestOf());
    expect(await playMany(2)).toEqual(["debr/a", "iteration"]);
  });

  test("a loop that is paused begins nothing, and goes on where it was", async () => {
    await register([task("debr/a"), task("debr/b")]);
    await play();
    const pause = requestOf({ note: "the API is down" });
    await loops.store.pause({ kind: "loop", loop: "debr" }, pause);
    expect(await take()).toMatchObject({ action: "wait", reason: "paused", pause });
    await loops.store.resume({ kind: "loop", loop: "debr" });
    expect(await playMany(2)).toEqual(["debr/b", "iteration"]);
  });

  test("a task that is paused has no turn until it is resumed", async () => {
    await register([task("debr/a"), task("debr/b")]);
    await loops.store.pause({ kind: "task", task: "debr/a" }, requestOf());
    expect(await playMany(2)).toEqual(["debr/b", "iteration"]);
    await loops.store.resume({ kind: "task", task: "debr/a" });
    loops.clock.advance(10 * SECOND);
    expect(await playMany(3)).toEqual(["debr/a", "debr/b", "iteration"]);
  });
});

describe("a call that comes again, late, or beside another", () => {
  beforeEach(async () => void (await register([task("debr/a"), task("debr/b")])));

  test("has the same answer while its execution runs", async () => {
    const first = await running(take());
    const again = await running(take());
    expect(again.execution).toEqual(first.execution);
    expect(again.fence).toBe(first.fence);
    expect(await loops.executions()).toHaveLength(1);
  });

  test("begins one execution where several come in the same moment", async () => {
    const turns = await Promise.all([1, 2, 3, 4, 5].map(() => running(take())));
    expect(new Set(turns.map(({ execution }) => execution.id)).size).toBe(1);
    expect(await loops.executions()).toHaveLength(1);
  });

  test("P10: records an end once", async () => {
    const turn = await take();
    const outcomes = await Promise.all([1, 2, 3].map(() => record(turn, endOf("SUCCEEDED"))));
    expect(outcomes).toContain("recorded");
    expect(outcomes).not.toContain("refused");
    expect(await record(turn, endOf("FAILED"))).toBe("known");
    expect((await loops.store.task("debr/a"))?.counts).toMatchObject({ SUCCEEDED: 1, FAILED: 0 });
  });

  test("does not end what runs now with the end of what ran before", async () => {
    const first = await take();
    await record(first, endOf("SUCCEEDED"));
    const second = await running(take());
    expect(await record(first, endOf("FAILED"))).toBe("known");
    expect((await loops.store.execution(second.execution.id))?.end).toBeUndefined();
    expect(await states()).toEqual(["debr/a FINISHED", "debr/b RUNNING"]);
  });

  test("does not take back a loop that its holder has let go", async () => {
    const turn = await running(take());
    await loops.store.release("debr", turn.fence);
    expect(await record(turn, endOf("SUCCEEDED"))).toBe("refused");
    expect((await take("debr", "two")).action).toBe("run");
  });

  test("hears who drives the loop while somebody does", async () => {
    await take();
    expect(await take("debr", "two")).toMatchObject({ action: "busy", holder: "one" });
  });
});

describe("whoever takes over a loop", () => {
  test("finds what was running LOST, and goes on with the next task", async () => {
    await register([task("debr/a"), task("debr/b")]);
    const left = await running(take());
    loops.clock.advance(LEASE_MS + HOUR);
    expect(told(await take("debr", "two"))).toBe("debr/b");
    const { end } = (await loops.store.execution(left.execution.id)) ?? {};
    expect(end).toMatchObject({ outcome: "LOST", durationMs: LEASE_MS + HOUR, error: { name: "Lost" } });
    expect(await states()).toEqual(["debr/a FINISHED", "debr/b RUNNING"]);
    expect((await loops.store.task("debr/a"))?.counts.LOST).toBe(1);
  });

  test("is not disturbed by the one before", async () => {
    await register([task("debr/a"), task("debr/b")]);
    const left = await running(take());
    loops.clock.advance(LEASE_MS + 1);
    await take("debr", "two");
    expect(await record(left, endOf("SUCCEEDED"))).toBe("refused");
    expect((await take()).action).toBe("busy");
    expect((await loops.store.execution(left.execution.id))?.end?.outcome).toBe("LOST");
  });

  test("says so once, although it is the same holder under a new fence", async () => {
    await register([task("debr/a"), task("debr/b")]);
    const left = await running(take());
    await loops.store.release("debr", left.fence);
    expect(told(await take())).toBe("debr/b");
    expect((await loops.executions()).map(({ end }) => end?.outcome)).toEqual(["LOST", undefined]);
  });

  test("does not wait where what was lost was the last of its iteration", async () => {
    await register([task("debr/a")]);
    await running(take());
    loops.clock.advance(LEASE_MS + 1);
    expect((await running(take("debr", "two", "fresh"))).execution).toMatchObject({
      iteration: 2,
      task: { name: "a" },
    });
    expect((await loops.executions()).map(({ end }) => end?.outcome)).toEqual(["LOST", undefined]);
  });

  test("goes on where the registration of the iteration is still what is registered", async () => {
    await register([task("debr/a"), task("debr/b"), task("debr/c")]);
    await play();
    loops.clock.advance(LEASE_MS + 1);
    expect(told(await take("debr", "two", "fresh"))).toBe("debr/b");
  });
});

test("P4: the metadata loop serves every organisation in each round, and their tasks in turn", async () => {
  const keys = ["debr/a", "debr/b", "sesr/a", "zzebu/a"];
  await register(keys.map((key) => task(key, {}, METADATA_LOOP)));
  const played: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (let turn = 0; turn < 3; turn += 1) {
      played.push(await play("SUCCEEDED", METADATA_LOOP));
      loops.clock.advance(SECOND);
    }
    expect(await play("SUCCEEDED", METADATA_LOOP)).toBe("iteration");
    loops.clock.advance(10 * SECOND);
  }
  expect(played.filter((_, index) => index % 3 === 0)).toEqual(["debr/a", "debr/b", "debr/a"]);
  expect(played).toHaveLength(9);
  expect(played.filter((key) => key === "sesr/a")).toHaveLength(3);
});

test("P7: a schedule holds over days, beside tasks that always run", async () => {
  const nightly = { cron: { expression: "0 6 * * *", timezone: "Europe/Zurich" } };
  await register([task("debr/nightly", nightly), task("debr/hourly", { everyMs: HOUR })]);
  const end = loops.clock.now() + 3 * DAY;
  while (loops.clock.now() < end) {
    const turn = await take();
    if (turn.action === "run") await record(turn, endOf("SUCCEEDED"));
    if (turn.action === "wait") loops.clock.advance(Math.max(0, turn.until - loops.clock.now()));
  }
  const starts = (name: string, all = loops.executions()) =>
    all.then((found) => found.filter((one) => one.task.name === name).map(({ startedAt }) => startedAt));
  expect(await starts("nightly")).toEqual([
    "2030-01-01T05:00:00.000Z",
    "2030-01-02T05:00:00.000Z",
    "2030-01-03T05:00:00.000Z",
  ]);
  expect(await starts("hourly")).toHaveLength(72);
});
