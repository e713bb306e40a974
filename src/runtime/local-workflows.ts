/** The workflows of a project as they are bound to this machine, and the tasks that their states run. */
import type { ExecutionKey } from "../executions/executions.ts";
import { taskTarget } from "../executions/task-target.ts";
import type { WorkflowInfo, Workflows } from "../executions/workflows.ts";
import type { Json } from "../json.ts";
import type { LocalProject } from "../project/local/local.ts";
import { lambdaName } from "../project/local/local-names.ts";
import type { Project } from "../project/project.ts";

export interface LocalWorkflowsOptions {
  /** Both change when the project's files do. */
  readonly project: () => Project;
  readonly bound: () => Pick<LocalProject, "workflows" | "jobDefinitions">;
  readonly definitionOf: (key: ExecutionKey) => Json | undefined;
}

export function makeLocalWorkflows({ project, bound, definitionOf }: LocalWorkflowsOptions): Workflows {
  function infoOf(name: string): WorkflowInfo | undefined {
    const definition = bound().workflows.get(name)?.definition;
    return definition && { name, description: project().workflows.get(name)?.description, definition };
  }

  /** The task whose folder declares the job, or whose name the job bears. */
  function taskOfJob(definition: string | undefined, jobName: string | undefined): string | undefined {
    const tasks = [...project().tasks.values()];
    const directory = definition === undefined ? undefined : bound().jobDefinitions.get(definition)?.directory;
    return (tasks.find((task) => task.directory === directory) ?? tasks.find(({ name }) => name === jobName))?.name;
  }

  return {
    list: async () => [...bound().workflows.keys()].toSorted().flatMap((name) => infoOf(name) ?? []),
    get: async (name) => infoOf(name),
    definitionOf: async (key) => definitionOf(key),
    taskOf(state) {
      const target = taskTarget(state);
      if (target?.kind === "batch") {
        const name = taskOfJob(target.jobDefinition, target.jobName);
        return name === undefined ? undefined : { name, kind: "batch" };
      }
      // The built-in functions around a job are no tasks of anybody's.
      const { config, tasks } = project();
      const name = [...tasks.keys()].find((task) => lambdaName(config, task) === target?.functionName);
      return name === undefined ? undefined : { name, kind: "lambda" };
    },
  };
}
