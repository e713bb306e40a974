/** Which entries of a file are wanted. What is not wanted is not checked either. */
import { CirrusError, EXIT, type Problem } from "../../errors.ts";
import { isJsonObject } from "../../json.ts";

export interface SelectionOptions {
  /** 1-based: the entry to begin with. */
  readonly start?: number | undefined;
  /** At most so many of those that are wanted otherwise. */
  readonly limit?: number | undefined;
  readonly ids?: readonly string[] | undefined;
}

export interface Selection {
  /** Whether the next entry is wanted; undefined for one that cannot be read. */
  wants(value: unknown): boolean;
  /** Of the entry that was asked about last, in the file, from 1. */
  position(): number;
  /** Whether all that are wanted have come. */
  isComplete(): boolean;
  /** What was wanted and did not come. */
  problems(): readonly Problem[];
}

export function makeSelection({ start = 1, limit, ids }: SelectionOptions): Selection {
  requireCount("the entry to start with", start);
  if (limit !== undefined) requireCount("the number of entries", limit);
  const wanted = ids === undefined ? undefined : new Set(ids);
  const missing = new Set(wanted);
  let position = 0;
  let taken = 0;
  return {
    wants(value) {
      position += 1;
      if (position < start) return false;
      if (wanted !== undefined && value !== undefined) {
        const id = idOf(value);
        if (!wanted.has(id)) return false;
        missing.delete(id);
      }
      taken += 1;
      return true;
    },
    position: () => position,
    isComplete: () => taken === limit,
    problems() {
      if (position === 0)
        return [{ code: "no-entries", message: "it has no entries", hint: "There is nothing to run." }];
      if (position < start) return [beyondEnd(start, position)];
      return taken === limit ? [] : [...missing].map((id) => missingId(id, start));
    },
  };
}

function requireCount(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new CirrusError(`${value} cannot be ${what}.`, {
    hint: "Write a whole number from 1: 1 is the first entry.",
    exitCode: EXIT.usage,
  });
}

/** As text, so that an ID that was written as a number is found, and then reported. */
function idOf(value: unknown): string {
  return isJsonObject(value) ? String(value.task_id) : "";
}

function beyondEnd(start: number, entries: number): Problem {
  return {
    code: "start-beyond-end",
    message: `it has ${entries} ${entries === 1 ? "entry" : "entries"}, and the one to start with is ${start}`,
    hint: `Start with 1 to ${entries}.`,
  };
}

function missingId(id: string, start: number): Problem {
  const place = start === 1 ? "" : ` from entry ${start} on`;
  return {
    code: "id-not-found",
    message: `no entry${place} has the task_id ${JSON.stringify(id)}`,
    hint: "Check the ID, also upper and lower case.",
  };
}
