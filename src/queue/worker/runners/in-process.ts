/** Calls a task's function in the worker itself: no process to start, tens of thousands a second, and nothing between task and worker. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { TaskLimits } from "../../../bulk/bulk-run.ts";
import { attemptError } from "../../../task/bulk/thrown-error.ts";
import { makeWorkerData, noticesFromSignals } from "../../../task/bulk/worker-data.ts";
import { type Evidence, endingOf } from "../ends/attempt-end.ts";
import { LONGEST_TIMER, timedOut, whenAborted } from "../processes/task-limits.ts";
import { loadWorker } from "./load-worker.ts";
import { factsFor, type RunnerSetting, times } from "./runner-setting.ts";
import { catchStrayEnds, type StrayEnd, TaskExit } from "./stray-ends.ts";
import type { AttemptControl, TaskRunner } from "./task-runner.ts";

/** Heartbeats and signals get their turn between tasks that never await. */
const TURN_MS = 20;

export async function makeInProcess(setting: RunnerSetting): Promise<TaskRunner> {
  const { options, clock } = setting;
  const worker = await loadWorker(options.program);
  const strays = catchStrayEnds();
  let turnAt = performance.now();

  return {
    async run(lease, control) {
      if (performance.now() - turnAt > TURN_MS) {
        await nextTurn();
        turnAt = performance.now();
      }
      const startedAt = clock.now();
      const data = makeWorkerData(factsFor(lease, options), noticesFromSignals(control.notices));
      const stray = Promise.withResolvers<Ended>();
      const run = () => worker.run(lease.entry.id, lease.entry.data, data);
      const own = strays.run(run, (end) => stray.resolve(strayEnded(end))).then((report) => ({ report }), endedBy);
      const ended = await firstOf([own, stray.promise], control, options.limits);
      return {
        ...endingOf({ ...ended, silenceIsDone: false }),
        exitCode: ended.exit?.code ?? undefined,
        ...times(startedAt, clock),
      };
    },
    async close() {
      strays.close();
    },
  };
}

type Ended = Pick<Evidence, "report" | "verdict" | "exit">;

/** A function cannot be stopped from outside: what is over its time is left to itself, and nobody waits for it. */
async function firstOf(ends: readonly Promise<Ended>[], control: AttemptControl, limits: TaskLimits): Promise<Ended> {
  // Most functions have ended by now: what they would be held to costs more than they do.
  const soon = Promise.resolve().then(nothing).then(nothing);
  const ended = await Promise.race([...ends, soon]);
  if (ended !== undefined) return ended;
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const leavings = [control.end, ...control.kills].map((signal) =>
    whenAborted(signal, () => resolve({ verdict: control.verdict() })),
  );
  const ms = Math.min(limits.maxRuntimeSeconds * 1000, LONGEST_TIMER);
  const timer = setTimeout(() => resolve({ verdict: timedOut(limits) }), ms);
  try {
    return await Promise.race([...ends, promise]);
  } finally {
    clearTimeout(timer);
    for (const leave of leavings) leave();
  }
}

function nothing(): undefined {}

function endedBy(thrown: unknown): Ended {
  if (thrown instanceof TaskExit) return exited(thrown.exitCode);
  return { report: { exception: attemptError(thrown) } };
}

function strayEnded(end: StrayEnd): Ended {
  return "exitCode" in end ? exited(end.exitCode) : endedBy(end.thrown);
}

/** As if it were a process of its own. */
function exited(code: number): Ended {
  return { exit: { code, signal: null } };
}
