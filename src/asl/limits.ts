/** Step Functions' quotas that change what a machine does. */
import type { Json } from "../json.ts";
import { utf8Length } from "../json.ts";
import { EvaluationError } from "./errors.ts";

/** Input, output or result of a state, as UTF-8 JSON. */
export const MAX_DATA_BYTES = 262_144;
/** Events in the history of one execution. */
export const MAX_HISTORY_EVENTS = 25_000;
/** Iterations of an inline Map that run at once, whatever its MaxConcurrency says. */
export const MAX_INLINE_CONCURRENCY = 40;
export const MAX_NAME_CHARACTERS = 80;
export const MAX_SECONDS = 99_999_999;
/** 366 days: the bound of MaxDelaySeconds. */
export const MAX_DELAY_SECONDS = 31_622_400;

const MAX_ERROR_CHARACTERS = 256;
const MAX_CAUSE_CHARACTERS = 32_768;

/** The value itself when it fits; `what` begins the sentence of the failure: `The result of the task`. */
export function withinLimit(value: Json, what: string): Json {
  const text = JSON.stringify(value);
  // No character takes more than three bytes a UTF-16 unit, so a short text needs no count.
  if (text.length * 3 <= MAX_DATA_BYTES) return value;
  const bytes = utf8Length(text);
  if (bytes <= MAX_DATA_BYTES) return value;
  throw new EvaluationError(
    `${what} is ${bytes} bytes of JSON; a state can hold ${MAX_DATA_BYTES}.`,
    "States.DataLimitExceeded",
  );
}

export function clipError(error: string): string {
  return error.slice(0, MAX_ERROR_CHARACTERS);
}

export function clipCause(cause: string): string {
  return cause.slice(0, MAX_CAUSE_CHARACTERS);
}
