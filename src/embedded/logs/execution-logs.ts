/** Finds the logs of an execution's tasks on this machine: each follows from the try that its history tells of. */
import { taskToken } from "../../asl/task-token.ts";
import { isoTime } from "../../clock.ts";
import { type ExecutionLogs, stepOf, type TaskTry } from "../../executions/execution-logs.ts";
import type { Executions, HistoryEvent } from "../../executions/executions.ts";
import { integrationOf } from "../../executions/integration.ts";
import { isJsonObject } from "../../json.ts";
import { foreignCursor } from "../../pages.ts";
import { NAMESPACE_URL, uuid5 } from "../../payload/payload-id.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { TaskLogReader } from "./task-logs.ts";

export interface ExecutionLogsOptions {
  readonly executions: Pick<Executions, "describe" | "history">;
  readonly jobs: Pick<Jobs, "describe">;
  readonly logs: TaskLogReader;
}

export function makeExecutionLogs({ executions, jobs, logs }: ExecutionLogsOptions): ExecutionLogs {
  return {
    async tries(key) {
      const execution = await executions.describe(key);
      if (execution === undefined) return [];
      const scheduled = scheduledTasks(execution.arn, await executions.history(key));
      return (await Promise.all(scheduled.map((task) => triesOf(task, jobs)))).flat();
    },
    async read({ log }, cursor = "0", enough) {
      if (!/^\d{1,15}$/.test(cursor)) throw foreignCursor("to this log", cursor);
      const { lines, next } = await logs.readFrom(log, Number(cursor), enough);
      return { lines, next: String(next) };
    },
  };
}

interface ScheduledTask {
  readonly event: HistoryEvent;
  readonly attempt: number;
  /** What the try is known by to the Lambda or the job. */
  readonly id: string;
  readonly endedAt: string | undefined;
}

function scheduledTasks(arn: string, history: readonly HistoryEvent[]): readonly ScheduledTask[] {
  const ends = new Map<string, string>();
  for (const { type, path, at, details } of history) {
    if (/^Task(Succeeded|Failed|TimedOut)$/.test(type)) ends.set(`${path} ${details.attempt}`, at);
  }
  let redriveCount = 0;
  const tasks: ScheduledTask[] = [];
  for (const event of history) {
    if (event.type === "ExecutionRedriven") redriveCount += 1;
    if (event.type !== "TaskScheduled") continue;
    const attempt = Number(event.details.attempt);
    const id = uuid5(NAMESPACE_URL, taskToken({ id: arn, redriveCount }, event.path, attempt));
    tasks.push({ event, attempt, id, endedAt: ends.get(`${event.path} ${attempt}`) });
  }
  return tasks;
}

async function triesOf(task: ScheduledTask, jobs: Pick<Jobs, "describe">): Promise<readonly TaskTry[]> {
  const { event, attempt, id, endedAt } = task;
  const base = { path: event.path, step: stepOf(event.path), attempt, startedAt: event.at, endedAt };
  if (integrationOf(event.details.resource)?.startsWith("batch:submitJob")) {
    const job = await jobs.describe(id);
    if (job === undefined) return [];
    // arn:aws:batch:REGION:ACCOUNT:job-definition/NAME:1
    const definition = job.JobDefinition.split("/").at(-1)?.replace(/:\d+$/, "");
    const attempts: { readonly StartedAt: number; readonly StoppedAt?: number }[] = [...job.Attempts];
    if (!["SUCCEEDED", "FAILED"].includes(job.Status)) attempts.push({ StartedAt: job.StartedAt ?? job.CreatedAt });
    return attempts.map(({ StartedAt, StoppedAt }, index) => ({
      ...base,
      id: `${id}-${index + 1}`,
      kind: "batch",
      jobAttempt: index + 1,
      log: `${definition}/default/${id}-${index + 1}`,
      startedAt: isoTime(StartedAt),
      endedAt: StoppedAt === undefined ? undefined : isoTime(StoppedAt),
    }));
  }
  return [{ ...base, id, kind: "lambda", log: `/aws/lambda/${functionName(event)}/${id}` }];
}

/** The name in the function's ARN, or as `lambda:invoke` was told it. */
function functionName({ details: { resource, input } }: HistoryEvent): string {
  const invoked = isJsonObject(input) && typeof input.FunctionName === "string" ? input.FunctionName : undefined;
  const name = integrationOf(resource) === undefined ? String(resource) : (invoked ?? "");
  return (
    name
      .replace(/:\$LATEST$/, "")
      .split(":")
      .at(-1) ?? name
  );
}
