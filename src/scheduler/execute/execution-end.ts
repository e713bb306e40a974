/** Says how an execution ended, from what its program said, why it was made to end and how its process did. */
import type { Exit } from "../../embedded/processes/task-process.ts";
import { CirrusError, describeError } from "../../errors.ts";
import type { ExecutionEnd, ExecutionError } from "../../loop/loop-execution.ts";
import type { Verdict } from "./hold-execution.ts";
import type { Word } from "./program-words.ts";

export type Ending = Pick<ExecutionEnd, "outcome" | "error" | "result" | "warnings">;

export interface Evidence {
  /** Undefined where it was ended before it said anything. */
  readonly word?: Word | undefined;
  readonly verdict?: Verdict | undefined;
  readonly exit: Exit;
  /** The last lines that it wrote. */
  readonly lastLines: readonly string[];
  /** The kernel has killed a process for memory in the meantime. */
  readonly kernelKilled: boolean;
}

/** A verdict comes before the word: what somebody ended has not succeeded, whatever it managed to say while it ended. */
export function endingOf({ word, verdict, exit, lastLines, kernelKilled }: Evidence): Ending {
  if (verdict !== undefined) return { outcome: verdict.outcome, error: { ...verdict.error, ...traceOf(word) } };
  if (word?.said === "result") {
    const { result, warnings } = word;
    return {
      outcome: "SUCCEEDED",
      ...(result === undefined ? {} : { result }),
      ...(warnings.length ? { warnings } : {}),
    };
  }
  if (word !== undefined) return { outcome: "FAILED", error: word.error };
  return { outcome: "FAILED", error: exitError(exit, lastLines, kernelKilled) };
}

/** A program that is told to end may say where it was. */
function traceOf(word: Word | undefined): Pick<ExecutionError, "trace"> {
  return word?.said === "error" && word.error.trace !== undefined ? { trace: word.error.trace } : {};
}

/** Where nothing of it ran. */
export function couldNotBegin(name: "NotRunnable" | "EnvironmentFailed", thrown: unknown): Ending {
  const { cause } = describeError(thrown);
  const hint = thrown instanceof CirrusError && thrown.hint !== undefined ? `. ${thrown.hint}` : "";
  return { outcome: "FAILED", error: { name, message: `${cause.replace(/\.$/, "")}${hint}` } };
}

function exitError({ code, signal }: Exit, lastLines: readonly string[], kernelKilled: boolean): ExecutionError {
  const how = signal === null ? `It ended with exit status ${code}` : `It was killed by ${signal}`;
  if ((signal === "SIGKILL" && kernelKilled) || lastLines.some(saysOutOfMemory)) {
    return { name: "OutOfMemory", message: `It ran out of memory: ${how}` };
  }
  const said = crashOfPython(lastLines) ?? lastLines.findLast((line) => line.trim() !== "");
  const message =
    said === undefined ? `${how} before its function returned` : `${how} before its function returned: ${said}`;
  return { name: "Exited", message: message.slice(0, 8_000).toWellFormed() };
}

/** What was wrong, and the innermost line of a notebook: below them stand the frames of the program. */
function crashOfPython(lines: readonly string[]): string | undefined {
  const start = lines.findLastIndex((line) => line.startsWith("Fatal Python error: "));
  if (start < 0) return undefined;
  const frame = lines.slice(start).find((line) => line.includes(".ipynb[cell "));
  return [lines[start], ...(frame === undefined ? [] : [frame.trim()])].join(", ");
}

/** V8's words before it aborts, C++'s and Python's. */
function saysOutOfMemory(line: string): boolean {
  return /JavaScript heap out of memory|std::bad_alloc|^MemoryError\b/.test(line);
}
