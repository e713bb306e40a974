/** What a worker is given, and what it tells. */
import type { AttemptEnd, AttemptOutcome } from "../../bulk/attempt.ts";
import type { TaskLimits } from "../../bulk/bulk-run.ts";
import type { BulkLogs, BulkQueue, Lease } from "../../bulk/bulk-store.ts";
import type { Next } from "../../bulk/retry-policy.ts";
import type { HostFacts } from "../../bulk/worker-record.ts";
import type { Clock } from "../../clock.ts";
import type { LogLimits } from "../../embedded/logs/log-file.ts";
import type { Program } from "../program.ts";
import type { Notice, Notices } from "./notices.ts";

export interface WorkerPorts {
  readonly queue: BulkQueue;
  readonly logs: BulkLogs;
  readonly clock: Clock;
  /** Where the machine's end is announced; without it nobody announces any. */
  readonly notices?: Notices | undefined;
}

/**
 * `process`: a fresh process for each task. `reuse`: a process for each slot that runs one task after another, replaced
 * after anything that went wrong. `in-process`: the worker calls the function itself: quickest, and nothing is held to
 * memory, processors or a time that it does not keep by awaiting.
 */
export type WorkerMode = "process" | "reuse" | "in-process";

export interface WorkerOptions {
  readonly run: string;
  readonly worker: string;
  readonly program: Program;
  readonly limits: TaskLimits;
  /** Tasks at a time. */
  readonly slots: number;
  readonly mode: WorkerMode;
  readonly host: HostFacts;
  /** Stop: no new tasks; those that run are told, and ended after their time of grace. */
  readonly signal: AbortSignal;
  /** Stop at once: what runs is killed. */
  readonly kill?: AbortSignal | undefined;
  /** What to do while nothing is due: end, or wait for entries that may come back until the run is finished. */
  readonly idle: "exit" | "wait-for-retries";
  /** How long the queue has to be empty for `exit`. */
  readonly idleMs: number;
  /** The environment of tasks; the contract's own variables are added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
  /** Folder of what lives as long as tasks do: temporary files, notes of their processes, compiled modules. */
  readonly folder?: string | undefined;
  /** Ties each slot to processors of its own, where the system can. */
  readonly pinCpus?: boolean | undefined;
  readonly logLimits?: LogLimits | undefined;
  /** How long an entry is held without a heartbeat. */
  readonly leaseMs?: number | undefined;
}

export type WorkerEvent =
  | { readonly type: "started"; readonly lease: Lease }
  /** `next` is missing where somebody else has the entry by now. */
  | { readonly type: "ended"; readonly lease: Lease; readonly end: AttemptEnd; readonly next?: Next }
  | { readonly type: "notice"; readonly notice: Notice }
  /** The store did not answer; it is asked again. */
  | { readonly type: "problem"; readonly what: string; readonly error: unknown };

export interface WorkerSummary {
  readonly worker: string;
  /** `the queue is empty`, `stopped`, `spot notice` … */
  readonly reason: string;
  /** How many attempts ended how. */
  readonly attempts: Readonly<Partial<Record<AttemptOutcome, number>>>;
  /** Attempts whose end nobody stored, since somebody else had the entry by then. */
  readonly lost: number;
  /** Entries that were given back without having been started. */
  readonly released: number;
  readonly startedAt: string;
  readonly endedAt: string;
}
