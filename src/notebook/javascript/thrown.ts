/** Anything that was thrown, as the error of an execution. */
import { inspect } from "node:util";
import { CirrusError } from "../../errors.ts";
import type { Failure } from "../channel-messages.ts";

const LONGEST_MESSAGE = 8 * 1024;
const LONGEST_TRACE = 32 * 1024;
const MOST_CAUSES = 8;

export function describeThrown(thrown: unknown): Failure["error"] {
  try {
    if (!(thrown instanceof Error)) return { name: typeof thrown, message: shortened(shown(thrown), LONGEST_MESSAGE) };
    const message = shortened(String(thrown.message), LONGEST_MESSAGE);
    // What was said on purpose says where and what to do; the lines that found it help nobody.
    if (thrown instanceof CirrusError) return { name: thrown.name, message: saidOnPurpose(thrown) };
    return { name: nameOf(thrown), message, trace: shortened(traceOf(thrown), LONGEST_TRACE) };
  } catch {
    // A getter or a proxy that throws in its turn.
    return { name: "Error", message: "What was thrown cannot be read." };
  }
}

function saidOnPurpose({ message, hint }: CirrusError): string {
  return shortened([message, hint].filter(Boolean).join(" "), LONGEST_MESSAGE);
}

/** A class that gives its errors no name of their own has one itself. */
function nameOf(error: Error): string {
  const { name: className } = error.constructor;
  return error.name === "Error" && className !== "" ? className : String(error.name);
}

function traceOf(error: Error): string {
  const traces = [String(error.stack)];
  // Of `Promise.any`: what it says itself is that there are several.
  if (error instanceof AggregateError) {
    traces.push(...error.errors.slice(0, MOST_CAUSES).map((one) => `one of them: ${stackOf(one)}`));
  }
  let cause = error.cause;
  for (let count = 0; cause !== undefined && count < MOST_CAUSES; count++) {
    traces.push(`caused by ${stackOf(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return traces.join("\n");
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? String(thrown.stack) : shown(thrown);
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}

function shortened(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}
