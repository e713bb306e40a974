/** All problems of a project as one text for a terminal. */
import { locate, type Problem } from "../../errors.ts";

export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const lines = problems.map((problem) => {
    const hint = problem.hint === undefined ? "" : `\n    ${problem.hint}`;
    return `${locate(problem)}: ${problem.message}${hint}`;
  });
  return `The project has ${count}; nothing was deployed.\n\n${lines.join("\n")}`;
}
