/** A file that is no YAML is read as far as it goes: what seems to be missing in it would send people the wrong way. */
import type { Problem } from "../errors.ts";

/** Of files with errors of syntax, these alone. */
export function withoutConsequences(problems: readonly Problem[]): readonly Problem[] {
  const broken = new Set(problems.filter(isSyntax).map(({ file }) => file));
  return problems.filter((problem) => !broken.has(problem.file) || isSyntax(problem));
}

function isSyntax({ code }: Problem): boolean {
  return code === "yaml";
}
