import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { TaskError } from "../../src/asl/errors.ts";
import type { InvokeTask, TaskCall } from "../../src/asl/run.ts";
import { type Clock, systemClock } from "../../src/clock.ts";
import { type Database, openDatabase } from "../../src/embedded/database/database.ts";
import { type EmbeddedExecutions, makeExecutions } from "../../src/embedded/executions/executions.ts";
import { registerRuntime } from "../../src/embedded/executions/runtimes.ts";
import { makeQueue } from "../../src/embedded/messages/queue.ts";
import { TransientError } from "../../src/errors.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { describeExecutions, MACHINES, untilClosed } from "../contracts/executions.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { startProcess } from "./other-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Setup {
  readonly db?: Database;
  readonly clock?: Clock;
  readonly owner?: string;
  readonly alive?: readonly string[];
  readonly machines?: Readonly<Record<string, JsonObject>>;
  readonly invoke?: InvokeTask;
  readonly maxConcurrent?: number;
}

const makeInvokeTest = (): InvokeTask => {
  let calls = 0;
  return async ({ resource, input }) => {
    if (resource !== "arn:test:flaky") return invokeTest({ resource, input });
    calls += 1;
    if (calls === 1) throw new TaskError("Flaky", "the first time");
    return input;
  };
};

const invokeTest = async ({ resource, input }: Pick<TaskCall, "resource" | "input">): Promise<Json> => {
  if (resource === "arn:test:echo") return input;
  if (resource === "arn:test:hang") return new Promise(() => {});
  throw new TaskError("Lambda.ResourceNotFoundException", resource);
};

function setUp(setup: Setup = {}) {
  const { db = openDatabase(":memory:"), clock = makeVirtualClock(), owner = "me", alive = [], maxConcurrent } = setup;
  const machines = setup.machines ?? MACHINES;
  const queue = makeQueue(db, { name: "status-change", clock });
  const executions = makeExecutions({
    db,
    clock,
    machines: (workflow) => {
      const definition = machines[workflow];
      return definition && { definition, arn: `arn:aws:states:local:000000000000:stateMachine:cirrus-${workflow}` };
    },
    invoke: setup.invoke ?? makeInvokeTest(),
    owner: { id: owner },
    isOwnerAlive: (id) => alive.includes(id),
    statusChanges: queue,
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
  });
  return { db, queue, executions };
}

describeExecutions("The engine on SQLite", () => {
  const { db, executions } = setUp();
  return {
    executions,
    statusChanges: async () =>
      db.all<{ body: string }>("SELECT body FROM messages ORDER BY seq").map(({ body }) => body),
    async close() {
      await executions.close();
      db.close();
    },
  };
});

/** Two steps, the second of which waits to be let through. */
const TWO_STEPS: Readonly<Record<string, JsonObject>> = {
  steps: {
    StartAt: "first",
    States: {
      first: { Type: "Task", Resource: "arn:test:first", Next: "second" },
      second: { Type: "Task", Resource: "arn:test:second", End: true },
    },
  },
};
const KEY = { workflow: "steps", name: "run-1" };

/** Counts the tasks; `second` hangs unless it is let through. */
function makeTasks({ hang }: { hang: boolean }) {
  const calls: string[] = [];
  const waiters: (() => void)[] = [];
  const invoke: InvokeTask = async ({ resource, input }) => {
    const name = resource.split(":").at(-1) ?? "";
    calls.push(name);
    for (const wake of waiters.splice(0)) wake();
    return name === "second" && hang ? new Promise(() => {}) : input;
  };
  async function called(name: string): Promise<void> {
    while (!calls.includes(name)) await new Promise<void>((resolve) => waiters.push(resolve));
  }
  return { calls, called, invoke };
}

async function changes(db: Database): Promise<string[]> {
  return db
    .all<{ body: string }>("SELECT body FROM messages ORDER BY seq")
    .map(({ body }) => JSON.parse(body).detail.status);
}

