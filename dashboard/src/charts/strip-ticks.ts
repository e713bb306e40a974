/** The newest outcomes as a row of ticks: what succeeded stands on the line, all else hangs below it; the longer it took, the longer. */
import { countMarks, type Mark, markOf } from "./scatter-points.ts";

export interface StripOutcome {
  readonly outcome: string;
  readonly durationMs: number;
  /** ISO 8601 */
  readonly at: string;
}

export interface StripTick {
  readonly mark: Mark;
  /** From 0 to 1, of the half of the strip that it is in. */
  readonly length: number;
  readonly stands: boolean;
}

/** So that the quickest is still seen. */
const SHORTEST = 0.25;

export function stripTicks(outcomes: readonly StripOutcome[]): readonly StripTick[] {
  const longest = Math.max(1, ...outcomes.map(({ durationMs }) => durationMs));
  return outcomes.map(({ outcome, durationMs }) => {
    const mark = markOf(outcome);
    return {
      mark,
      // Areas of thin ticks are compared by their lengths; a root keeps the short ones apart.
      length: SHORTEST + (1 - SHORTEST) * Math.sqrt(durationMs / longest),
      stands: mark === "succeeded" || mark === "running",
    };
  });
}

/** What the strip shows, as a sentence: `The newest 30: 28 succeeded, 2 failed; the last one failed.` */
export function stripText(outcomes: readonly StripOutcome[]): string {
  const last = outcomes.at(-1);
  if (last === undefined) return "No executions yet.";
  const marks = countMarks(outcomes.map(({ outcome }) => ({ mark: markOf(outcome) })));
  const counts = [...marks].map(([mark, count]) => `${count} ${mark}`).join(", ");
  if (outcomes.length === 1) return `One execution: ${markOf(last.outcome)}.`;
  return `The newest ${outcomes.length}: ${counts}; the last one ${spoken(markOf(last.outcome))}.`;
}

function spoken(mark: Mark): string {
  if (mark === "running") return "runs";
  return mark === "stopped" ? "was stopped" : mark;
}
