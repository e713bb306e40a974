/** Workflows and tasks as lists: those that exist, and those that only payloads still speak of. */
import type { WorkflowInfo } from "../../executions/workflows.ts";
import { isJsonObject } from "../../json.ts";
import { listStates } from "../../project/list-states.ts";
import type { State } from "../../state/states.ts";
import type { ApiPorts } from "../ports.ts";
import type { TaskRow, WorkflowRow } from "../shapes/workflows.ts";

export async function listWorkflows({ workflows, functions }: ApiPorts): Promise<readonly WorkflowRow[]> {
  const [existing, counts] = await Promise.all([workflows.list(), functions.state.counts()]);
  const byWorkflow = Map.groupBy(counts, ({ workflow }) => workflow);
  const names = [...new Set([...existing.map(({ name }) => name), ...byWorkflow.keys()])].toSorted();
  return names.map((name) => {
    const info = existing.find((one) => one.name === name);
    return {
      name,
      ...(info?.description !== undefined && { description: info.description }),
      exists: info !== undefined,
      counts: sumByState(byWorkflow.get(name) ?? []),
      tasks: info === undefined ? [] : [...new Set(tasksOf(info, workflows).map((task) => task.name))],
    };
  });
}

function sumByState(
  counts: readonly { readonly state: State; readonly count: number }[],
): Partial<Record<State, number>> {
  const sums: Partial<Record<State, number>> = {};
  for (const { state, count } of counts) sums[state] = (sums[state] ?? 0) + count;
  return sums;
}

/** In the order of their names, each with all workflows that run it. */
export async function listTasks({ workflows }: Pick<ApiPorts, "workflows">): Promise<readonly TaskRow[]> {
  const used = (await workflows.list()).flatMap((info) =>
    tasksOf(info, workflows).map((task) => ({ ...task, workflow: info.name })),
  );
  const byName = Map.groupBy(used, ({ name }) => name);
  return [...byName.keys()].toSorted().map((name) => {
    const uses = byName.get(name) ?? [];
    return {
      name,
      kinds: (["lambda", "batch"] as const).filter((kind) => uses.some((use) => use.kind === kind)),
      workflows: [...new Set(uses.map(({ workflow }) => workflow))],
    };
  });
}

function tasksOf({ definition }: WorkflowInfo, { taskOf }: ApiPorts["workflows"]) {
  if (!isJsonObject(definition)) return [];
  return listStates(definition, []).flatMap(({ state }) => taskOf(state) ?? []);
}
