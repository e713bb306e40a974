/** How loops look while they run: a line for each with what it does now, what comes next and how its last task ended. */
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { OutcomeCounts } from "../../loop/task-record.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { renderTable } from "../terminal/table.ts";
import { errorText } from "./execution-rows.ts";
import { loopMark, type Marked, markOf } from "./loop-marks.ts";

export interface LoopNow {
  readonly loop: string;
  readonly iteration: number;
  readonly running?: LoopExecution | undefined;
  /** Keys of the tasks that have their turn after it. */
  readonly next: readonly string[];
  readonly last?: { readonly execution: LoopExecution; readonly end: ExecutionEnd } | undefined;
  /** Why nothing runs. `until`: milliseconds since 1970. */
  readonly waits?: { readonly until?: number | undefined; readonly reason: string } | undefined;
  readonly paused?: { readonly note?: string | undefined } | undefined;
}

export interface LoopsNow {
  readonly loops: readonly LoopNow[];
  /** Of all that ended since this process began. */
  readonly counts: OutcomeCounts;
  /** What cannot run, and where that is written. */
  readonly problems: readonly string[];
}

const COLUMNS = [
  { title: "loop" },
  { title: "iteration", align: "right" },
  { title: "now" },
  { title: "last" },
] as const;
const SHOWN_PROBLEMS = 4;
/** Lines beside those of loops: titles, counts, how many more there are of loops and of problems. */
const OTHER_LINES = 4;
const LEAST_LOOPS = 3;
const GAPS = 6;
/** Of the room that the names of loops leave, what the last execution gets. */
const SHARE_OF_LAST = 0.4;
const SHARE_OF_NAMES = 0.3;
const LEAST_CELL = 12;

/** No line is wider than the terminal, and there are no more lines than it has: else it could not be redrawn in place. */
export function renderLoops(io: Pick<Io, "env" | "stderr">, now: LoopsNow, time: number): string {
  const width = (io.stderr.columns ?? 80) - 1;
  const told = now.problems.slice(0, SHOWN_PROBLEMS);
  const shown = chooseLoops(now.loops, (io.stderr.rows ?? 24) - OTHER_LINES - told.length - 1);
  const table = renderTable(COLUMNS, rowsOf(io, shown, time, width));
  const [head = "", ...body] = table.split("\n");
  const dim = (text: string) => paint(io, io.stderr, "dim", cut(text, width));
  const moreLoops = now.loops.length - shown.length;
  const moreProblems = now.problems.length - told.length;
  return [
    dim(head),
    ...body,
    ...(moreLoops > 0 ? [dim(`… and ${moreLoops} more loops`)] : []),
    countsText(io, now.counts),
    ...told.map((problem) => marked(io, "BROKEN", cut(problem, width - 2))),
    ...(moreProblems > 0 ? [dim(`… and ${moreProblems} more problems: npx cirrus loop list`)] : []),
  ].join("\n");
}

/** Where there is no room for all, those are left out that wait. */
function chooseLoops(loops: readonly LoopNow[], room: number): readonly LoopNow[] {
  const most = Math.max(LEAST_LOOPS, room);
  if (loops.length <= most) return loops;
  return loops.toSorted((a, b) => Number(b.running !== undefined) - Number(a.running !== undefined)).slice(0, most);
}

function rowsOf(io: Pick<Io, "env" | "stderr">, loops: readonly LoopNow[], time: number, width: number) {
  const longest = Math.max("loop".length, ...loops.map(({ loop }) => loop.length));
  const names = Math.min(longest, Math.floor(width * SHARE_OF_NAMES));
  const room = Math.max(LEAST_CELL, width - names - "iteration".length - GAPS);
  // What runs is worth more than what ran: where there is no room for both, the title alone is left.
  const isNarrow = room < 2 * LEAST_CELL;
  const lastRoom = isNarrow ? "last".length : Math.max(LEAST_CELL, Math.floor(room * SHARE_OF_LAST));
  return loops.map((loop) => {
    const [state, what] = nowText(loop, time);
    const { last } = loop;
    return [
      cut(loop.loop, names),
      String(loop.iteration),
      // As wide as it may become: what is beside it stays where it is.
      marked(io, state, cut(what, room - lastRoom - 2).padEnd(room - lastRoom - 2)),
      last === undefined || isNarrow ? "" : marked(io, last.end.outcome, cut(lastText(loop.loop, last), lastRoom - 2)),
    ];
  });
}

