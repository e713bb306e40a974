import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../../src/executions/executions.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { type Answer, failing, type Options, only, START, start, task } from "./harness.ts";

const seconds = (ms: number) => (ms - Date.parse(START)) / 1000;

/** Runs until the nth append is durable and dies there. */
async function dieAfterAppend(count: number, definition: unknown, options: Options = {}) {
  const stop = new AbortController();
  let left = count;
  const first = start(definition, {
    ...options,
    signal: stop.signal,
    afterAppend() {
      left -= 1;
      if (left === 0) stop.abort(new Error("stopped"));
    },
  });
  await expect(first.result).rejects.toThrow("stopped");
  return first;
}

describe("a resumed run", () => {
  it("takes a recorded result from the history, also when it is null", async () => {
    const definition = {
      StartAt: "a",
      States: { a: task("a", { Next: "b" }), b: task("b", { ResultPath: "$", End: true }) },
    };
    const tasks = { a: () => null, b: () => "B" };
    const first = await dieAfterAppend(2, definition, { tasks });
    const second = start(definition, { tasks, history: first.history, clock: first.clock });
    expect(await second.result).toEqual({ status: "SUCCEEDED", output: "B" });
    expect(second.calls.map(({ resource }) => resource)).toEqual(["b"]);
    expect(second.calls[0]?.input).toBeNull();
  });

  it("invokes an attempt without a recorded end again, with the same token and number", async () => {
    const definition = only(task("t", { Retry: [{ ErrorEquals: ["States.ALL"] }] }));
    const tasks = { t: failing(1) };
    const first = await dieAfterAppend(3, definition, { tasks });
    expect(first.calls.map(({ attempt }) => attempt)).toEqual([1]);
    const scheduled = first.history.filter(({ type }) => type === "TaskScheduled");
    expect(scheduled.map(({ details }) => details.attempt)).toEqual([1, 2]);

    const calm = start(definition, { tasks: { t: failing(1) } });
    await calm.result;
    const second = start(definition, { tasks, history: first.history, clock: first.clock });
    expect(await second.result).toMatchObject({ status: "SUCCEEDED" });
    expect(second.calls.map(({ token, attempt }) => [token, attempt])).toEqual([[calm.calls[1]?.token, 2]]);
  });

  it("sleeps a Wait and a retry delay to their original end", async () => {
    for (const [definition, appends] of [
      [only({ Type: "Wait", Seconds: 100 }), 1],
      [only(task("t", { Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 100 }] })), 2],
    ] as const) {
      const tasks = { t: failing(1) };
      const first = await dieAfterAppend(appends, definition, { tasks });
      const inTime = makeVirtualClock(Date.parse(START) + 30_000);
      await start(definition, { tasks, history: first.history, clock: inTime }).result;
      expect(seconds(inTime.now())).toBe(100);
      const tooLate = makeVirtualClock(Date.parse(START) + 500_000);
      await start(definition, { tasks, history: first.history, clock: tooLate }).result;
      expect(seconds(tooLate.now())).toBe(500);
    }
  });

  it("keeps the times of the first run", async () => {
    const definition = only(task("t", { Parameters: { "at.$": "$$.State.EnteredTime" } }));
    const first = await dieAfterAppend(1, definition);
    const clock = makeVirtualClock(Date.parse(START) + 30_000);
    const second = start(definition, { history: first.history, clock });
    expect(await second.result).toEqual({ status: "SUCCEEDED", output: { at: START } });
  });

  it("gives a task that is invoked again its whole time, as the time the process was down is not its fault", async () => {
    const t: Answer = async ({ signal }, clock) => {
      await clock.sleep(4000, signal);
      return "done";
    };
    const definition = only(task("t", { TimeoutSeconds: 5 }));
    const first = await dieAfterAppend(1, definition, { tasks: { t } });
    const clock = makeVirtualClock(Date.parse(START) + 3_600_000);
    const second = start(definition, { tasks: { t }, history: first.history, clock });
    expect(await second.result).toEqual({ status: "SUCCEEDED", output: "done" });
  });

  it("runs nothing of an attempt of a Parallel that has failed, not even what was aborted there", async () => {
    const branch = (name: string) => ({ StartAt: name, States: { [name]: task(name, { End: true }) } });
    const Retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 10, MaxAttempts: 1 }];
    const definition = only({ Type: "Parallel", Branches: [branch("a"), branch("b")], Retry });
    const tasks: Record<string, Answer> = {
      a: failing(1),
      b: async ({ signal, path }, clock) => {
        await clock.sleep(path.includes("~2") ? 0 : 1000, signal);
        return "B";
      },
    };
    const first = await dieAfterAppend(2, definition, { tasks });
    expect(first.history.at(-1)?.type).toBe("ParallelStateFailed");
    const second = start(definition, { tasks, history: first.history, clock: first.clock });
    expect(await second.result).toMatchObject({ status: "SUCCEEDED" });
    expect(second.calls.map(({ path }) => path).sort()).toEqual(["/only#1~2/0/a#1", "/only#1~2/1/b#1"]);
  });

  it("finds the failure that came first, though a shorter branch failed right after it", async () => {
    const long = ["l1", "l2", "l3", "l4"];
    const chain = Object.fromEntries(
      long.map((name, index) => [name, task(name, index < 3 ? { Next: long[index + 1] } : { End: true })]),
    );
    const short = { StartAt: "s", States: { s: task("s", { End: true }) } };
    const definition = only({ Type: "Parallel", Branches: [short, { StartAt: "l1", States: chain }] });
    const event = (type: string, path: string, details: HistoryEvent["details"], id: number): HistoryEvent => {
      return { id, previousId: id - 1, type, path, at: START, details: { attempt: 1, ...details } };
    };
    const history = [
      ...["l1", "l2", "l3"].map((name, index) =>
        event("TaskSucceeded", `/only#1/1/${name}#1`, { output: {} }, index + 1),
      ),
      event("TaskFailed", "/only#1/1/l4#1", { error: "First", cause: "" }, 4),
      event("TaskFailed", "/only#1/0/s#1", { error: "Second", cause: "" }, 5),
      event("ParallelStateStarted", "/only#1", {}, 6),
    ];
    const { result, calls } = start(definition, { history });
    expect(await result).toMatchObject({ status: "FAILED", error: "First" });
    expect(calls).toEqual([]);
  });

  it("starts iterations that ran before, though one that fails in the replay would have kept them back", async () => {
    const processor = { StartAt: "t", States: { t: task("t", { End: true }) } };
    const definition = only({ Type: "Map", ItemProcessor: processor, MaxConcurrency: 2 });
    const event = (id: number, type: string, path: string, details: HistoryEvent["details"]): HistoryEvent => {
      return { id, previousId: id - 1, type, path, at: START, details };
    };
    const failed = (error: string) => ({ attempt: 1, error, cause: "" });
    const history = [
      event(1, "MapIterationStarted", "/only#1/0", {}),
      event(2, "MapIterationStarted", "/only#1/1", {}),
      event(3, "TaskSucceeded", "/only#1/0/t#1", { attempt: 1, output: 1 }),
      event(4, "MapIterationStarted", "/only#1/2", {}),
      event(5, "TaskFailed", "/only#1/2/t#1", failed("First")),
      event(6, "TaskFailed", "/only#1/1/t#1", failed("Second")),
    ];
    const { result, calls } = start(definition, { history, input: [0, 1, 2] });
    expect(await result).toMatchObject({ status: "FAILED", error: "First" });
    expect(calls).toEqual([]);
  });

  it("journals no event when the whole way is journalled, and ends the same", async () => {
    const definition = only(task("t", { Retry: [{ ErrorEquals: ["States.ALL"] }] }));
    const first = start(definition, { tasks: { t: failing(2) }, input: 5 });
    const result = await first.result;
    const second = start(definition, { history: first.history, input: 5 });
    expect(await second.result).toEqual(result);
    expect(second.appends.flat()).toEqual([]);
    expect(second.calls).toEqual([]);
  });
});

