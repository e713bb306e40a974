/** The Cirrus project that a checkout is, for one part of it to run. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { wholeEnvironment } from "../../env.ts";
import { locate, type Problem } from "../../errors.ts";
import { NotRunnable } from "../../notebook/notebook-program.ts";
import type { Project } from "../../project/project.ts";
import { type ReadablePart, readProject } from "../../project/read-project.ts";
import type { ProjectAssignment } from "./project-assignment.ts";

export function openProject(
  { checkout }: Pick<ProjectAssignment, "checkout">,
  only?: readonly ReadablePart[],
): { readonly project: Project; readonly problems: readonly Problem[] } {
  if (!existsSync(join(checkout, "cirrus.yml"))) {
    throw new NotRunnable("The repository is no Cirrus project: there is no cirrus.yml in its root.");
  }
  return readProject(checkout, { env: wholeEnvironment(), only });
}

export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map((problem) => [locate(problem), problem.message, problem.hint].filter(Boolean).join(" "));
  throw new NotRunnable(`The project has problems; nothing was run:\n${lines.join("\n")}`);
}