function nowText({ loop, running, next, waits, paused }: LoopNow, time: number): [Marked, string] {
  const then = next.length === 0 ? "" : `, then ${next.map((key) => nameIn(loop, key)).join(", ")}`;
  if (running !== undefined) {
    const again = running.attempt > 1 ? ` (try ${running.attempt})` : "";
    const name = nameIn(loop, taskKey(running.task));
    return ["RUNNING", `${name}${again} ${formatDuration(Math.max(0, time - Date.parse(running.startedAt)))}${then}`];
  }
  if (paused !== undefined) return ["PAUSED", paused.note === undefined ? "paused" : `paused: ${paused.note}`];
  if (waits === undefined) return ["PENDING", then === "" ? "" : then.slice(2)];
  const left = waits.until === undefined ? "" : ` ${formatDuration(Math.max(0, waits.until - time))}`;
  return ["PENDING", `waits${left}: ${waits.reason}${then}`];
}

function lastText(loop: string, { execution, end }: NonNullable<LoopNow["last"]>): string {
  return `${nameIn(loop, taskKey(execution.task))} ${formatDuration(end.durationMs)}`;
}

/** In an organisation's own loop its name need not be said again. */
function nameIn(loop: string, key: string): string {
  return key.startsWith(`${loop}/`) ? key.slice(loop.length + 1) : key;
}

function countsText(io: Pick<Io, "env" | "stderr">, counts: OutcomeCounts): string {
  const failed = counts.FAILED + counts.TIMED_OUT + counts.LOST;
  return [
    paint(io, io.stderr, "green", `✓ ${counts.SUCCEEDED} succeeded`),
    failed > 0 ? paint(io, io.stderr, "red", `✗ ${failed} failed`) : `✗ ${failed} failed`,
    ...(counts.CANCELLED > 0 ? [`■ ${counts.CANCELLED} cancelled`] : []),
  ].join("  ");
}

function marked(io: Pick<Io, "env" | "stderr">, what: Marked, text: string): string {
  const [symbol, style] = markOf(what);
  return `${paint(io, io.stderr, style, symbol)} ${text}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

/** `began zzebu/train_model in zzebu, iteration 12, at 3f2a9c1e` */
export function beginLine(io: Pick<Io, "env" | "stderr">, execution: LoopExecution): string {
  const { loop, iteration, attempt, trigger, version, startedAt } = execution;
  const how = [
    ...(attempt > 1 ? [`try ${attempt}`] : []),
    ...(trigger === "run-now" ? ["asked for"] : []),
    ...(version.pinned ? ["pinned"] : []),
  ];
  const aside = how.length === 0 ? "" : ` (${how.join(", ")})`;
  const where = `${loop} iteration ${iteration}, ${version.headCommit.slice(0, 8)}`;
  return `${startedAt} ${loopMark(io, io.stderr, "RUNNING")} ${taskKey(execution.task)}${aside}  ${where}`;
}

/** `2030-01-01T00:00:00Z ✗ FAILED zzebu/train_model after 1.2 s: ValueError: no data`, or its warning. */
export function endLine(io: Pick<Io, "env" | "stderr">, { task }: LoopExecution, end: ExecutionEnd): string {
  const why = errorText({ error: end.error, warnings: end.warnings ?? [] });
  return `${end.endedAt} ${loopMark(io, io.stderr, end.outcome)} ${taskKey(task)} after ${formatDuration(end.durationMs)}${why && `: ${why}`}`;
}
