/** What the tasks of a project take, as its handlers are now. */
import type { TaskSchemas } from "../../executions/task-schemas.ts";
import type { Project } from "../project.ts";
import { readParameters } from "./read-parameters.ts";

export function projectSchemas(project: () => Pick<Project, "tasks">): TaskSchemas {
  return {
    async schemaOf(name) {
      const task = project().tasks.get(name);
      return task && readParameters(task);
    },
  };
}
