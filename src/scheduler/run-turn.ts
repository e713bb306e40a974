/** Runs one execution of a loop to its end, whatever happens: it is stopped, cancelled, or what runs it throws. */
import { type Clock, isoTime } from "../clock.ts";
import { describeError } from "../errors.ts";
import { CANCELLED, type Execute, STOPPED } from "../loop/execute.ts";
import type { ExecutionEnd, LoopExecution } from "../loop/loop-execution.ts";
import type { Watch } from "./watch.ts";

export interface RunTurnPorts {
  readonly execute: Execute;
  readonly watch: Pick<Watch, "listen">;
  readonly clock: Pick<Clock, "now">;
}

/** `signals`: whoever drives the loop stops, or drives it no more. */
export async function runTurn(
  { execute, watch, clock }: RunTurnPorts,
  execution: LoopExecution,
  signals: readonly AbortSignal[],
): Promise<ExecutionEnd> {
  const stopping = new AbortController();
  const cancelling = new AbortController();
  const stop = () => stopping.abort(signals.find(({ aborted }) => aborted)?.reason);
  const deaf = watch.listen(({ controls }) => {
    const request = controls.cancels[execution.id];
    if (request !== undefined) cancelling.abort(request);
  });
  for (const signal of signals) signal.addEventListener("abort", stop, { once: true });
  if (signals.some(({ aborted }) => aborted)) stop();
  try {
    stopping.signal.throwIfAborted();
    const end = await execute(execution, { signal: stopping.signal, cancelled: cancelling.signal });
    const stopped = end.outcome === "CANCELLED" && stopping.signal.aborted && end.error?.name !== CANCELLED;
    return stopped ? { ...end, error: STOPPED_ERROR } : end;
  } catch (thrown) {
    const [endedAt, durationMs] = timesOf(execution, clock);
    if (stopping.signal.aborted) return { outcome: "CANCELLED", endedAt, durationMs, error: STOPPED_ERROR };
    const { error: name, cause: message } = describeError(thrown);
    return { outcome: "FAILED", endedAt, durationMs, error: { name, message } };
  } finally {
    deaf();
    for (const signal of signals) signal.removeEventListener("abort", stop);
  }
}

const STOPPED_ERROR = {
  name: STOPPED,
  message: "The loop was stopped while it ran. Its turn comes again when the loop goes on.",
} as const;

function timesOf({ startedAt }: LoopExecution, clock: Pick<Clock, "now">): [endedAt: string, durationMs: number] {
  const now = clock.now();
  return [isoTime(now), Math.max(0, now - Date.parse(startedAt))];
}
