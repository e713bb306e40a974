/** Task: calls its resource, once an attempt; a result that was journalled is never asked for again. */
import type { Json } from "../../json.ts";
import { makeAbortScope, untilAborted } from "../abort.ts";
import { effectiveInput, outputOf, readNumber } from "../data-flow.ts";
import { StatesError } from "../errors.ts";
import { clipCause, clipError, withinLimit } from "../limits.ts";
import type { NumberSource, TaskState } from "../model.ts";
import type { TaskCall } from "../ports.ts";
import { isRedriven, type Outcome, runAttempts } from "../retry.ts";
import { taskToken } from "../task-token.ts";
import { asFailure, dataFor, goLive, record, type Visit } from "../visit.ts";

export function runTask(visit: Visit, state: TaskState): Promise<Outcome> {
  return runAttempts(visit, state, async (attempt) => {
    const recalled = recalledResult(visit, attempt);
    // A result may be null, so that only undefined says that there is none.
    const result = recalled === undefined ? await callTask(visit, state, attempt) : recalled;
    return outputOf(visit, state, result, attempt);
  });
}

/** The end of this attempt as an earlier process journalled it: its result, or its failure thrown again. */
function recalledResult(visit: Visit, attempt: number): Json | undefined {
  for (const type of ["TaskSucceeded", "TaskFailed", "TaskTimedOut"]) {
    const end = visit.engine.memory.recall(type, visit.path, attempt);
    if (end === undefined) continue;
    record(visit, type, end.details);
    if (type === "TaskSucceeded") return end.details.output ?? null;
    throw new StatesError(String(end.details.error), String(end.details.cause));
  }
  if (isRedriven(visit, attempt)) throw new CutShort("States.TaskFailed", "The execution ended before the task did.");
  return undefined;
}

/** The attempt was under way when its execution was stopped or failed elsewhere; the redrive after it begins another. */
class CutShort extends StatesError {}

async function callTask(visit: Visit, state: TaskState, attempt: number): Promise<Json> {
  const input = effectiveInput(visit, state, attempt);
  const limits = limitsOf(visit, state, input, attempt);
  const { resource } = state;
  record(visit, "TaskScheduled", { name: visit.name, resource, attempt, input, ...limits });
  record(visit, "TaskStarted", { resource, attempt });
  await goLive(visit);
  try {
    const output = await invoke(visit, { resource, input, attempt, limits });
    record(visit, "TaskSucceeded", { resource, attempt, output: withinLimit(output, "The result of the task") });
    return output;
  } catch (thrown) {
    const failure = asFailure(visit, thrown);
    if (!(failure instanceof StatesError)) throw failure;
    const error = clipError(failure.error);
    const cause = clipCause(failure.errorCause);
    const type = failure instanceof TaskTimeout ? "TaskTimedOut" : "TaskFailed";
    record(visit, type, { resource, attempt, error, cause });
    throw new StatesError(error, cause);
  }
}

class TaskTimeout extends StatesError {}

interface Limits {
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
}

function limitsOf(visit: Visit, state: TaskState, input: Json, attempt: number): Limits {
  const read = (source: NumberSource, field: string) =>
    readNumber(source, dataFor(visit, input, attempt, field), `${field}Path`, 1);
  return {
    ...(state.timeoutSeconds !== undefined && { timeoutSeconds: read(state.timeoutSeconds, "TimeoutSeconds") }),
    ...(state.heartbeatSeconds !== undefined && { heartbeatSeconds: read(state.heartbeatSeconds, "HeartbeatSeconds") }),
  };
}

interface Attempt {
  readonly resource: string;
  readonly input: Json;
  readonly attempt: number;
  readonly limits: Limits;
}

/** Only callbacks and activities can send heartbeats, and both are refused: HeartbeatSeconds runs from the start. */
async function invoke(visit: Visit, { resource, input, attempt, limits }: Attempt): Promise<Json> {
  const { engine, scope, path } = visit;
  const { signal, abort, release } = makeAbortScope(scope.signal);
  const timers = makeAbortScope(signal);
  const { timeoutSeconds, heartbeatSeconds } = limits;
  const alarm = (seconds: number, error: string) =>
    engine.clock.sleep(seconds * 1000, timers.signal).then(
      () => abort(new TaskTimeout(error, `The task did not end within ${seconds} seconds.`)),
      () => undefined,
    );
  if (heartbeatSeconds !== undefined) alarm(heartbeatSeconds, "States.HeartbeatTimeout");
  if (timeoutSeconds !== undefined) alarm(timeoutSeconds, "States.Timeout");
  const call: TaskCall = {
    resource,
    input,
    token: taskToken(engine.context.execution, path, attempt),
    path,
    attempt,
    signal,
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
  try {
    return await untilAborted(engine.invoke(call), signal);
  } finally {
    // A text: an AbortError would cost a stack trace with every task.
    timers.abort("over");
    timers.release();
    release();
  }
}
