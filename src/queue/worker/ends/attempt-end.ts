/** Says how an attempt ended, from what its task reported, how its process ended and why it was made to. */
import type { AttemptEnd, AttemptError } from "../../../bulk/attempt.ts";
import type { Exit } from "../../../embedded/processes/task-process.ts";
import { boundedError } from "../../../task/bulk/thrown-error.ts";
import type { Report } from "../processes/child-messages.ts";
import { lastWords } from "./last-words.ts";

/** Why a task was ended; undefined while it runs by itself. */
export interface Verdict {
  readonly outcome: "timeout" | "memory" | "stopped" | "spot";
  readonly error?: AttemptError | undefined;
}

export type Ending = Pick<AttemptEnd, "outcome" | "result" | "error">;

export interface Evidence {
  /** Undefined where the task said nothing. */
  readonly report?: Report | undefined;
  readonly verdict?: Verdict | undefined;
  /** Undefined where the process goes on: it is used again. */
  readonly exit?: Exit | undefined;
  /** The last lines that it wrote. */
  readonly tail?: string | undefined;
  /** The kernel has killed a process for memory in the meantime. */
  readonly kernelKilled?: boolean | undefined;
  /** A command that says nothing and exits with 0 is done; a function that never returns is not. */
  readonly silenceIsDone: boolean;
}

/** EX_TEMPFAIL of sysexits.h: "try again later". */
const TRY_AGAIN = 75;

export function endingOf({ report, verdict, exit, tail = "", kernelKilled, silenceIsDone }: Evidence): Ending {
  // The task's own word is the last one: what it finished in its time of grace is finished.
  if (report !== undefined && "outcome" in report && report.outcome !== "retry") return finished(report);
  if (verdict !== undefined) return verdict;
  if (report !== undefined && "exception" in report) {
    return { outcome: isMemoryError(report.exception) ? "memory" : "exception", error: report.exception };
  }
  if (report !== undefined) return finished(report);
  if (exit?.code === 0 && silenceIsDone) return { outcome: "done" };
  if (exit?.code === TRY_AGAIN && silenceIsDone) return { outcome: "requested" };
  if (exit?.code === NOTHING_LEFT && !silenceIsDone) {
    return {
      outcome: "exit",
      error: { name: "Exit", message: "Its promise can never settle: nothing was left to wait for" },
    };
  }
  const how = describeExit(exit);
  if (isOutOfMemory(tail) || (exit?.signal === "SIGKILL" && kernelKilled)) {
    return { outcome: "memory", error: { name: "OutOfMemory", message: `It ran out of memory: ${how}` } };
  }
  const said = lastWords(tail);
  const message = said === undefined ? `${how} and without an outcome` : `${how}: ${said}`;
  return { outcome: "exit", error: { name: "Exit", message } };
}

function finished(report: Extract<Report, { readonly outcome: unknown }>): Ending {
  const result = report.result === undefined ? {} : { result: report.result };
  if (report.outcome === "done") return { outcome: "done", ...result };
  const outcome = report.outcome === "retry" ? "requested" : "failed";
  const name = report.outcome === "retry" ? "Retry" : "Failed";
  return {
    outcome,
    ...result,
    ...(report.reason === undefined ? {} : { error: boundedError({ name, message: report.reason }) }),
  };
}

/** Python's and numpy's, Java's, C++'s, and V8's for a buffer. */
function isMemoryError({ name, message }: AttemptError): boolean {
  return /MemoryError$|OutOfMemory|bad_alloc$/.test(name) || /^Array buffer allocation failed/.test(message);
}

/** V8 says so and aborts when its heap is full; Python's traceback ends with it. */
function isOutOfMemory(tail: string): boolean {
  return /JavaScript heap out of memory|^(?:[\w.]*\.)?_?\w*MemoryError\b|std::bad_alloc/m.test(tail);
}

/** Node's status for a program that waits for a promise while nothing is left that could settle it. */
const NOTHING_LEFT = 13;

function describeExit(exit: Exit | undefined): string {
  return exit?.signal ? `It was killed by ${exit.signal}` : `It ended with exit status ${exit?.code ?? "unknown"}`;
}
