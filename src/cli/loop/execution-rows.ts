/** Executions of a task as rows of a table. */
import type { ExecutionLook } from "../../loop/look/look-at-loops.ts";
import { sizeText } from "../../loop/registry/quantities.ts";
import { formatDuration } from "../terminal/duration.ts";
import type { Io } from "../terminal/io.ts";
import type { Rows } from "../terminal/output.ts";
import { timeText } from "../terminal/relative-time.ts";
import { shortId } from "./find-target.ts";
import { loopMark } from "./loop-marks.ts";

export function executionRows(io: Io, now: number): Rows<ExecutionLook> {
  return {
    columns: [
      { title: "outcome" },
      { title: "started" },
      { title: "took", align: "right" },
      { title: "version" },
      { title: "how", spare: 2 },
      { title: "memory", align: "right", spare: 1 },
      { title: "execution" },
      { title: "error", grows: true },
    ],
    cells: (execution) => [
      loopMark(io, io.stdout, execution.outcome ?? "RUNNING"),
      timeText(io.stdout, execution.startedAt, now),
      formatDuration(execution.durationMs),
      execution.version,
      howText(execution),
      execution.peakMemoryBytes === undefined ? "" : sizeText(execution.peakMemoryBytes),
      shortId(execution.id),
      errorText(execution),
    ],
    name: ({ id }) => id,
  };
}

/** `turn`, `try 2`, `asked for, pinned` */
export function howText({ attempt, trigger, pinned }: Pick<ExecutionLook, "attempt" | "trigger" | "pinned">): string {
  const why = trigger === "run-now" ? "asked for" : trigger;
  return [attempt > 1 ? `try ${attempt}` : why, ...(pinned ? ["pinned"] : [])].join(", ");
}

/** The first line: a message may hold a whole traceback, and that is in the log. */
export function errorText({ error, warnings }: Pick<ExecutionLook, "error" | "warnings">): string {
  if (error !== undefined) return `${error.name}: ${error.message.trim().split("\n")[0]}`;
  const [warning] = warnings;
  return warning === undefined ? "" : `warning: ${warning.split("\n")[0]}`;
}
