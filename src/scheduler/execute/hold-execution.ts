/** Holds an execution's processes to its time and memory, and ends them when somebody wants that: first politely, then not. */
import type { Clock } from "../../clock.ts";
import type { ProcessWatch } from "../../embedded/processes/process-watch.ts";
import type { TaskProcess } from "../../embedded/processes/task-process.ts";
import type { Request } from "../../loop/controls.ts";
import { CANCELLED, type ExecutionControl, STOPPED } from "../../loop/execute.ts";
import type { ExecutionError, Outcome } from "../../loop/loop-execution.ts";
import type { TaskSettings } from "../../loop/loop-task.ts";
import { sizeText } from "../../loop/registry/quantities.ts";

/** Why an execution was ended. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly error: ExecutionError;
}

export interface Hold {
  /** Undefined while it runs by itself. */
  verdict(): Verdict | undefined;
  /** It has said how it ended: now it has a moment to go, and nothing else ends it. */
  said(): void;
  /** The most that was seen; undefined of one that was over before it could be measured. */
  peakMemoryBytes(): number | undefined;
  release(): void;
}

export interface HoldOptions {
  readonly limits: Pick<TaskSettings, "timeoutSeconds" | "memoryBytes">;
  readonly control: ExecutionControl;
  readonly clock: Clock;
  readonly watch: ProcessWatch;
}

/** Between SIGTERM and SIGKILL. */
export const GRACE_SECONDS = 10;

export function holdExecution(process: Pick<TaskProcess, "pid" | "signal" | "kill">, options: HoldOptions): Hold {
  const { limits, control, clock, watch } = options;
  const released = new AbortController();
  const timer = new AbortController();
  let verdict: Verdict | undefined;
  let peak: number | undefined;
  let hasSaid = false;

  const killAfterGrace = () => after(clock, GRACE_SECONDS * 1000, released.signal, process.kill);
  const end = (why: Verdict, isAtOnce = false) => {
    if (verdict !== undefined || hasSaid) return;
    verdict = why;
    timer.abort();
    if (isAtOnce) return process.kill();
    process.signal("SIGTERM");
    killAfterGrace();
  };
  after(clock, limits.timeoutSeconds * 1000, AbortSignal.any([timer.signal, released.signal]), () =>
    end(timedOut(limits.timeoutSeconds)),
  );
  const leaveWatch = watch.add(process.pid, ({ memoryBytes }) => {
    peak = Math.max(peak ?? 0, memoryBytes);
    const most = limits.memoryBytes;
    // A moment later there may be none left for anybody.
    if (most !== undefined && memoryBytes > most) end(tooLarge(memoryBytes, most), true);
  });
  const leaveControl = whenToldToEnd(control, end);

  return {
    verdict: () => verdict,
    said() {
      if (verdict !== undefined || hasSaid) return;
      hasSaid = true;
      timer.abort();
      killAfterGrace();
    },
    peakMemoryBytes: () => peak,
    release() {
      released.abort();
      leaveWatch();
      leaveControl();
    },
  };
}

/** The verdict on an execution whose control says that it is to end; undefined while it does not. */
export function toldToEnd({ signal, cancelled }: ExecutionControl): Verdict | undefined {
  if (cancelled.aborted) {
    const { by, note } = cancelled.reason as Request; // ExecutionControl says so
    const message = note === undefined ? `${by} cancelled it` : `${by} cancelled it: ${note}`;
    return { outcome: "CANCELLED", error: { name: CANCELLED, message } };
  }
  if (!signal.aborted) return undefined;
  const message = "Its loop was stopped while it ran; its turn comes again";
  return { outcome: "CANCELLED", error: { name: STOPPED, message } };
}

function whenToldToEnd(control: ExecutionControl, end: (why: Verdict) => void): () => void {
  const look = () => {
    const told = toldToEnd(control);
    if (told !== undefined) end(told);
  };
  const signals = [control.signal, control.cancelled];
  for (const signal of signals) signal.addEventListener("abort", look);
  look();
  return () => {
    for (const signal of signals) signal.removeEventListener("abort", look);
  };
}

/** Unless the signal is aborted first. */
function after(clock: Clock, ms: number, signal: AbortSignal, act: () => void): void {
  clock.sleep(ms, signal).then(act, () => {});
}

function timedOut(seconds: number): Verdict {
  const message = `It ran longer than ${seconds} s and was ended`;
  return { outcome: "TIMED_OUT", error: { name: "Timeout", message } };
}

function tooLarge(found: number, most: number): Verdict {
  const message = `Its processes used ${sizeText(found)} of memory; ${sizeText(most)} are allowed`;
  return { outcome: "FAILED", error: { name: "OutOfMemory", message } };
}
