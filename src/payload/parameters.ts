/** The parameters that a task gets: those for the whole workflow, and its own over them. */
import type { JsonObject } from "../json.ts";
import type { ProcessDefinition } from "./payload.ts";

export function taskParameters(definition: ProcessDefinition, task: string): JsonObject {
  // Object.hasOwn: a task may be called `toString`.
  const own =
    definition.tasks !== undefined && Object.hasOwn(definition.tasks, task) ? definition.tasks[task] : undefined;
  return { ...definition.workflow_options, ...own };
}
