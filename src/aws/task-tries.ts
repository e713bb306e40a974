/** The tries of an execution's tasks, as Step Functions' history tells of them. */
import type { HistoryEvent } from "../executions/executions.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../json.ts";

export type ScheduledTry = {
  readonly path: string;
  readonly attempt: number;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
} & (
  | {
      readonly kind: "lambda";
      readonly functionName: string;
      /** Known of a function that is called by `lambda:invoke` and has ended. */
      readonly requestId: string | undefined;
    }
  | { readonly kind: "batch"; readonly jobId: string | undefined; readonly job: JsonObject | undefined }
);

type Scheduled = { -readonly [Key in "path" | "attempt" | "startedAt"]: ScheduledTry[Key] } & {
  kind: "lambda" | "batch";
  functionName: string;
  endedAt: string | undefined;
  /** What the task came to, or as much as is known of it. */
  result: Json | undefined;
};

/** Function calls and Batch jobs only: other integrations have no log of ours. */
export function scheduledTries(history: readonly HistoryEvent[]): readonly ScheduledTry[] {
  const tries: Scheduled[] = [];
  const open = new Map<string, Scheduled>();
  for (const event of history) {
    const { type, path, at, details } = event;
    const begun = begin(event, (open.get(path)?.attempt ?? 0) + 1);
    if (begun !== undefined) {
      open.set(path, begun);
      tries.push(begun);
      continue;
    }
    const current = open.get(path);
    if (current === undefined || current.endedAt !== undefined) continue;
    if (type === "TaskSubmitted") current.result = details.output;
    if (!/^(Task|LambdaFunction)(Succeeded|Failed|TimedOut|StartFailed|SubmitFailed|ScheduleFailed)$/.test(type))
      continue;
    current.endedAt = at;
    // The cause of a failed job is its description, that of a failed function its error.
    current.result = details.output ?? parseJson(String(details.cause)) ?? current.result;
  }
  return tries.map(toTry);
}

function begin({ type, path, at, details }: HistoryEvent, next: number): Scheduled | undefined {
  const attempt = typeof details.attempt === "number" ? details.attempt : next;
  const base = { path, attempt, startedAt: at, endedAt: undefined, result: undefined };
  if (type === "LambdaFunctionScheduled") return { ...base, kind: "lambda", functionName: nameOf(details.resource) };
  if (type !== "TaskScheduled") return undefined;
  const { resourceType, parameters } = details;
  if (resourceType === "batch") return { ...base, kind: "batch", functionName: "" };
  if (resourceType !== "lambda" || !isJsonObject(parameters)) return undefined;
  return { ...base, kind: "lambda", functionName: nameOf(parameters.FunctionName) };
}

function toTry({ kind, functionName, result, ...base }: Scheduled): ScheduledTry {
  const found = isJsonObject(result) ? result : undefined;
  if (kind === "batch") {
    return { ...base, kind, jobId: typeof found?.JobId === "string" ? found.JobId : undefined, job: found };
  }
  const metadata = isJsonObject(found?.SdkResponseMetadata) ? found.SdkResponseMetadata : {};
  return {
    ...base,
    kind,
    functionName,
    requestId: typeof metadata.RequestId === "string" ? metadata.RequestId : undefined,
  };
}

/** The name of a function, which may be given as an ARN, with a version or an alias behind it. */
function nameOf(function_: Json | undefined): string {
  const text = typeof function_ === "string" ? function_ : "";
  const [, name = text] = /:function:([^:]+)/.exec(text) ?? [];
  return name.split(":")[0] ?? name;
}