describe("executions on one machine", () => {
  test("an execution goes on after its process closed, without doing again what was done", async () => {
    const before = makeTasks({ hang: true });
    const { db, executions } = setUp({ owner: "old", machines: TWO_STEPS, invoke: before.invoke });
    await executions.start({ ...KEY, input: '{"a":1}' });
    await before.called("second");
    await executions.close();
    expect((await executions.describe(KEY))?.status).toBe("RUNNING");

    const after = makeTasks({ hang: false });
    const { executions: next } = setUp({ db, owner: "new", machines: TWO_STEPS, invoke: after.invoke });
    expect(await next.resume()).toBe(1);
    expect(await next.resume()).toBe(0);
    await next.idle();
    expect(await next.describe(KEY)).toMatchObject({ status: "SUCCEEDED", output: '{"a":1}' });
    expect(after.calls).toEqual(["second"]);
    expect(await changes(db)).toEqual(["RUNNING", "SUCCEEDED"]);
    const ids = (await next.history(KEY)).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, i) => i + 1));
  });

  test("an execution whose owner lives is left alone", async () => {
    const tasks = makeTasks({ hang: true });
    const { db, executions } = setUp({ owner: "old", machines: TWO_STEPS, invoke: tasks.invoke });
    await executions.start({ ...KEY, input: "{}" });
    await tasks.called("second");
    const { executions: other } = setUp({ db, owner: "new", alive: ["old"], machines: TWO_STEPS });
    expect(await other.resume()).toBe(0);
    await executions.close();
  });

  test("of several processes that find an orphan one adopts it", async () => {
    const tasks = makeTasks({ hang: true });
    const { db, executions } = setUp({ owner: "old", machines: TWO_STEPS, invoke: tasks.invoke });
    await executions.start({ ...KEY, input: "{}" });
    await tasks.called("second");
    await executions.close();
    const heirs = ["a", "b", "c"].map((owner) => setUp({ db, owner, alive: ["a", "b", "c"], machines: TWO_STEPS }));
    const adopted = await Promise.all(heirs.map(({ executions: heir }) => heir.resume()));
    expect(adopted.sort()).toEqual([0, 0, 1]);
    await Promise.all(heirs.map(({ executions: heir }) => heir.close()));
  });

  test("a process that is wrongly taken for dead writes nothing more and lets go", async () => {
    let letThrough = () => {};
    const slow: InvokeTask = ({ input }) => new Promise((resolve) => (letThrough = () => resolve(input)));
    const { db, executions } = setUp({ owner: "old", invoke: slow });
    const key = { workflow: "echo", name: "run-1" };
    await executions.start({ ...key, input: "{}" });
    await new Promise((resolve) => setImmediate(resolve));
    const { executions: other } = setUp({ db, owner: "new" });
    expect(await other.resume()).toBe(1);
    letThrough();
    await Promise.all([executions.idle(), other.idle()]);
    expect((await other.describe(key))?.status).toBe("SUCCEEDED");
    expect((await other.history(key)).filter(({ type }) => type === "TaskSucceeded")).toHaveLength(1);
    expect(await changes(db)).toEqual(["RUNNING", "SUCCEEDED"]);
  });

  test.each([
    { what: "taken over by another process", keeps: true },
    { what: "stopped by another process", keeps: false },
  ])("what a task does for an execution that is $what is aborted so that a job goes on: $keeps", async ({ keeps }) => {
    let signal: AbortSignal | undefined;
    const hang: InvokeTask = (call) => {
      signal = call.signal;
      return new Promise(() => {});
    };
    const { db, executions } = setUp({ owner: "old", invoke: hang });
    const key = { workflow: "hang", name: "run-1" };
    await executions.start({ ...key, input: "{}" });
    await expect.poll(() => signal).toBeDefined();
    const { executions: other } = setUp({ db, owner: "new", alive: keeps ? [] : ["old"] });
    if (keeps) await other.resume();
    else await other.stop(key, { error: "Stopped", cause: "elsewhere" });
    await executions.resume();
    await executions.idle();
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason instanceof TransientError).toBe(keeps);
    await other.close();
  });

  test("an execution that another process stops is let go at the next look", async () => {
    const { db, executions } = setUp({ owner: "old" });
    const key = { workflow: "hang", name: "run-1" };
    await executions.start({ ...key, input: "{}" });
    const { executions: other } = setUp({ db, owner: "new", alive: ["old"] });
    await other.stop(key, { error: "Stopped", cause: "elsewhere" });
    await executions.resume();
    await executions.idle();
    expect(await executions.describe(key)).toMatchObject({ status: "ABORTED", cause: "elsewhere" });
  });

  test("a resumed execution runs the definition that it was started with", async () => {
    const tasks = makeTasks({ hang: true });
    const { db, executions } = setUp({ owner: "old", machines: TWO_STEPS, invoke: tasks.invoke });
    await executions.start({ ...KEY, input: "{}" });
    await tasks.called("second");
    await executions.close();
    const changed = { steps: { StartAt: "new", States: { new: { Type: "Fail", Error: "Changed" } } } };
    const { executions: next } = setUp({
      db,
      owner: "new",
      machines: changed,
      invoke: makeTasks({ hang: false }).invoke,
    });
    await next.resume();
    await next.idle();
    expect((await executions.describe(KEY))?.status).toBe("SUCCEEDED");
  });

  test("a machine that cannot be parsed refuses to start and says where it is wrong", async () => {
    const machines = { steps: { StartAt: "nowhere", States: { done: { Type: "Succeed" } } } };
    const { executions } = setUp({ machines });
    const outcome = await executions.start({ ...KEY, input: "{}" });
    expect(outcome).toMatchObject({ outcome: "refused", error: "InvalidDefinition" });
    expect(outcome.outcome === "refused" && outcome.message).toMatch(/StartAt/);
  });

  test("an execution goes on by itself after the disk was full", async () => {
    const { db, executions } = setUp({
      machines: TWO_STEPS,
      async invoke({ resource, input }) {
        if (resource !== "arn:test:first") return input;
        const pages = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
        db.get(`PRAGMA max_page_count = ${full ? pages : 1_000_000}`);
        full = false;
        return "x".repeat(100_000);
      },
    });
    let full = true;
    await executions.start({ ...KEY, input: "{}" });
    await executions.idle();
    expect((await executions.describe(KEY))?.status).toBe("SUCCEEDED");
    expect(await changes(db)).toEqual(["RUNNING", "SUCCEEDED"]);
  });

  test("a defect in what invokes tasks fails the execution instead of trying for ever", async () => {
    const { executions } = setUp({
      async invoke() {
        throw new TypeError("undefined is not a function");
      },
    });
    await executions.start({ workflow: "echo", name: "run-1", input: "{}" });
    await executions.idle();
    expect(await executions.describe({ workflow: "echo", name: "run-1" })).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: "TypeError: undefined is not a function",
    });
  });

  test("no more executions than allowed run at once, and all of them run", async () => {
    let running = 0;
    let most = 0;
    const { executions } = setUp({
      maxConcurrent: 3,
      async invoke({ input }) {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return input;
      },
    });
    const keys = Array.from({ length: 20 }, (_, i) => ({ workflow: "echo", name: `run-${i}` }));
    await Promise.all(keys.map((key) => executions.start({ ...key, input: "{}" })));
    await executions.idle();
    expect(most).toBe(3);
    for (const key of keys) expect((await executions.describe(key))?.status).toBe("SUCCEEDED");
  });

  test("an execution that is redriven and loses its process goes on with the redrive", async () => {
    let broken = true;
    const calls: string[] = [];
    const invoke: InvokeTask = async ({ resource, input, token }) => {
      calls.push(`${resource} ${token}`);
      if (resource.endsWith("first")) return input;
      if (broken) throw new TaskError("Down", "for now");
      return calls.length < 4 ? new Promise(() => {}) : input;
    };
    const { db, executions } = setUp({ owner: "old", machines: TWO_STEPS, invoke });
    await executions.start({ ...KEY, input: "{}" });
    await executions.idle();
    broken = false;
    await executions.redrive(KEY);
    await expect.poll(() => calls.length).toBe(3);
    await executions.close();
    const { executions: next } = setUp({ db, owner: "new", machines: TWO_STEPS, invoke });
    expect(await next.resume()).toBe(1);
    await next.idle();
    expect(await next.describe(KEY)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
    expect(calls.map((call) => call.split(" ")[0])).toEqual([
      "arn:test:first",
      "arn:test:second",
      "arn:test:second",
      "arn:test:second",
    ]);
    // The redriven try is a new one for whoever knows it by its token, the resumed one is the same.
    expect(calls[2]).not.toBe(calls[1]);
    expect(calls[3]).toBe(calls[2]);
    expect(await changes(db)).toEqual(["RUNNING", "FAILED", "RUNNING", "SUCCEEDED"]);
  });

  test("a redriven execution has the machine's whole time again", async () => {
    const clock = makeVirtualClock();
    const machines = {
      steps: {
        StartAt: "try",
        TimeoutSeconds: 60,
        States: {
          try: { Type: "Task", Resource: "arn:test:try", Next: "wait" },
          wait: { Type: "Wait", Seconds: 50, End: true },
        },
      },
    };
    let broken = true;
    const { executions } = setUp({
      clock,
      machines,
      async invoke({ input }) {
        await clock.sleep(30_000);
        if (broken) throw new TaskError("Down", "for now");
        return input;
      },
    });
    await executions.start({ ...KEY, input: "{}" });
    await executions.idle();
    broken = false;
    await executions.redrive(KEY);
    await executions.idle();
    expect(await executions.describe(KEY)).toMatchObject({ status: "TIMED_OUT" });
    clock.advance(3_600_000);
    await executions.redrive(KEY);
    await executions.idle();
    expect(await executions.describe(KEY)).toMatchObject({ status: "SUCCEEDED", redriveCount: 2 });
  });

  test("the states an execution is in can be seen by every process, the innermost last", async () => {
    const hang = { Type: "Task", Resource: "arn:test:hang", End: true };
    const flaky = {
      Type: "Task",
      Resource: "arn:test:none",
      End: true,
      Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1, IntervalSeconds: 1 }],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "inner" }],
    };
    const machines = {
      steps: {
        StartAt: "outer",
        States: {
          outer: {
            Type: "Parallel",
            Branches: [{ StartAt: "flaky", States: { flaky, inner: hang } }],
            End: true,
          },
        },
      },
    };
    const { db, executions } = setUp({ machines });
    await executions.start({ ...KEY, input: "{}" });
    const { executions: other } = setUp({ db, owner: "other", alive: ["me"], machines });
    const names = (from: EmbeddedExecutions) => from.live(KEY).map(({ state, attempt }) => `${state} ${attempt}`);
    const seen = new Set<string>();
    for (let turn = 0; turn < 1000 && !names(executions).includes("inner 1"); turn += 1) {
      seen.add(names(executions).join(", "));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(seen).toContain("outer 1, flaky 2");
    expect(names(executions)).toEqual(["outer 1", "inner 1"]);
    expect(other.live(KEY)).toEqual(executions.live(KEY));
    await executions.stop(KEY, { error: "E", cause: "c" });
    expect(executions.live(KEY)).toEqual([]);
  });

  test("executions of a process that was killed are adopted and end once", async () => {
    const path = join(temporaryFolder(), "cirrus.db");
    const victim = startProcess("run-executions.ts", path);
    await victim.printed("second");
    victim.child.kill("SIGKILL");
    await once(victim.child, "close");

    const db = openDatabase(path);
    onTestFinished(() => db.close());
    const owner = registerRuntime(db, { clock: systemClock });
    const tasks = makeTasks({ hang: false });
    const executions = makeExecutions({
      db,
      clock: systemClock,
      machines: () => undefined,
      invoke: tasks.invoke,
      owner,
      isOwnerAlive: owner.isAlive,
      statusChanges: makeQueue(db, { name: "status-change", clock: systemClock }),
    });
    const left = db.get<{ n: number }>("SELECT count(*) AS n FROM executions WHERE status = 'RUNNING'")?.n;
    expect(left).toBe(5);
    expect(await executions.resume()).toBe(5);
    for (let i = 0; i < 5; i += 1) {
      const key = { workflow: "steps", name: `run-${i}` };
      expect((await untilClosed(executions, key)).status).toBe("SUCCEEDED");
      const types = (await executions.history(key)).map(({ type }) => type);
      expect(types.filter((type) => type === "TaskSucceeded")).toHaveLength(2);
    }
    expect((await changes(db)).sort()).toEqual([...Array(5).fill("RUNNING"), ...Array(5).fill("SUCCEEDED")]);
  });
});
