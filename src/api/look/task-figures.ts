/** A task: every try of it in the newest executions, how long they take, and how they fail. */
import type { JsonObject } from "../../json.ts";
import { percentile } from "../../loop/look/duration-look.ts";
import { parameterRows } from "../../project/parameters/parameter-rows.ts";
import { NotFound } from "../answers.ts";
import type { ApiPorts, ApiSettings } from "../ports.ts";
import type { TaskTryView, TaskView } from "../shapes/workflows.ts";
import { groupErrors } from "./error-groups.ts";
import { jobErrorOf } from "./job-errors.ts";
import type { RecentExecution, RecentExecutions } from "./recent-executions.ts";
import { shortError } from "./step-view.ts";
import { makeTaskFinder } from "./task-finder.ts";
import { percentiles } from "./workflow-figures.ts";
import { listTasks } from "./workflow-rows.ts";

export interface TaskQuery {
  readonly name: string;
  /** ISO 8601 */
  readonly since: string;
  /** Only in this one. */
  readonly workflow?: string | undefined;
}

const MOST_TRIES = 2_000;
const MOST_OF_CAUSE = 500;

export async function lookAtTask(
  { name, since, workflow }: TaskQuery,
  ports: ApiPorts,
  settings: ApiSettings,
  recent: RecentExecutions,
): Promise<TaskView> {
  const row = (await listTasks(ports)).find((one) => one.name === name);
  if (row === undefined) {
    const hint = "GET /v1/tasks lists those that workflows run.";
    throw new NotFound(`No workflow ${settings.place} runs a task ${name.slice(0, 100)}.`, hint);
  }
  const workflows = row.workflows.filter((one) => workflow === undefined || one === workflow);
  const { executions, all } = await recent({ workflows, since });
  const isOfTask = await makeTaskFilter(name, workflows, ports);
  const now = ports.functions.clock.now();
  const tries = executions
    .flatMap((execution) => triesOf(execution, isOfTask, now))
    .filter(({ startedAt, endedAt = startedAt }) => endedAt >= since)
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
  const parameters = await ports.taskSchemas?.schemaOf(name);
  return {
    ...row,
    ...(parameters !== undefined && { parameters, parameterRows: rowsOf(parameters) }),
    window: { since, executions: executions.length, all: all && tries.length <= MOST_TRIES },
    tries: tries.slice(0, MOST_TRIES),
    figures: figuresOf(tries),
    errors: [...groupErrors(tries)],
  };
}

function rowsOf(schema: JsonObject): TaskView["parameterRows"] {
  return parameterRows(schema).map(({ default: value, ...row }) => ({
    ...row,
    ...(value !== undefined && { default: value }),
  }));
}

type IsOfTask = (workflow: string, step: RecentExecution["steps"][number]) => boolean;

/** By the workflows' definitions as they are now: older executions may have had others, whose states tell for themselves. */
async function makeTaskFilter(name: string, workflows: readonly string[], ports: ApiPorts): Promise<IsOfTask> {
  const finders = await Promise.all(
    workflows.map(async (workflow) => {
      const info = await ports.workflows.get(workflow);
      return [workflow, makeTaskFinder(ports.workflows, info?.definition)] as const;
    }),
  );
  const byWorkflow = new Map(finders);
  return (workflow, step) => byWorkflow.get(workflow)?.(step) === name;
}

function triesOf({ workflow, name, payloadId, steps }: RecentExecution, isOfTask: IsOfTask, now: number) {
  return steps
    .filter((step) => isOfTask(workflow, step))
    .flatMap((step) => {
      const jobError = jobErrorOf(step, steps);
      return step.tries.map((one): TaskTryView => {
        const { attempt, scheduledAt, startedAt = scheduledAt, endedAt, status, error } = one;
        const end = endedAt === undefined ? now : Date.parse(endedAt);
        return {
          workflow,
          execution: name,
          payloadId,
          step: step.label,
          path: step.path,
          attempt,
          startedAt,
          ...(endedAt !== undefined && { endedAt }),
          durationMs: Math.max(0, end - Date.parse(startedAt)),
          status,
          ...shortError(one === step.tries.at(-1) ? (jobError ?? error) : error, MOST_OF_CAUSE),
        };
      });
    });
}

function figuresOf(tries: readonly TaskTryView[]): TaskView["figures"] {
  const count = (...statuses: readonly TaskTryView["status"][]) =>
    tries.filter(({ status }) => statuses.includes(status)).length;
  const durations = tries
    .filter(({ status }) => status === "succeeded")
    .map(({ durationMs }) => durationMs)
    .toSorted((a, b) => a - b);
  const p99Ms = percentile(durations, 0.99);
  return {
    succeeded: count("succeeded"),
    failed: count("failed", "timed out"),
    running: count("running"),
    ...percentiles(durations),
    ...(p99Ms !== undefined && { p99Ms }),
  };
}
