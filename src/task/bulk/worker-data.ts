/** What a task of a bulk run is told besides its data: where it runs, within which limits, and whether that is about to end. */
import type { TaskLimits } from "../../bulk/bulk-run.ts";
import type { HostFacts } from "../../bulk/worker-record.ts";

/** As JSON: what programs in other languages find in the file that CIRRUS_WORKER_DATA names. */
export interface WorkerFacts extends HostFacts {
  readonly run: string;
  /** From 1. */
  readonly attempt: number;
  readonly worker: string;
  /** How many tasks this worker runs at a time. */
  readonly slots: number;
  readonly limits: TaskLimits;
}

export interface WorkerData extends WorkerFacts {
  /** Aborted when the worker was told to stop: after `limits.graceSeconds` the task is ended and waits to be run again. */
  readonly shutdown: AbortSignal;
  /** Aborted when the machine is about to be taken away: a spot instance has two minutes from then. */
  readonly termination: AbortSignal;
  /** The same as questions, answered also in the middle of a computation that never awaits. */
  readonly receivedShutdownRequest: boolean;
  readonly receivedTerminationNotice: boolean;
}

export const NOTICES = ["shutdown", "termination"] as const;
export type NoticeName = (typeof NOTICES)[number];

/** Where notices come from: signals of the same process, or files. */
export interface TaskNotices {
  has(name: NoticeName): boolean;
  signal(name: NoticeName): AbortSignal;
}

/** Signals are made when they are first asked for: most tasks never do. */
export function makeWorkerData(facts: WorkerFacts, notices: TaskNotices): WorkerData {
  return {
    ...facts,
    get shutdown() {
      return notices.signal("shutdown");
    },
    get termination() {
      return notices.signal("termination");
    },
    get receivedShutdownRequest() {
      return notices.has("shutdown");
    },
    get receivedTerminationNotice() {
      return notices.has("termination");
    },
  };
}

export function noticesFromSignals(signals: Readonly<Record<NoticeName, AbortSignal>>): TaskNotices {
  return { has: (name) => signals[name].aborted, signal: (name) => signals[name] };
}
