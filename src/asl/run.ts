/** Runs a machine from its start, or from where an earlier process left it. */
import type { Clock } from "../clock.ts";
import { makeAbortScope } from "./abort.ts";
import { EvaluationError, StatesError } from "./errors.ts";
import { makeMemory } from "./journal.ts";
import type { Machine } from "./model.ts";
import type { RunContext, RunPorts, RunResult } from "./ports.ts";
import { runSequence } from "./sequence.ts";
import { makeScope } from "./visit.ts";

export type { InvokeTask, Journal, NewEvent, RunContext, RunPorts, RunResult, TaskCall } from "./ports.ts";

/**
 * Runs to the end. Everything journalled between start and end is durable when it resolves; the events of the
 * execution itself (ExecutionStarted, ExecutionSucceeded, …) are the caller's.
 *
 * Rejects when the signal is aborted, when the journal cannot write, and with whatever `invoke` throws that is no
 * TaskError. After any of these the same call with the history so far goes on where this one stopped.
 */
export async function runMachine(machine: Machine, context: RunContext, ports: RunPorts): Promise<RunResult> {
  const { clock, invoke, history, journal, signal } = ports;
  signal?.throwIfAborted();
  const memory = makeMemory(journal, history, clock, signal);
  const run = makeAbortScope(signal);
  const timer = startTimer(machine, context, clock, run.signal, (reason) => run.abort(reason));
  const { startedAt, input } = context.execution;
  const scope = makeScope("", run.signal, { order: 0, at: startedAt });
  try {
    const output = await runSequence({ context, memory, clock, invoke, runSequence }, machine, input, scope);
    const ended: RunResult = { status: "SUCCEEDED", output };
    await memory.flush(ended);
    return ended;
  } catch (thrown) {
    const ended = endOf(thrown);
    await memory.flush(ended);
    return ended;
  } finally {
    timer.stop();
    run.release();
    run.abort(new Error("The run has ended."));
  }
}

/** The machine ran longer than its TimeoutSeconds. */
class MachineTimeout extends Error {}

function startTimer(
  { timeoutSeconds }: Machine,
  { execution }: RunContext,
  clock: Clock,
  signal: AbortSignal,
  abort: (reason: Error) => void,
): { stop(): void } {
  if (timeoutSeconds === undefined) return { stop: () => undefined };
  const timer = makeAbortScope(signal);
  const rest = Date.parse(execution.redrivenAt ?? execution.startedAt) + timeoutSeconds * 1000 - clock.now();
  clock.sleep(Math.max(0, rest), timer.signal).then(
    () => abort(new MachineTimeout(`The execution ran longer than ${timeoutSeconds} seconds.`)),
    () => undefined,
  );
  return {
    stop() {
      timer.abort(undefined);
      timer.release();
    },
  };
}

function endOf(thrown: unknown): RunResult {
  if (thrown instanceof MachineTimeout) {
    return { status: "TIMED_OUT", error: "States.Timeout", cause: thrown.message };
  }
  if (thrown instanceof StatesError) return { status: "FAILED", error: thrown.error, cause: thrown.errorCause };
  // The history is full: even the event that would tell of a failure finds no room.
  if (thrown instanceof EvaluationError) return { status: "FAILED", error: thrown.error, cause: thrown.message };
  throw thrown;
}
