/** Runs machines in tests: parses, journals in memory, answers tasks by their resource. */

import { TaskError } from "../../src/asl/errors.ts";
import { type Machine, parseMachine } from "../../src/asl/machine.ts";
import { type NewEvent, type RunContext, type RunResult, runMachine, type TaskCall } from "../../src/asl/run.ts";
import type { Problem } from "../../src/errors.ts";
import type { HistoryEvent } from "../../src/executions/executions.ts";
import type { Json } from "../../src/json.ts";
import { makeVirtualClock, type VirtualClock } from "../virtual-clock.ts";

export const START = "2030-01-01T00:00:00.000Z";

export type Answer = (call: TaskCall, clock: VirtualClock) => Json | Promise<Json>;

export interface Options {
  readonly input?: Json;
  /** By resource; a task without an answer returns its input. */
  readonly tasks?: Readonly<Record<string, Answer>>;
  readonly history?: readonly HistoryEvent[];
  readonly clock?: VirtualClock;
  readonly signal?: AbortSignal;
  /** Called before each append; what it throws, the journal throws. */
  readonly beforeAppend?: (events: readonly NewEvent[]) => void;
  /** Called when the events are durable. */
  readonly afterAppend?: () => void;
  /** Answers the tasks that `tasks` does not name. */
  readonly answer?: Answer;
}

export interface Run {
  readonly result: Promise<RunResult>;
  readonly history: HistoryEvent[];
  readonly appends: (readonly NewEvent[])[];
  readonly calls: TaskCall[];
  readonly clock: VirtualClock;
}

export function machineOf(definition: unknown): Machine {
  const parsed = parseMachine(definition);
  if ("machine" in parsed) return parsed.machine;
  throw new Error(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
}

export function problemsOf(definition: unknown): readonly Problem[] {
  const parsed = parseMachine(definition);
  return "problems" in parsed ? parsed.problems : [];
}

export function start(definition: unknown, options: Options = {}): Run {
  const { input = {}, tasks = {}, clock = makeVirtualClock(START), signal } = options;
  const history = [...(options.history ?? [])];
  const appends: (readonly NewEvent[])[] = [];
  const calls: TaskCall[] = [];
  const context: RunContext = {
    execution: { id: "arn:aws:states:local:000000000000:execution:machine:one", name: "one", input, startedAt: START },
    stateMachine: { id: "arn:aws:states:local:000000000000:stateMachine:machine", name: "machine" },
  };
  const result = runMachine(machineOf(definition), context, {
    clock,
    history: [...history],
    ...(signal !== undefined && { signal }),
    async invoke(call) {
      calls.push(call);
      const answer = tasks[call.resource] ?? options.answer;
      return answer === undefined ? call.input : answer(call, clock);
    },
    journal: {
      async append(events) {
        // A real journal takes a turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
        options.beforeAppend?.(events);
        appends.push(events);
        for (const event of events) history.push({ ...event, id: history.length + 1, previousId: history.length });
        options.afterAppend?.();
      },
    },
  });
  // Tests that stop a run look at the rejection later.
  result.catch(() => undefined);
  return { result, history, appends, calls, clock };
}

export function run(definition: unknown, options: Options = {}): Promise<RunResult> {
  return start(definition, options).result;
}

/** The output of a run that must succeed. */
export async function outputOf(definition: unknown, options: Options = {}): Promise<Json> {
  const result = await run(definition, options);
  if (result.status === "SUCCEEDED") return result.output;
  throw new Error(`${result.status} ${result.error}: ${result.cause}`);
}

/** A machine of this one state, which ends it. */
export function only(state: Readonly<Record<string, unknown>>): unknown {
  const ends = ["Choice", "Succeed", "Fail"].includes(String(state.Type)) ? {} : { End: true };
  return { StartAt: "only", States: { only: { ...state, ...ends } } };
}

export function task(resource: string, fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { Type: "Task", Resource: resource, ...fields };
}

/** An answer that fails so many times before it returns its input. */
export function failing(times: number, error = "Flaky"): Answer {
  let left = times;
  return ({ input }) => {
    left -= 1;
    if (left >= 0) throw new TaskError(error, `${error} happened`);
    return input;
  };
}
