/** What a run needs from outside: who it is, where its events go, who does its tasks, and the time. */
import type { Clock } from "../clock.ts";
import type { HistoryEvent } from "../executions/executions.ts";
import type { Json } from "../json.ts";

/** The journal numbers the events. */
export type NewEvent = Omit<HistoryEvent, "id" | "previousId">;

export interface Journal {
  /** Durable when resolved. The last append of a run brings its result along, so that both can be one write; it may hold no events. */
  append(events: readonly NewEvent[], result?: RunResult): Promise<void>;
}

export type RunResult =
  | { readonly status: "SUCCEEDED"; readonly output: Json }
  | { readonly status: "FAILED"; readonly error: string; readonly cause: string }
  | { readonly status: "TIMED_OUT"; readonly error: string; readonly cause: string };

export interface RunContext {
  readonly execution: {
    /** The ARN. */
    readonly id: string;
    readonly name: string;
    readonly input: Json;
    /** ISO 8601; TimeoutSeconds of the machine counts from here, or from the last redrive. */
    readonly startedAt: string;
    readonly redrivenAt?: string | undefined;
    readonly roleArn?: string;
    readonly redriveCount?: number;
  };
  readonly stateMachine: { readonly id: string; readonly name: string };
}

export interface TaskCall {
  readonly resource: string;
  /** After InputPath and Parameters. */
  readonly input: Json;
  /**
   * One for each attempt at each place of an execution, 32 hexadecimal digits. An attempt that is resumed after a
   * crash comes with the same one: an idempotency key.
   */
  readonly token: string;
  /** `/batch-group#2/0/pre-batch#1` */
  readonly path: string;
  /** From 1, and on through every redrive; `$$.State.RetryCount` is one less, and starts again with a redrive. */
  readonly attempt: number;
  /** Aborted when the attempt times out, a sibling branch fails or the run is stopped. The engine waits no longer then. */
  readonly signal: AbortSignal;
  readonly timeoutSeconds?: number;
}

/** Resolves with the result; throws TaskError when the task fails. */
export type InvokeTask = (call: TaskCall) => Promise<Json>;

export interface RunPorts {
  readonly journal: Journal;
  /** What an earlier process journalled; empty for a new execution. */
  readonly history: readonly HistoryEvent[];
  readonly invoke: InvokeTask;
  readonly clock: Clock;
  /** Aborted: the process stops or the execution is aborted. The run rejects with the reason; the journal can be resumed. */
  readonly signal?: AbortSignal;
}
