/**
 * The run's memory: what an earlier process journalled is taken from there, what is new is collected and written
 * in as few appends as the moments allow at which it must be durable.
 */
import { type Clock, isoTime } from "../clock.ts";
import type { HistoryEvent } from "../executions/executions.ts";
import { EvaluationError } from "./errors.ts";
import { MAX_HISTORY_EVENTS } from "./limits.ts";
import type { Journal, NewEvent, RunResult } from "./ports.ts";
import { keyOf, recollect } from "./redrive.ts";

/** A journalled moment. `order` tells which of two came first, also when they are replayed. */
export interface Moment {
  readonly order: number;
  readonly at: string;
}

export type EventDetails = HistoryEvent["details"];

export interface Memory {
  /** What an earlier process journalled at this place; `attempt` for the events of one attempt. */
  recall(type: string, path: string, attempt?: number): HistoryEvent | undefined;
  /** The last attempt below this one that a redrive followed; 0 where none did. Retries are counted from there. */
  redrivenBefore(path: string, attempt: number): number;
  /** Notes an event, or finds it in the history. It is durable after the next `flush`. */
  record(type: string, path: string, details: EventDetails): Moment;
  /** Resolves when everything recorded so far is durable, and with it the result that ends the run. */
  flush(result?: RunResult): Promise<void>;
}

export function makeMemory(
  journal: Journal,
  history: readonly HistoryEvent[],
  clock: Clock,
  signal: AbortSignal | undefined,
): Memory {
  const { events: remembered, redriven } = recollect(history);
  const newest = history.reduce((highest, event) => Math.max(highest, event.id), 0);
  let added = 0;
  let durable = 0;
  let pending: NewEvent[] = [];
  let writing = Promise.resolve();

  async function write(result: RunResult | undefined): Promise<void> {
    signal?.throwIfAborted();
    const batch = pending;
    pending = [];
    await journal.append(batch, result);
    durable += batch.length;
  }

  return {
    recall: (type, path, attempt) => remembered.get(keyOf(type, path, attempt)),

    redrivenBefore: (path, attempt) => redriven.get(path)?.findLast((one) => one < attempt) ?? 0,

    record(type, path, details) {
      const known = remembered.get(keyOf(type, path, details.attempt));
      if (known !== undefined) return { order: known.id, at: known.at };
      if (history.length + added >= MAX_HISTORY_EVENTS) {
        throw new EvaluationError(`The execution reached the maximum of ${MAX_HISTORY_EVENTS} history events.`);
      }
      const event = { type, at: isoTime(clock.now()), path, details };
      pending.push(event);
      added += 1;
      return { order: newest + added, at: event.at };
    },

    flush(result) {
      const wanted = added;
      // In line behind the writes before it, one of which may have taken these events along; and a turn later, so that
      // branches that start together share an append. A write that failed stays here: after a lost batch nothing may
      // be written that builds upon it.
      writing = writing.then(() => (durable < wanted || result !== undefined ? write(result) : undefined));
      return writing;
    },
  };
}
