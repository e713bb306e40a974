/** Port: executions of state machines. On AWS this is Step Functions; embedded, `asl/` journalled to SQLite. */
import type { Json } from "../json.ts";

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";

export interface ExecutionKey {
  readonly workflow: string;
  /** 1 to 80 characters `[0-9A-Za-z-_]`. */
  readonly name: string;
}

export interface ExecutionDescription extends ExecutionKey {
  readonly arn: string;
  readonly status: ExecutionStatus;
  /** JSON text, as it was started with. */
  readonly input: string;
  /** JSON text; present only for SUCCEEDED. */
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly startedAt: string;
  readonly stoppedAt?: string | undefined;
  readonly redriveCount: number;
}

export type StartOutcome =
  /** Started, or already running with this very name and input (Step Functions' idempotence). */
  | { readonly outcome: "started"; readonly arn: string }
  /** The name is taken by a closed execution or one with another input: describe it, never assume. */
  | { readonly outcome: "exists"; readonly arn: string }
  | { readonly outcome: "no-such-workflow"; readonly message: string }
  /** The engine refuses this input or machine for ever. */
  | { readonly outcome: "refused"; readonly error: string; readonly message: string };

export type RedriveOutcome =
  /** It runs again under its name, from the states that had not ended well. */
  | { readonly outcome: "redriven" }
  /** There is none, it runs, it has succeeded, or the engine has other reasons. */
  | { readonly outcome: "refused"; readonly message: string };

/** One entry of an execution's history, with Step Functions' own type names (`TaskStateEntered`, `TaskSucceeded`, …). */
export interface HistoryEvent {
  /** From 1, without gaps. */
  readonly id: number;
  readonly previousId: number;
  readonly type: string;
  /** ISO 8601 */
  readonly at: string;
  /** Where in the machine: state names and branch or iteration numbers, e.g. `/batch-group#2/0/pre-batch#1`. */
  readonly path: string;
  readonly details: { readonly [key: string]: Json | undefined };
}

export interface Executions {
  start(request: ExecutionKey & { readonly input: string }): Promise<StartOutcome>;
  describe(key: ExecutionKey): Promise<ExecutionDescription | undefined>;
  /** RUNNING to ABORTED; nothing for one that is closed. */
  stop(key: ExecutionKey, why: { readonly error: string; readonly cause: string }): Promise<void>;
  /**
   * A FAILED, TIMED_OUT or ABORTED execution goes on where it failed, with the same name, input and definition: states
   * that succeeded are not run again, of a Parallel or Map only what failed or was aborted is; retries are counted anew.
   * A status change to RUNNING with the new `redriveCount` follows.
   */
  redrive(key: ExecutionKey): Promise<RedriveOutcome>;
  history(
    key: ExecutionKey,
    query?: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly HistoryEvent[]>;
}