describe("a run that is stopped", () => {
  it("rejects with the signal's reason, aborts the task and journals nothing more", async () => {
    const stop = new AbortController();
    const t = async () => {
      stop.abort(new Error("stopped"));
      return "late";
    };
    const { result, calls, appends } = start(only(task("t")), { tasks: { t }, signal: stop.signal });
    await expect(result).rejects.toThrow("stopped");
    expect(calls[0]?.signal.aborted).toBe(true);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(appends.flat().map(({ type }) => type)).toEqual(["TaskStateEntered", "TaskScheduled", "TaskStarted"]);
  });

  it("writes nothing after an append that was lost, in no branch", async () => {
    const branch = (name: string) => ({
      StartAt: name,
      States: { [name]: task(name, { Next: `${name}2` }), [`${name}2`]: task("t", { End: true }) },
    });
    const definition = only({ Type: "Parallel", Branches: [branch("a"), branch("b")] });
    const tasks: Record<string, Answer> = {
      b: async ({ signal }, clock) => {
        await clock.sleep(1000, signal);
        return 1;
      },
    };
    let left = 2;
    const run = start(definition, {
      tasks,
      beforeAppend() {
        left -= 1;
        if (left === 0) throw new Error("disk full");
      },
    });
    await expect(run.result).rejects.toThrow("disk full");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(run.appends).toHaveLength(1);
  });

  it("does not start at all with a signal that is already aborted", async () => {
    const { result, calls } = start(only(task("t")), { signal: AbortSignal.abort(new Error("stopped")) });
    await expect(result).rejects.toThrow("stopped");
    expect(calls).toEqual([]);
  });
});

