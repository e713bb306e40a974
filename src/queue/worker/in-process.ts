/** Calls a task's function in the worker itself: no process to start, tens of thousands a second, and nothing between task and worker. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { CirrusError, EXIT } from "../../errors.ts";
import { type BulkWorker, workerOf } from "../../task/define-worker.ts";
import { attemptError } from "../../task/thrown-error.ts";
import { makeWorkerData, noticesFromSignals } from "../../task/worker-data.ts";
import type { Program } from "../program.ts";
import { endingOf, type Verdict } from "./attempt-end.ts";
import type { Report } from "./child-messages.ts";
import { factsFor, type RunnerSetting, times } from "./runner-setting.ts";
import { timedOut, whenAborted } from "./task-limits.ts";
import type { AttemptControl, TaskRunner } from "./task-runner.ts";

/** Heartbeats and signals get their turn between tasks that never await. */
const TURN_MS = 20;

export async function makeInProcess(setting: RunnerSetting): Promise<TaskRunner> {
  const { options, clock } = setting;
  const worker = await loadWorker(options.program);
  let turnAt = performance.now();

  return {
    async run(lease, control) {
      if (performance.now() - turnAt > TURN_MS) {
        await nextTurn();
        turnAt = performance.now();
      }
      const startedAt = clock.now();
      const data = makeWorkerData(factsFor(lease, options), noticesFromSignals(control.notices));
      const report = worker.run(lease.entry.id, lease.entry.data, data).catch(exceptionOf);
      const ended = await firstOf(report, control, options.limits.maxRuntimeSeconds, () => timedOut(options.limits));
      return { ...endingOf({ ...ended, silenceIsDone: false }), ...times(startedAt, clock) };
    },
    async close() {},
  };
}

/** The worker that a module exports; told before any entry is taken. */
export async function loadWorker(program: Program): Promise<BulkWorker> {
  if (program.kind === "command") throw needsModule("--in-process");
  const namespace: Record<string, unknown> = await import(pathToFileURL(program.file).href);
  const worker = workerOf(namespace[program.exportName]);
  if (worker !== undefined) return worker;
  throw new CirrusError(`${program.file} exports no worker called ${program.exportName}`, {
    hint: `Write: export const ${program.exportName} = defineWorker((taskId, taskData, workerData) => done());`,
    exitCode: EXIT.config,
  });
}

export function needsModule(flag: string): CirrusError {
  return new CirrusError(`${flag} needs a module that exports a worker; a command is a process of its own each time`, {
    hint: "Leave the option out.",
    exitCode: EXIT.usage,
  });
}

interface Ended {
  readonly report?: Report;
  readonly verdict?: Verdict;
}

/** A function cannot be stopped from outside: what is over its time is left to itself, and nobody waits for it. */
async function firstOf(
  report: Promise<Report>,
  control: AttemptControl,
  seconds: number,
  late: () => Verdict,
): Promise<Ended> {
  // Most functions have ended by now: what they would be held to costs more than they do.
  const soon = Promise.resolve().then(nothing).then(nothing);
  const ended = await Promise.race([report.then((report) => ({ report })), soon]);
  if (ended !== undefined) return ended;
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const leavings = [control.end, ...control.kills].map((signal) =>
    whenAborted(signal, () => resolve({ verdict: control.verdict() })),
  );
  const timer = setTimeout(() => resolve({ verdict: late() }), Math.min(seconds * 1000, 2 ** 31 - 1));
  try {
    return await Promise.race([report.then((report) => ({ report })), promise]);
  } finally {
    clearTimeout(timer);
    for (const leave of leavings) leave();
  }
}

function nothing(): undefined {}

function exceptionOf(thrown: unknown): Report {
  return { exception: attemptError(thrown) };
}
