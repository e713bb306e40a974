/** States and outcomes of loops as symbol and word: never by colour alone. */
import type { Outcome, TaskState } from "../../loop/loop-execution.ts";
import { type Io, type Output, paint, type Style } from "../terminal/io.ts";

export type Marked = TaskState | Outcome | "PAUSED" | "BROKEN" | "GONE";

const MARKS: Readonly<Record<Marked, readonly [symbol: string, Style]>> = {
  PENDING: ["·", "dim"],
  RUNNING: ["▶", "cyan"],
  FINISHED: ["–", "dim"],
  PAUSED: ["‖", "yellow"],
  BROKEN: ["!", "red"],
  GONE: ["–", "dim"],
  SUCCEEDED: ["✓", "green"],
  FAILED: ["✗", "red"],
  TIMED_OUT: ["✗", "red"],
  CANCELLED: ["■", "yellow"],
  LOST: ["?", "yellow"],
};

export function markOf(what: Marked): readonly [symbol: string, Style] {
  return MARKS[what];
}

export function loopMark(io: Pick<Io, "env">, output: Output, what: Marked): string {
  const [symbol, style] = markOf(what);
  return paint(io, output, style, `${symbol} ${what}`);
}
