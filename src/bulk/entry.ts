/** An entry of a task file: one independent input of a bulk run, with the states it goes through. */
import type { JsonObject } from "../json.ts";

export interface Entry {
  /** `task_id` in the file: unique within a run, 1 to 256 characters. */
  readonly id: string;
  readonly data: JsonObject;
  /** Where it stands in its file, from 1; undefined where it comes from a generator. */
  readonly line?: number | undefined;
}

/** QUEUED: waits for a worker, for the first time or again. The last three are ends. */
export const ENTRY_STATES = ["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

export function hasEnded(state: EntryState): boolean {
  return state === "DONE" || state === "FAILED" || state === "CANCELLED";
}

/** What is known of an entry. */
export interface EntryRecord {
  readonly run: string;
  readonly entry: Entry;
  /** Its place in the run, from 1. */
  readonly position: number;
  readonly state: EntryState;
  /** Attempts begun so far. */
  readonly attempts: number;
  /** Why it is in its state, for people. */
  readonly reason?: string | undefined;
  /** ISO 8601, when a QUEUED entry may be tried again. */
  readonly dueAt?: string | undefined;
  /** ISO 8601 */
  readonly updated: string;
}
