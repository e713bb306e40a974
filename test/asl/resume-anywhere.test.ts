/** Machines of every shape, killed anywhere and resumed, end as if nothing had happened. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TaskError } from "../../src/asl/errors.ts";
import type { RunResult, TaskCall } from "../../src/asl/run.ts";
import type { HistoryEvent } from "../../src/executions/executions.ts";
import type { Json } from "../../src/json.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { START, start } from "./harness.ts";

/** A state before it has a name. Tasks carry their behaviour in their resource, so that a machine is only JSON. */
type Shape =
  | { kind: "task"; fails: number; round: number; seconds: number; retries: number; jitter: boolean; caught: boolean }
  | { kind: "wait"; seconds: number }
  | { kind: "pass" }
  | { kind: "parallel"; branches: Shape[][]; retries: number; caught: boolean }
  | { kind: "map"; items: number; concurrency: number; body: Shape[]; retries: number; caught: boolean };

const { shape } = fc.letrec<{ shape: Shape; sequence: Shape[] }>((tie) => ({
  shape: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      kind: fc.constant("task" as const),
      fails: fc.constantFrom(0, 0, 0, 1, 2, 9),
      round: fc.constantFrom(1, 1, 1, 2),
      seconds: fc.nat(3),
      retries: fc.nat(3),
      jitter: fc.boolean(),
      caught: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("wait" as const), seconds: fc.nat(4) }),
    fc.record({ kind: fc.constant("pass" as const) }),
    fc.record({
      kind: fc.constant("parallel" as const),
      branches: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }),
      retries: fc.nat(2),
      caught: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("map" as const),
      items: fc.nat(4),
      concurrency: fc.nat(3),
      body: tie("sequence"),
      retries: fc.nat(2),
      caught: fc.boolean(),
    }),
  ),
  sequence: fc.array(tie("shape"), { minLength: 1, maxLength: 3 }),
}));

function sequenceOf(shapes: readonly Shape[], prefix: string): Record<string, unknown> {
  const names = shapes.map((_shape, index) => `${prefix}${index}`);
  const states = shapes.map((each, index) => {
    const after = names[index + 1];
    const move = after === undefined ? { End: true } : { Next: after };
    return [names[index], { ...stateOf(each, `${names[index]}.`, after ?? `${prefix}end`), ...move }];
  });
  const needsEnd = shapes.some((each) => "caught" in each && each.caught);
  const last = shapes.at(-1);
  const endReached = needsEnd && last !== undefined && "caught" in last && last.caught;
  return {
    StartAt: names[0],
    States: { ...Object.fromEntries(states), ...(endReached && { [`${prefix}end`]: { Type: "Succeed" } }) },
  };
}

function stateOf(shape: Shape, prefix: string, after: string): Record<string, unknown> {
  const guards = (retries: number, caught: boolean, jitter = false) => ({
    Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: retries, JitterStrategy: jitter ? "FULL" : "NONE" }],
    ...(caught && { Catch: [{ ErrorEquals: ["States.ALL"], Next: after }] }),
  });
  switch (shape.kind) {
    case "task":
      return {
        Type: "Task",
        Resource: JSON.stringify([shape.fails, shape.round, shape.seconds]),
        Parameters: { "in.$": "$", "uuid.$": "States.UUID()", "retries.$": "$$.State.RetryCount" },
        ...guards(shape.retries, shape.caught, shape.jitter),
      };
    case "wait":
      return { Type: "Wait", Seconds: shape.seconds };
    case "pass":
      return { Type: "Pass", Parameters: { "dice.$": "States.MathRandom(0, 1000)", "in.$": "$" } };
    case "parallel":
      return {
        Type: "Parallel",
        Branches: shape.branches.map((branch, index) => sequenceOf(branch, `${prefix}${index}.`)),
        ...guards(shape.retries, shape.caught),
      };
    case "map":
      return {
        Type: "Map",
        Parameters: { "item.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index" },
        ItemsPath: "$$.Execution.Input.items",
        MaxConcurrency: shape.concurrency,
        ItemProcessor: sequenceOf(shape.body, prefix),
        ...guards(shape.retries, shape.caught),
      };
  }
}