describe("the journal", () => {
  it("gets one append for each transition between tasks, and none of its own for Pass, Choice and Succeed", async () => {
    const definition = {
      StartAt: "first",
      States: {
        first: { Type: "Pass", Next: "a" },
        a: task("a", { Next: "between" }),
        between: { Type: "Choice", Choices: [{ Variable: "$.x", IsPresent: false, Next: "b" }] },
        b: task("b", { Next: "done" }),
        done: { Type: "Succeed" },
      },
    };
    const { result, appends } = start(definition);
    await result;
    expect(appends.map((events) => events.map(({ type }) => type))).toEqual([
      ["PassStateEntered", "PassStateExited", "TaskStateEntered", "TaskScheduled", "TaskStarted"],
      [
        "TaskSucceeded",
        "TaskStateExited",
        "ChoiceStateEntered",
        "ChoiceStateExited",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
      ],
      ["TaskSucceeded", "TaskStateExited", "SucceedStateEntered", "SucceedStateExited"],
    ]);
  });

  it("gets one append for branches that start together", async () => {
    const branch = (name: string) => ({ StartAt: name, States: { [name]: task(name, { End: true }) } });
    const definition = only({ Type: "Parallel", Branches: ["a", "b", "c", "d"].map(branch) });
    const { result, appends } = start(definition);
    await result;
    expect(appends[0]?.filter(({ type }) => type === "TaskScheduled")).toHaveLength(4);
  });

  it("gets a result as soon as it is there, even if its branch waits for others", async () => {
    const branch = (name: string) => ({ StartAt: name, States: { [name]: task(name, { End: true }) } });
    const seen: string[] = [];
    const run = start(only({ Type: "Parallel", Branches: [branch("quick"), branch("slow")] }), {
      tasks: {
        slow: async ({ signal }, clock) => {
          await clock.sleep(1000, signal);
          seen.push(...run.history.filter(({ type }) => type === "TaskSucceeded").map(({ path }) => path));
          return 1;
        },
      },
    });
    await run.result;
    expect(seen).toEqual(["/only#1/0/quick#1"]);
  });

  it("tells where, when and what in the details", async () => {
    const { result, history } = start(only(task("t", { Parameters: { "n.$": "$.n" } })), { input: { n: 1 } });
    await result;
    expect(history.map(({ type, path, at, details }) => [type, path, at, details])).toEqual([
      ["TaskStateEntered", "/only#1", START, { name: "only", input: { n: 1 } }],
      ["TaskScheduled", "/only#1", START, { name: "only", resource: "t", attempt: 1, input: { n: 1 } }],
      ["TaskStarted", "/only#1", START, { resource: "t", attempt: 1 }],
      ["TaskSucceeded", "/only#1", START, { resource: "t", attempt: 1, output: { n: 1 } }],
      ["TaskStateExited", "/only#1", START, { name: "only", output: { n: 1 } }],
    ]);
  });
});

describe("a long loop", () => {
  const loop = (rounds: number) => ({
    StartAt: "step",
    States: {
      step: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "more" },
      more: {
        Type: "Choice",
        Choices: [{ Variable: "$.n", NumericLessThan: rounds, Next: "step" }],
        Default: "done",
      },
      done: { Type: "Succeed" },
    },
  });

  it("of 10,000 transitions needs no more stack than one", async () => {
    const { result, appends } = start(loop(5000), { input: { n: 0 } });
    expect(await result).toEqual({ status: "SUCCEEDED", output: { n: 5000 } });
    expect(appends).toHaveLength(1);
  });

  it("ends at 25,000 history events with States.Runtime, as in Step Functions, before or after it was resumed", async () => {
    const { result, history } = start(loop(1_000_000), { input: { n: 0 } });
    expect(await result).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(history).toHaveLength(25_000);
    const again = start(loop(1_000_000), { input: { n: 0 }, history });
    expect(await again.result).toEqual(await result);
  });
});
