import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TaskError } from "../../src/asl/errors.ts";
import type { HistoryEvent } from "../../src/executions/executions.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { type Answer, type Run, START, start, task } from "./harness.ts";

function redriven(history: readonly HistoryEvent[], at = START): HistoryEvent[] {
  const id = history.length + 1;
  return [...history, { id, previousId: id - 1, type: "ExecutionRedriven", at, path: "", details: {} }];
}

const fail: Answer = () => {
  throw new TaskError("Down", "the service is down");
};

async function failFirst(definition: unknown, tasks: Readonly<Record<string, Answer>>): Promise<Run> {
  const first = start(definition, { tasks });
  expect(await first.result).toMatchObject({ status: "FAILED" });
  return first;
}

function called(run: Run): string[] {
  return run.calls.map(({ path }) => path);
}

describe("a redriven run", () => {
  const steps = {
    StartAt: "one",
    States: { one: task("one", { Next: "two" }), two: task("two", { End: true }) },
  };

  it("goes on at the state that failed, with the input that it had", async () => {
    const first = await failFirst(steps, { one: () => "made by one", two: fail });
    const second = start(steps, { history: redriven(first.history) });
    expect(await second.result).toEqual({ status: "SUCCEEDED", output: "made by one" });
    expect(second.calls).toMatchObject([{ path: "/two#1", attempt: 2, input: "made by one" }]);
    const entered = second.history.filter(({ type }) => type === "TaskStateEntered");
    expect(entered.map(({ path }) => path)).toEqual(["/one#1", "/two#1"]);
  });

  it("counts retries from the start again, for its retriers and in the context object", async () => {
    const retried = {
      StartAt: "only",
      States: {
        only: task("only", {
          Parameters: { "retries.$": "$$.State.RetryCount" },
          Retry: [{ ErrorEquals: ["Down"], MaxAttempts: 2, IntervalSeconds: 5 }],
          End: true,
        }),
      },
    };
    const first = await failFirst(retried, { only: fail });
    const clock = makeVirtualClock(first.clock.now());
    const second = start(retried, { history: redriven(first.history), tasks: { only: fail }, clock });
    expect(await second.result).toMatchObject({ status: "FAILED", error: "Down" });
    expect(second.calls.map(({ attempt }) => attempt)).toEqual([4, 5, 6]);
    expect(second.calls.map(({ input }) => input)).toEqual([{ retries: 0 }, { retries: 1 }, { retries: 2 }]);
  });

  it("runs again of a Parallel only the branches that failed or were aborted", async () => {
    const branch = (name: string) => ({
      StartAt: `${name} a`,
      States: {
        [`${name} a`]: task(`${name} a`, { Next: `${name} b` }),
        [`${name} b`]: task(`${name} b`, { End: true }),
      },
    });
    const parallel = {
      StartAt: "both",
      States: { both: { Type: "Parallel", Branches: [branch("good"), branch("bad"), branch("slow")], End: true } },
    };
    const slow: Answer = ({ signal }, clock) => clock.sleep(60_000, signal).then(() => "late");
    const bad: Answer = (_call, clock) => clock.sleep(5_000).then(() => fail(_call, clock));
    const first = await failFirst(parallel, { "bad b": bad, "slow b": slow });
    const clock = makeVirtualClock(first.clock.now());
    const second = start(parallel, { history: redriven(first.history), clock });
    expect(await second.result).toMatchObject({ status: "SUCCEEDED", output: [{}, {}, {}] });
    expect(called(second).sort()).toEqual(["/both#1/1/bad b#1", "/both#1/2/slow b#1"]);
  });

  it("starts the iterations of a Map that never started, and keeps what the others came to", async () => {
    const map = {
      StartAt: "each",
      States: {
        each: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 1,
          ItemProcessor: { StartAt: "item", States: { item: task("item", { End: true }) } },
          End: true,
        },
      },
    };
    const input = { items: [1, 2, 3] };
    const item: Answer = (call, clock) => (call.input === 2 ? fail(call, clock) : call.input);
    const first = start(map, { input, tasks: { item } });
    expect(await first.result).toMatchObject({ status: "FAILED" });
    const second = start(map, { input, history: redriven(first.history) });
    expect(await second.result).toMatchObject({ status: "SUCCEEDED", output: [1, 2, 3] });
    expect(called(second)).toEqual(["/each#1/1/item#1", "/each#1/2/item#1"]);
  });

  it("tries a task again whose result could not be used, and one that was cut short", async () => {
    const chosen = { StartAt: "only", States: { only: task("only", { OutputPath: "$.there", End: true }) } };
    const first = await failFirst(chosen, { only: () => ({ elsewhere: 1 }) });
    const second = start(chosen, { history: redriven(first.history), tasks: { only: () => ({ there: 2 }) } });
    expect(await second.result).toEqual({ status: "SUCCEEDED", output: 2 });

    const stop = new AbortController();
    const hanging = start(steps, {
      signal: stop.signal,
      tasks: { one: () => new Promise(() => stop.abort(new Error("stopped"))) },
    });
    await expect(hanging.result).rejects.toThrow("stopped");
    const third = start(steps, { history: redriven(hanging.history) });
    expect(await third.result).toMatchObject({ status: "SUCCEEDED" });
    expect(third.calls).toMatchObject([
      { path: "/one#1", attempt: 2 },
      { path: "/two#1", attempt: 1 },
    ]);
  });

  it("fails again where a Fail state led it, and has the machine's whole time again", async () => {
    const failing = { StartAt: "f", States: { f: { Type: "Fail", Error: "E", Cause: "c" } } };
    const first = await failFirst(failing, {});
    expect(await start(failing, { history: redriven(first.history) }).result).toMatchObject({
      status: "FAILED",
      error: "E",
    });
  });

  /** A machine of nested Parallels, Maps and sequences whose tasks are called after the place they stand at. */
  type Shape = { task: true } | { parallel: Shape[][] } | { map: number; body: Shape[] };
  const { shape } = fc.letrec<{ shape: Shape; sequence: Shape[] }>((tie) => ({
    shape: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant({ task: true as const }),
      fc.record({ parallel: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ map: fc.integer({ min: 1, max: 3 }), body: tie("sequence") }),
    ),
    sequence: fc.array(tie("shape"), { minLength: 1, maxLength: 3 }),
  }));

  function sequenceOf(shapes: readonly Shape[], prefix: string): Record<string, unknown> {
    const names = shapes.map((_, index) => `${prefix}${index}`);
    const states = shapes.map((one, index) => {
      const next = names[index + 1];
      return [
        names[index],
        { ...stateOf(one, `${names[index]}.`), ...(next === undefined ? { End: true } : { Next: next }) },
      ];
    });
    return { StartAt: names[0], States: Object.fromEntries(states) };
  }

  function stateOf(one: Shape, prefix: string): Record<string, unknown> {
    if ("task" in one) return task("any", { Parameters: { place: prefix } });
    if ("parallel" in one) {
      return {
        Type: "Parallel",
        Branches: one.parallel.map((branch, index) => sequenceOf(branch, `${prefix}${index}.`)),
      };
    }
    return {
      Type: "Map",
      ItemsPath: `$$.Execution.Input.lists[${one.map}]`,
      ItemProcessor: sequenceOf(one.body, prefix),
    };
  }

  it("ends, whatever failed and wherever it is killed, as if nothing had failed, and asks for no result that it had", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(fc.nat(12), { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
        async (shapes, rounds, kills) => {
          const definition = sequenceOf(shapes, "s");
          const input = { lists: [[], [1], [1, 2], [1, 2, 3]] };
          const calm = await start(definition, { input }).result;
          const clock = makeVirtualClock(START);
          const done = new Set<string>();
          let history: HistoryEvent[] = [];
          // In each round the calls with these numbers fail; the last round fails nowhere.
          for (const [round, failures] of [...rounds, []].entries()) {
            for (const death of [...kills, undefined]) {
              const process = new AbortController();
              let calls = 0;
              const run = start(definition, {
                input,
                clock,
                history,
                signal: process.signal,
                answer(call) {
                  expect(done).not.toContain(call.path);
                  const number = calls++;
                  if (number === death) process.abort(new Error("killed"));
                  if (failures.includes(number)) throw new TaskError("Down", "down");
                  return call.input;
                },
              });
              const result = await run.result.catch((thrown: Error) => thrown);
              history = run.history;
              for (const { type, path } of history) if (type === "TaskSucceeded") done.add(path);
              if (result instanceof Error) {
                expect(result.message).toBe("killed");
                continue;
              }
              if (result.status !== "SUCCEEDED" && round < rounds.length) break;
              expect(result).toEqual(calm);
              return;
            }
            history = redriven(history);
          }
          throw new Error("The last round did not end.");
        },
      ),
      { numRuns: 200 },
    );
  });
});
