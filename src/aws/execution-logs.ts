/**
 * Finds the logs of an execution's tasks in CloudWatch Logs. A Batch job names its streams. Step Functions does not keep
 * the request ID of a function that it calls by its ARN: there the lines that name the payload lead to it.
 */
import { isoTime } from "../clock.ts";
import { type ExecutionLogs, type LogChunk, stepOf, type TaskTry } from "../executions/execution-logs.ts";
import type { ExecutionDescription, Executions } from "../executions/executions.ts";
import type { LogLine } from "../executions/jobs.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../json.ts";
import { foreignCursor } from "../pages.ts";
import type { Batch } from "./services/batch.ts";
import type { CloudWatchTaskLogs } from "./task-logs.ts";
import { type ScheduledTry, scheduledTries } from "./task-tries.ts";

export interface ExecutionLogsOptions {
  readonly executions: Pick<Executions, "describe" | "history">;
  readonly batch: () => Promise<Batch>;
  readonly logs: Pick<CloudWatchTaskLogs, "readFrom" | "search">;
  /** The ID of the payload that an execution runs; its input may be a URL. */
  readonly payloadIdOf: (execution: ExecutionDescription) => Promise<string | undefined>;
}

/** A function's last lines bear times a little after Step Functions' own of its end. */
const AFTER_END_MS = 15_000;
/** Clocks differ, and an invocation's first line is written before its handler begins. */
const BEFORE_START_MS = 2_000;

export function makeExecutionLogs({ executions, batch, logs, payloadIdOf }: ExecutionLogsOptions): ExecutionLogs {
  const requestIds = new Map<string, string>();

  async function findRequestId(one: Extract<ScheduledTry, { kind: "lambda" }>, payloadId: string | undefined) {
    const known = one.requestId ?? requestIds.get(idOf(one));
    if (known !== undefined || payloadId === undefined) return known;
    const group = `/aws/lambda/${one.functionName}`;
    const found = await logs.search({ group, text: payloadId, ...windowOf(one) });
    const requestId = found.map((line) => requestIdIn(line, payloadId)).find((id) => id !== undefined && !taken(id));
    if (requestId !== undefined) requestIds.set(idOf(one), requestId);
    return requestId;
  }

  function taken(requestId: string): boolean {
    return [...requestIds.values()].includes(requestId);
  }

  return {
    async tries(key) {
      const execution = await executions.describe(key);
      if (execution === undefined) return [];
      const scheduled = scheduledTries(await executions.history(key));
      const payloadId = await payloadIdOf(execution);
      const tries: TaskTry[] = [];
      // One after the other: the tries of one function are told apart by what the earlier ones were.
      for (const one of scheduled) {
        const base = {
          id: idOf(one),
          path: one.path,
          step: stepOf(one.path),
          attempt: one.attempt,
          startedAt: one.startedAt,
          endedAt: one.endedAt,
        };
        if (one.kind === "batch")
          tries.push(...(await attemptsOf(one, batch)).map((attempt) => ({ ...base, ...attempt })));
        else {
          const requestId = await findRequestId(one, payloadId);
          if (requestId !== undefined)
            tries.push({ ...base, kind: "lambda", log: `/aws/lambda/${one.functionName}/${requestId}` });
        }
      }
      return tries;
    },

    async read(one, cursor): Promise<LogChunk> {
      if (one.kind === "lambda") return readInvocation(one, cursor, logs);
      const page = await logs.readFrom(one.log, cursor);
      return { lines: page?.lines ?? [], next: page?.next ?? cursor };
    },
  };
}

function idOf({ path, attempt }: ScheduledTry): string {
  return `${path} ${attempt}`;
}

function windowOf({ startedAt, endedAt }: Pick<TaskTry, "startedAt" | "endedAt">) {
  const since = isoTime(Date.parse(startedAt) - BEFORE_START_MS);
  return { since, ...(endedAt === undefined ? {} : { until: isoTime(Date.parse(endedAt) + AFTER_END_MS) }) };
}

