/** Reads the project that a command is called in, without loading what runs it: looking has to be quick. */
import { CirrusError, EXIT, type Problem, ProblemsError } from "../../errors.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import type { Project } from "../../project/project.ts";
import { type ReadablePart, readProject } from "../../project/read-project.ts";
import type { Io } from "../terminal/io.ts";

/** As the Serverless Framework calls them. */
export interface StageOptions {
  readonly stage?: string | undefined;
  readonly region?: string | undefined;
}

export function findProject(
  io: Pick<Io, "cwd" | "env">,
  { stage, region }: StageOptions = {},
  only?: readonly ReadablePart[],
): { readonly project: Project; readonly problems: readonly Problem[] } {
  const root = findProjectRoot(io.cwd);
  if (root === undefined) {
    throw new CirrusError(`There is no cirrus.yml in ${io.cwd} or above it.`, {
      hint: "Go into a project's folder, or make one: npx cirrus init my-project",
      exitCode: EXIT.config,
    });
  }
  return readProject(root, { env: io.env, stage, region, only });
}

/** For what only looks or sends: a definition that is half-written in an editor must not stand in the way. */
export function findProjectToLook(
  io: Pick<Io, "cwd" | "env">,
  options: StageOptions = {},
  only?: readonly ReadablePart[],
): Project {
  const { project, problems } = findProject(io, options, only);
  refuse(problems.filter(({ file }) => file === "cirrus.yml"));
  return project;
}

export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemsError("The project has problems; nothing was run:", problems);
}
