/** Port: what the tasks of an execution wrote, by the try that wrote it. On AWS CloudWatch Logs, embedded files. */
import type { ExecutionKey } from "./executions.ts";
import type { LogLine } from "./jobs.ts";

/** One try of a task: an invocation of a Lambda, or an attempt of a Batch job. */
export interface TaskTry {
  /** Tells it from every other try of the execution. */
  readonly id: string;
  /** The stay in the state that it belongs to: `/each#1/2/reproject#1`. */
  readonly path: string;
  /** The state's name, with the branch or iteration it is in: `each[2].reproject`. */
  readonly step: string;
  readonly kind: "lambda" | "batch";
  /** From 1, over the state's retries and redrives. */
  readonly attempt: number;
  /** Of a Batch job, which may try again by itself. */
  readonly jobAttempt?: number | undefined;
  /** The log group and stream, or the request ID that its lines are found by. */
  readonly log: string;
  /** ISO 8601: its lines are not older; and not newer than `endedAt` by much. */
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
}

export interface LogChunk {
  readonly lines: readonly LogLine[];
  /** Where the next call goes on; lines may be written there later. Absent: at the beginning again. */
  readonly next: string | undefined;
}

export interface ExecutionLogs {
  /** In the order in which they were started; those that were begun since the last call are among them. */
  tries(key: ExecutionKey): Promise<readonly TaskTry[]>;
  /**
   * Oldest first; nothing where nothing has been written yet. `cursor` is `next` of the call before. `enough`: more lines
   * than these are not needed now.
   */
  read(one: TaskTry, cursor?: string, enough?: number): Promise<LogChunk>;
}

/** `/each#1/2/reproject#1` reads `each[2].reproject`; the second stay in a state adds ` (visit 2)`. */
export function stepOf(path: string): string {
  const parts = path.split("/").slice(1);
  let text = "";
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      text += `[${part}].`;
      continue;
    }
    const [, name = part, visit = "1"] = /^(.*)#(\d+)(?:~\d+)?$/.exec(part) ?? [];
    text += decodeURIComponent(name.replaceAll(/%(?!25|2F)/g, "%25"));
    if (visit !== "1") text += ` (visit ${visit})`;
  }
  return text;
}

/** `/each#1/2/reproject#1` is in `/each#1`: the states around one, the outermost first. */
export function parentPaths(path: string): readonly string[] {
  const parts = path.split("/").slice(1);
  // Names and numbers of branches take turns.
  const depths = Array.from({ length: Math.floor((parts.length - 1) / 2) }, (_, index) => 2 * index + 1);
  return depths.map((depth) => `/${parts.slice(0, depth).join("/").replace(/~\d+$/, "")}`);
}
