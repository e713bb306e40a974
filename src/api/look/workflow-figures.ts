/** A workflow with its definition, and how its states went in its newest executions. */
import type { Step } from "../../executions/steps-of-history.ts";
import { isJsonObject } from "../../json.ts";
import { percentile } from "../../loop/look/duration-look.ts";
import { listStates } from "../../project/list-states.ts";
import { NotFound } from "../answers.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { WorkflowView } from "../shapes/workflows.ts";
import type { RecentExecutions } from "./recent-executions.ts";
import { listWorkflows } from "./workflow-rows.ts";

type StateFigures = WorkflowView["states"][number];

export async function lookAtWorkflow(
  { name, since }: { readonly name: string; readonly since: string },
  ports: ApiPorts,
  settings: ApiSettings,
  recent: RecentExecutions,
): Promise<WorkflowView> {
  const row = (await listWorkflows(ports)).find((one) => one.name === name);
  if (row === undefined) {
    throw new NotFound(`There is no workflow ${name} ${settings.place}.`, "GET /v1/workflows lists what there is.");
  }
  const [info, { executions, all }] = await Promise.all([
    ports.workflows.get(name),
    recent({ workflows: [name], since }),
  ]);
  const definition = info?.definition;
  const names = isJsonObject(definition) ? listStates(definition, []).map((state) => state.name) : [];
  return {
    ...row,
    ...(definition !== undefined && { definition }),
    parameters: await parametersOf(row.tasks, ports),
    window: { since, executions: executions.length, all },
    states: [
      ...figuresByState(
        executions.flatMap(({ steps }) => steps),
        names,
      ),
    ],
  };
}

async function parametersOf(
  tasks: readonly string[],
  { taskSchemas }: Pick<ApiPorts, "taskSchemas">,
): Promise<WorkflowView["parameters"]> {
  const read = await Promise.all(tasks.map(async (task) => [task, await taskSchemas?.schemaOf(task)] as const));
  return Object.fromEntries(read.filter(([, schema]) => schema !== undefined));
}

/** Those of the definition in its order, then those that only older executions went through. */
function figuresByState(steps: readonly Step[], names: readonly string[]): readonly StateFigures[] {
  const byState = Map.groupBy(steps, ({ state }) => state);
  const all = [...new Set([...names, ...byState.keys()])];
  return all.map((state) => ({ state, ...figuresOf(byState.get(state) ?? []) }));
}

function figuresOf(steps: readonly Step[]): Omit<StateFigures, "state"> {
  const durations = steps
    .filter(({ status }) => status === "succeeded")
    .map(({ enteredAt, exitedAt = enteredAt }) => Math.max(0, Date.parse(exitedAt) - Date.parse(enteredAt)))
    .toSorted((a, b) => a - b);
  const count = (...statuses: readonly Step["status"][]) =>
    steps.filter(({ status }) => statuses.includes(status)).length;
  return {
    entered: steps.length,
    // One that was caught failed as well: the workflow only knew what to do then.
    failed: count("failed", "timed out", "caught"),
    running: count("running", "waiting"),
    retries: steps.reduce((sum, { tries }) => sum + Math.max(0, tries.length - 1), 0),
    ...percentiles(durations),
  };
}

export function percentiles(sorted: readonly number[]): { p50Ms?: number; p95Ms?: number } {
  const [p50Ms, p95Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.95)];
  return { ...(p50Ms !== undefined && { p50Ms }), ...(p95Ms !== undefined && { p95Ms }) };
}
