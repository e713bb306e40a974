/** Which task a step runs: as the definition says of its state, or as the history does where that is gone. */

import type { Step } from "../../executions/steps-of-history.ts";
import type { Workflows } from "../../executions/workflows.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { listStates } from "../../project/list-states.ts";

export function makeTaskFinder(
  workflows: Pick<Workflows, "taskOf">,
  definition: Json | undefined,
): (step: Pick<Step, "state" | "resource">) => string | undefined {
  const states = isJsonObject(definition) ? listStates(definition, []) : [];
  // A name is unique in a machine, its branches and Maps included.
  const tasks = new Map(states.map(({ name, state }) => [name, workflows.taskOf(state)?.name]));
  return ({ state, resource }) =>
    tasks.has(state)
      ? tasks.get(state)
      : workflows.taskOf({ Type: "Task", ...(resource !== undefined && { Resource: resource }) })?.name;
}
