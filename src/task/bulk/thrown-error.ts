/** What a task threw, as it is kept with its attempt: always texts of a bounded length, whatever was thrown. */
import type { AttemptError } from "../../bulk/attempt.ts";

/** Characters. A million failed attempts keep their messages too; the log has the rest. */
const MOST_MESSAGE = 8_000;
const MOST_TRACE = 32_000;

export function attemptError(thrown: unknown): AttemptError {
  try {
    if (!(thrown instanceof Error)) return boundedError({ name: "Error", message: String(thrown) });
    const { name, message, stack } = thrown;
    // Programs may have put anything there.
    return boundedError({
      name: String(name),
      message: String(message),
      trace: stack === undefined ? undefined : String(stack),
    });
  } catch {
    // An object without a prototype, or one that fails when it is looked at.
    return { name: "Error", message: "Something was thrown that cannot be shown as text" };
  }
}

export function boundedError({ name, message, trace }: AttemptError): AttemptError {
  return {
    name: bounded(name, MOST_MESSAGE),
    message: bounded(message, MOST_MESSAGE),
    ...(trace === undefined ? {} : { trace: bounded(trace, MOST_TRACE) }),
  };
}

function bounded(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
