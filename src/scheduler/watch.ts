/** Looks for what people do while loops run or wait: new commits, requests and cancels. One look serves all loops. */
import { type Clock, hasPassed } from "../clock.ts";
import type { Controls } from "../loop/controls.ts";
import type { LoopStore } from "../loop/loop-store.ts";
import { taskKey } from "../loop/loop-task.ts";
import type { Registration } from "../loop/registration.ts";
import { sameFor, tasksOf } from "../loop/turns/loop-tasks.ts";

export interface Look {
  readonly registration: Registration | undefined;
  readonly controls: Controls;
}

export interface WatchPorts {
  readonly store: Pick<LoopStore, "controls">;
  readonly newest: () => Promise<Registration | undefined>;
  readonly clock: Clock;
  onProblem(thrown: unknown): void;
}

export interface WatchOptions {
  /** How often requests are looked for, by which executions end early. */
  readonly controlsMs: number;
  /** How often repositories are looked at. */
  readonly registrationMs: number;
  readonly signal: AbortSignal;
}

export interface Watch {
  /** Calls it with every look from now on, until the function that it returns is called. */
  listen(listener: (look: Look) => void): () => void;
  /** Resolves once the signal is aborted. */
  run(): Promise<void>;
}

export function makeWatch(ports: WatchPorts, { controlsMs, registrationMs, signal }: WatchOptions): Watch {
  const { store, newest, clock, onProblem } = ports;
  const listeners = new Set<(look: Look) => void>();
  let registration: Registration | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    if (hasPassed(registrationMs, readAt, clock)) {
      readAt = clock.now();
      registration = await newest();
    }
    const seen = { registration, controls: await store.controls() };
    for (const listener of [...listeners]) listener(seen);
  }

  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async run() {
      while (!signal.aborted) {
        await look().catch(onProblem);
        await clock.sleep(controlsMs, signal).catch(() => {});
      }
    },
  };
}

/** Whether something was committed since `seen` that a loop works with. */
export function isCommitted(loop: string, seen: Partial<Look>, { registration }: Look): boolean {
  if (seen.registration === undefined || registration === undefined) return false;
  return !sameFor(loop, seen.registration, registration);
}

/** Whether somebody has asked for something since `seen` that a loop does not wait for: a resume, or to run a task of its own now. */
export function isAsked(loop: string, seen: Partial<Look>, { registration, controls }: Look): boolean {
  if (seen.controls?.loops[loop]?.pause !== undefined && controls.loops[loop]?.pause === undefined) return true;
  const [before, after] = [seen.controls?.tasks ?? {}, controls.tasks];
  const asked = new Set([...Object.keys(before), ...Object.keys(after)]);
  if (asked.size === 0 || registration === undefined) return false;
  return tasksOf(registration, loop)
    .map(taskKey)
    .filter((key) => asked.has(key))
    .some((key) => {
      const resumed = before[key]?.pause !== undefined && after[key]?.pause === undefined;
      const runNow = after[key]?.runNow;
      return resumed || (runNow !== undefined && runNow.id !== before[key]?.runNow?.id);
    });
}
