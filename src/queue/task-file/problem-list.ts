/** Collects what is wrong with a task file: the first twenty in full, of all others how many. */
import { type Problem, ProblemsError } from "../../errors.ts";

const MOST_SHOWN = 20;

export interface ProblemList {
  add(problem: Problem): void;
  readonly total: number;
  /** Throws ProblemsError where there are any. */
  raise(): void;
}

/** `shown` is the file as problems name it. */
export function makeProblemList(shown: string): ProblemList {
  const problems: Problem[] = [];
  let total = 0;
  return {
    add(problem) {
      total += 1;
      if (problems.length < MOST_SHOWN) problems.push({ file: shown, ...problem });
    },
    get total() {
      return total;
    },
    raise() {
      if (total === 0) return;
      const more = total > problems.length ? `; the first ${problems.length} of them` : "";
      throw new ProblemsError(
        `${shown} cannot be used as a task file: ${total} ${total === 1 ? "problem" : "problems"}${more}`,
        problems,
      );
    },
  };
}
