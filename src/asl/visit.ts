/** One stay in a state: where it is, what came in, and what it may do to the world. */
import type { Clock } from "../clock.ts";
import type { Json } from "../json.ts";
import { EvaluationError, StatesError } from "./errors.ts";
import type { EvaluationData } from "./expressions.ts";
import type { EventDetails, Memory, Moment } from "./journal.ts";
import type { Sequence } from "./model.ts";
import type { InvokeTask, RunContext } from "./ports.ts";
import { makeRandom } from "./random.ts";

/** What one run shares. */
export interface Engine {
  readonly context: RunContext;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly invoke: InvokeTask;
  /** Runs a branch or an iteration; here so that Parallel and Map need not import what runs them. */
  readonly runSequence: (engine: Engine, sequence: Sequence, input: Json, scope: Scope) => Promise<Json>;
}

/** Where a sequence of states runs: the machine, one branch, one iteration. */
export interface Scope {
  /** Empty for the machine itself. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly item: { readonly index: number; readonly value: Json } | undefined;
  /** The newest event of this very scope; a failure happened then. */
  last: Moment;
}

export interface Visit {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly name: string;
  /** `/batch-group#2/0/pre-batch#1` */
  readonly path: string;
  /** Before InputPath. */
  readonly input: Json;
  readonly enteredAt: string;
}

export function makeScope(path: string, signal: AbortSignal, last: Moment, item?: Scope["item"]): Scope {
  return { path, signal, last, item };
}

export function record(visit: Visit, type: string, details: EventDetails): void {
  recordIn(visit.engine, visit.scope, visit.path, type, details);
}

export function recordIn(engine: Engine, scope: Scope, path: string, type: string, details: EventDetails): void {
  scope.last = engine.memory.record(type, path, details);
}

/**
 * Stands before everything that the world can see. What led here becomes durable first. Only here does a stopped
 * branch stop: what is replayed from the journal goes the way it went, whatever happens beside it.
 */
export async function goLive({ engine, scope }: Visit): Promise<void> {
  scope.signal.throwIfAborted();
  await engine.memory.flush();
  scope.signal.throwIfAborted();
}

/** Sleeps to a moment in milliseconds since 1970, which may be past. */
export async function sleepUntil(visit: Visit, end: number): Promise<void> {
  const { clock } = visit.engine;
  if (end <= clock.now()) return;
  await goLive(visit);
  const rest = end - clock.now();
  if (rest > 0) await clock.sleep(rest, visit.scope.signal);
}

/**
 * What paths and intrinsic functions of the state read. `field` and `attempt` keep their chance apart:
 * a replay evaluates only what it needs and still draws the same numbers.
 */
export function dataFor(visit: Visit, input: Json, attempt: number, field: string): EvaluationData {
  const { execution } = visit.engine.context;
  return {
    input,
    context: contextObject(visit, attempt),
    random: makeRandom(`${execution.id} ${visit.path} ${attempt} ${field}`),
  };
}

/** `$$` */
function contextObject({ engine, scope, name, path, enteredAt }: Visit, attempt: number): Json {
  const { execution, stateMachine } = engine.context;
  const retries = attempt - 1 - engine.memory.redrivenBefore(path, attempt);
  return {
    Execution: {
      Id: execution.id,
      Input: execution.input,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: execution.startedAt,
      RedriveCount: execution.redriveCount ?? 0,
    },
    StateMachine: { Id: stateMachine.id, Name: stateMachine.name },
    State: { Name: name, EnteredTime: enteredAt, RetryCount: retries },
    ...(scope.item === undefined ? {} : { Map: { Item: { Index: scope.item.index, Value: scope.item.value } } }),
  };
}

/** What the state's evaluation throws, as the state's failure. Everything else is no failure of the state and goes on as it is. */
export function asFailure(visit: Visit, thrown: unknown): unknown {
  if (!(thrown instanceof EvaluationError)) return thrown;
  return new StatesError(
    thrown.error,
    `An error occurred while executing the state '${visit.name}'. ${thrown.message}`,
  );
}
