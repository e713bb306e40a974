/** What a command of deployment is about: a sound project, a stage, and the account it would change. */
import { whoAmI } from "../../aws/identity.ts";
import { ProblemsError } from "../../errors.ts";
import type { Project } from "../../project/project.ts";
import { checkProject } from "../checks.ts";
import { findProject, type StageOptions } from "../place/find-project.ts";
import { type Io, paint } from "../terminal/io.ts";

export interface AwsOptions extends StageOptions {
  readonly profile?: string | undefined;
}

/** Refuses with every problem before anything is packaged or sent. */
export async function openSoundProject(io: Io, options: StageOptions): Promise<Project> {
  const { project, problems: read } = findProject(io, options);
  const problems = await checkProject(project, read);
  if (problems.length > 0) throw new ProblemsError("The project has problems; nothing was built or changed:", problems);
  return project;
}

/** Says whose account, which region and which stage it is, before any change. */
export async function announceTarget(io: Io, project: Project, { profile }: AwsOptions): Promise<void> {
  const { region, stage, stackName } = project.config;
  const { account, arn } = await whoAmI({ region, profile });
  const facts = [
    ["account", `${account} (${arn})`],
    ["region", region],
    ["stage", stage],
    ["stack", stackName],
  ] as const;
  for (const [name, value] of facts) {
    io.stderr.write(`${paint(io, io.stderr, "dim", name.padEnd(8))}${value}\n`);
  }
}