/**
 * Fails the first attempts, or every attempt of the first round of a Parallel or Map around it. All failures look the
 * same: which of two branches that fail at one moment wins is not for a test to fix.
 */
async function answer(call: TaskCall, clock: ReturnType<typeof makeVirtualClock>): Promise<Json> {
  const [fails, round, seconds] = JSON.parse(call.resource) as [number, number, number];
  if (seconds > 0) await clock.sleep(seconds * 1000, call.signal);
  if (call.attempt <= fails || (round === 2 && call.path.includes("/") && !call.path.includes("~2"))) {
    throw new TaskError("Flaky", "no luck");
  }
  return { from: call.path, attempt: call.attempt, got: call.input };
}

interface Kill {
  /** What the process is doing when it dies; `lost` is an append that never reaches the disk. */
  readonly at: "invoke" | "appended" | "lost";
  readonly count: number;
  readonly downMs: number;
}

const kill: fc.Arbitrary<Kill> = fc.record({
  at: fc.constantFrom("invoke", "appended", "lost"),
  count: fc.integer({ min: 1, max: 6 }),
  downMs: fc.constantFrom(0, 500, 10_000),
});

interface Life {
  readonly result: RunResult;
  readonly history: readonly HistoryEvent[];
  readonly deaths: number;
}

/** Runs to the end through these deaths; throws where a finished attempt, or one inside a failed attempt, is invoked again. */
async function live(definition: unknown, kills: readonly Kill[]): Promise<Life> {
  const clock = makeVirtualClock(START);
  let history: HistoryEvent[] = [];
  const finished = new Set<string>();
  const failed = new Set<string>();
  for (const [deaths, death] of [...kills, undefined].entries()) {
    const process = new AbortController();
    let left = death?.count ?? Number.POSITIVE_INFINITY;
    const tick = (at: Kill["at"]) => {
      if (death?.at !== at) return false;
      left -= 1;
      if (left === 0) process.abort(new Error("killed"));
      return left <= 0;
    };
    const run = start(definition, {
      input: { items: ["a", "b", "c"] },
      clock,
      history,
      signal: process.signal,
      beforeAppend() {
        if (tick("lost")) throw new Error("killed");
      },
      afterAppend: () => void tick("appended"),
      answer(call) {
        const isInFailed = [...failed].some((place) => call.path.startsWith(place));
        if (finished.has(call.token) || isInFailed) throw new Error(`invoked again: ${call.path} ${call.attempt}`);
        tick("invoke");
        return answer(call, clock);
      },
    });
    const result = await run.result.catch((thrown: Error) => thrown);
    history = run.history;
    for (const { type, path, details } of history) {
      const call = run.calls.find((each) => each.path === path && each.attempt === details.attempt);
      if (/^(Parallel|Map)StateFailed$/.test(type)) {
        failed.add(details.attempt === 1 ? `${path}/` : `${path}~${details.attempt}/`);
      }
      if (/^Task(Succeeded|Failed|TimedOut)$/.test(type) && call !== undefined) finished.add(call.token);
    }
    if (!(result instanceof Error)) return { result, history, deaths };
    if (result.message !== "killed") throw result;
    clock.advance(death?.downMs ?? 0);
  }
  throw new Error("The last process was not killed and did not end either.");
}

describe("a run that is killed and resumed", () => {
  it("ends as the uninterrupted run, and asks for no result that it had", async () => {
    let interrupted = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 4 }),
        fc.array(kill, { minLength: 1, maxLength: 8 }),
        async (shapes, kills) => {
          const definition = sequenceOf(shapes, "s");
          const calm = await live(definition, []);
          const rough = await live(definition, kills);
          interrupted += rough.deaths;
          expect(rough.result).toEqual(calm.result);
          const keys = rough.history.map(({ type, path, details }) => `${type} ${path} ${details.attempt ?? ""}`);
          expect(keys).toEqual([...new Set(keys)]);
        },
      ),
      { numRuns: 300 },
    );
    expect(interrupted).toBeGreaterThan(300);
  });
});
