/** An action: something that an operator does, recorded with who, when and why, and how far it is. */
import type { Json } from "../json.ts";

/** RUNNING goes on by itself. STOPPED: somebody ended it. FAILED: it could not go on; `reason` says why. */
export const ACTION_STATES = ["RUNNING", "DONE", "STOPPED", "FAILED"] as const;
export type ActionState = (typeof ACTION_STATES)[number];

export interface Action {
  /** UUID version 7: in the order of their beginnings. */
  readonly id: string;
  /** `rerun`, `publish`, `loop` … */
  readonly kind: string;
  /** As it was asked for, JSON. */
  readonly request: Json;
  /** For people: `rerun 214 payloads`. */
  readonly what: string;
  readonly by: string;
  /** ISO 8601 */
  readonly at: string;
  readonly why?: string | undefined;
  readonly state: ActionState;
  readonly reason?: string | undefined;
  /** How many there are to do; undefined where nobody has counted them. */
  readonly total?: number | undefined;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  /** ISO 8601 */
  readonly updated: string;
  /** The first 100 that were left as they are, or failed. */
  readonly problems: readonly ActionProblem[];
  /** Where it goes on. */
  readonly cursor?: string | undefined;
  /** Grows by one with every write. */
  readonly version: number;
}

export interface ActionProblem {
  /** A payload ID, a message's ID, a task … */
  readonly id: string;
  readonly outcome: "skipped" | "failed";
  readonly reason: string;
}
