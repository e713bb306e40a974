/** Holds a task's processes to its time and memory, and ends them when the worker has to. */
import type { TaskLimits } from "../../../bulk/bulk-run.ts";
import type { ProcessWatch } from "../../../embedded/processes/process-watch.ts";
import type { TaskProcess } from "../../../embedded/processes/task-process.ts";
import type { Verdict } from "../ends/attempt-end.ts";
import type { AttemptControl } from "../runners/task-runner.ts";
import type { Usage } from "./child-messages.ts";

export interface Hold {
  verdict(): Verdict | undefined;
  /** The most that was seen; nothing of a task that was over before it could be measured. */
  usage(): Usage;
  release(): void;
}

/** setTimeout fires at once for more. */
export const LONGEST_TIMER = 2 ** 31 - 1;
/** What was last seen of a task before this age is what it began with, and no figure of what it used. */
const MEASURED_MS = 100;
/** A task that was told of the stop has had its time of grace by then. */
const LAST_SECONDS = 5;

export function holdToLimits(
  process: Pick<TaskProcess, "pid" | "signal">,
  limits: TaskLimits,
  control: AttemptControl,
  watch: ProcessWatch,
  onLook: () => void,
): Hold {
  let verdict: Verdict | undefined;
  let memoryBytes: number | undefined;
  let cpuMs: number | undefined;
  let measured = false;
  let killer: NodeJS.Timeout | undefined;

  const end = (why: Verdict, seconds: number) => {
    if (verdict !== undefined) return;
    verdict = why;
    process.signal(seconds === 0 ? "SIGKILL" : "SIGTERM");
    killer = setTimeout(() => process.signal("SIGKILL"), seconds * 1000);
  };
  const timer = setTimeout(
    () => end(timedOut(limits), limits.graceSeconds),
    Math.min(limits.maxRuntimeSeconds * 1000, LONGEST_TIMER),
  );
  const leave = watch.add(process.pid, (usage, ageMs) => {
    measured ||= ageMs >= MEASURED_MS;
    memoryBytes = Math.max(memoryBytes ?? 0, usage.memoryBytes);
    cpuMs = Math.max(cpuMs ?? 0, usage.cpuMs);
    if (limits.maxMemoryBytes !== undefined && usage.memoryBytes > limits.maxMemoryBytes) {
      measured = true;
      end(tooLarge(usage.memoryBytes, limits.maxMemoryBytes), 0);
    }
    onLook();
  });
  const stop = whenAborted(control.end, () => end(control.verdict(), Math.min(limits.graceSeconds, LAST_SECONDS)));
  const kills = control.kills.map((signal) =>
    whenAborted(signal, () => {
      verdict ??= control.verdict();
      process.signal("SIGKILL");
    }),
  );

  return {
    verdict: () => verdict,
    usage: () => (measured ? { memoryBytes, cpuMs } : {}),
    release() {
      clearTimeout(timer);
      clearTimeout(killer);
      for (const leaving of [leave, stop, ...kills]) leaving();
    },
  };
}

/** Calls it now where the signal is aborted already; the function that is returned forgets it. */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}

export function timedOut({ maxRuntimeSeconds }: TaskLimits): Verdict {
  return { outcome: "timeout", error: { name: "Timeout", message: `It ran longer than ${maxRuntimeSeconds} s` } };
}

function tooLarge(found: number, most: number): Verdict {
  const message = `Its processes used ${megabytes(found)} of resident memory; ${megabytes(most)} are allowed`;
  return { outcome: "memory", error: { name: "OutOfMemory", message } };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}
