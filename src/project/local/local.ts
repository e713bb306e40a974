/** A project bound to one machine: every reference becomes a local ARN, name or value, ready to run. */
import type { Problem } from "../../errors.ts";
import type { JobDefinition } from "../../executions/job-definition.ts";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import type { Project } from "../project.ts";
import { bindJobDefinitions, bindJobQueues, type LocalQueue } from "./local-jobs.ts";
import { bindLambdas } from "./local-lambdas.ts";
import { makeLocalScope } from "./local-scope.ts";
import { bindWorkflows, type LocalWorkflow } from "./local-workflows.ts";

export interface LocalProject {
  /** By ARN. */
  readonly lambdas: ReadonlyMap<string, LambdaFunction>;
  /** By name and by ARN. */
  readonly jobDefinitions: ReadonlyMap<string, JobDefinition>;
  /** By name and by ARN. */
  readonly jobQueues: ReadonlyMap<string, LocalQueue>;
  /** By name. */
  readonly workflows: ReadonlyMap<string, LocalWorkflow>;
  readonly problems: readonly Problem[];
}

export function bindLocally(
  project: Project,
  /** `environment`: the runtime's own variables, which win over the project's. */
  options: { readonly environment: Readonly<Record<string, string>> },
): LocalProject {
  // One value that many parts use, such as a variable of the provider, is one problem.
  const problems = new Map<string, Problem>();
  const report = (problem: Problem) => void problems.set(JSON.stringify(problem), problem);
  const scope = makeLocalScope(project, report);
  const jobDefinitions = bindJobDefinitions(project, scope, options.environment);
  const jobQueues = bindJobQueues(project, scope);
  const lambdas = bindLambdas(project.config, scope, options.environment);
  const workflows = bindWorkflows(project, scope, { jobDefinitions, jobQueues });
  return { lambdas, jobDefinitions, jobQueues, workflows, problems: [...problems.values()] };
}