/** Of a line that a task of ours wrote: JSON with both IDs. */
function requestIdIn({ message }: LogLine, payloadId: string): string | undefined {
  const line = parseJson(message);
  if (!isJsonObject(line) || line.payloadId !== payloadId) return undefined;
  return typeof line.requestId === "string" ? line.requestId : undefined;
}

/** A search has no place to go on from: the cursor is the time of the last line, and how many lines of that time were read. */
async function readInvocation(
  one: TaskTry,
  cursor: string | undefined,
  logs: Pick<CloudWatchTaskLogs, "search">,
): Promise<LogChunk> {
  const cut = one.log.lastIndexOf("/");
  const [at = "", seen = "0"] = cursor?.split(" ") ?? [];
  if (cursor !== undefined && (Number.isNaN(Date.parse(at)) || !/^\d{1,9}$/.test(seen))) {
    throw foreignCursor("to this log", cursor);
  }
  const window = windowOf(one);
  const found = await logs.search({
    group: one.log.slice(0, cut),
    text: one.log.slice(cut + 1),
    ...window,
    since: at || window.since,
  });
  const fresh = found.slice(found.findIndex((line) => line.at >= at)).filter((line) => line.at >= at);
  const lines = fresh.slice(Number(seen));
  const last = fresh.at(-1)?.at;
  if (last === undefined || lines.length === 0) return { lines: [], next: cursor };
  return { lines, next: `${last} ${fresh.filter((line) => line.at === last).length}` };
}

/** The result of a job holds its attempts; one that has not ended yet is asked for. */
async function attemptsOf(
  { jobId, job, endedAt }: Extract<ScheduledTry, { kind: "batch" }>,
  batch: () => Promise<Batch>,
): Promise<
  readonly (Pick<TaskTry, "id" | "kind" | "jobAttempt" | "log"> & Partial<Pick<TaskTry, "startedAt" | "endedAt">>)[]
> {
  if (jobId === undefined) return [];
  const described = endedAt !== undefined && job?.Attempts !== undefined ? job : await describeJob(jobId, batch);
  const attempts = Array.isArray(described?.Attempts) ? described.Attempts.filter(isJsonObject) : [];
  const container = isJsonObject(described?.Container) ? described.Container : {};
  const current = container.LogStreamName;
  const known = attempts.some(({ Container }) => isJsonObject(Container) && Container.LogStreamName === current);
  const all: readonly JsonObject[] =
    typeof current === "string" && !known ? [...attempts, { Container: container }] : attempts;
  return all.flatMap(({ Container, StartedAt, StoppedAt }, index) => {
    const stream = isJsonObject(Container) ? Container.LogStreamName : undefined;
    if (typeof stream !== "string") return [];
    return [
      {
        id: `${jobId}-${index + 1}`,
        kind: "batch" as const,
        jobAttempt: index + 1,
        log: stream,
        ...(typeof StartedAt === "number" ? { startedAt: isoTime(StartedAt) } : {}),
        ...(typeof StoppedAt === "number" ? { endedAt: isoTime(StoppedAt) } : {}),
      },
    ];
  });
}

/** As Step Functions spells it. Batch itself writes the members' names with small letters. */
async function describeJob(jobId: string, batch: () => Promise<Batch>): Promise<JsonObject | undefined> {
  const { jobs = [] } = await (await batch()).describeJobs({ jobs: [jobId] });
  const [job] = jobs;
  if (job === undefined) return undefined;
  const container = (given: { readonly logStreamName?: string | undefined } | undefined): Json =>
    given?.logStreamName === undefined ? {} : { LogStreamName: given.logStreamName };
  return {
    Attempts: (job.attempts ?? []).map((attempt) => ({
      Container: container(attempt.container),
      ...(attempt.startedAt === undefined ? {} : { StartedAt: attempt.startedAt }),
      ...(attempt.stoppedAt === undefined ? {} : { StoppedAt: attempt.stoppedAt }),
    })),
    Container: container(job.container),
  };
}
