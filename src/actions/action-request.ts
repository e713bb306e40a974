/** What operators ask for, once it was checked. The pages and the API say it in the same words. */
import type { QueueName } from "../events/dead-letters.ts";
import type { Json } from "../json.ts";
import type { PayloadFilter } from "../state/state-store.ts";

/** Payloads by their IDs, or all that a filter chooses at the moment the action begins. */
export interface ChosenPayloads {
  readonly payloadIds?: readonly string[] | undefined;
  /** Its times are points of time, and not so long ago. */
  readonly filter?: PayloadFilter | undefined;
}

export interface PublishRequest {
  readonly kind: "publish";
  readonly payloads: readonly Json[];
}

export interface RerunRequest extends ChosenPayloads {
  readonly kind: "rerun";
  /** Also those that have SUCCEEDED or are INVALID. */
  readonly replace?: boolean | undefined;
  /** In place of what the one payload had. */
  readonly payload?: Json | undefined;
}

export interface RedriveRequest extends ChosenPayloads {
  readonly kind: "redrive";
}

export interface StopRequest extends ChosenPayloads {
  readonly kind: "stop";
}

/** What payloads can be marked as by hand. */
export const MARK_STATES = ["FAILED", "INVALID", "ABORTED"] as const;

export interface MarkRequest extends ChosenPayloads {
  readonly kind: "mark";
  readonly state: (typeof MARK_STATES)[number];
}

export interface RedriveDeadLettersRequest {
  readonly kind: "redrive-dead-letters";
  readonly queue: QueueName;
  /** All of the queue without them. */
  readonly messageIds?: readonly string[] | undefined;
}

export interface BulkRequest {
  readonly kind: "bulk";
  readonly run: string;
  readonly do: "retry-failed" | "stop" | "resume" | "purge";
}

export interface LoopRequest {
  readonly kind: "loop";
  readonly do: "pause" | "resume" | "run-now" | "cancel" | "pin" | "unpin";
  readonly loop?: string | undefined;
  /** `codops/name` */
  readonly task?: string | undefined;
  readonly execution?: string | undefined;
  readonly commit?: string | undefined;
}

export type ActionRequest = (
  | PublishRequest
  | RerunRequest
  | RedriveRequest
  | StopRequest
  | MarkRequest
  | RedriveDeadLettersRequest
  | BulkRequest
  | LoopRequest
) & {
  /** Kept in the history of everything that the action changes. */
  readonly why?: string | undefined;
};
