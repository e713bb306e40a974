/** Problems as people read them: the place, what is wrong, and under it what to do. */
import { locate, type Problem } from "../../errors.ts";
import { type Io, type Output, paint } from "./io.ts";

export function renderProblems(io: Pick<Io, "env">, output: Output, problems: readonly Problem[]): string {
  return problems
    .flatMap((problem) => {
      const place = locate(problem);
      const line = `  ${place ? `${paint(io, output, "bold", place)}: ` : ""}${problem.message}\n`;
      return problem.hint ? [line, `    ${paint(io, output, "dim", problem.hint)}\n`] : [line];
    })
    .join("");
}
