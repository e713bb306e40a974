/**
 * post-batch: hands the result of a Batch job back to the workflow. After a success that is the payload the job wrote.
 * After a failure it raises the task's own error: what the task wrote as structured error, else the last error of its
 * log, else the reasons Batch gives where the container never ran.
 */
import { createHash } from "node:crypto";
import { TaskError } from "../../asl/errors.ts";
import type { TaskLogs } from "../../executions/jobs.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import { batchUrls } from "../../payload/object-urls.ts";
import { fitsInline } from "../../payload/oversize.ts";
import type { FunctionPorts } from "../ports.ts";
import { readPayload } from "../pre-batch/pre-batch.ts";
import { lastErrorOf } from "./log-error.ts";

type PostBatchPorts = Pick<FunctionPorts, "objects" | "payloads"> & { readonly logs: TaskLogs };

/** Enough to hold the longest stack trace behind an error line. */
const TAIL_LINES = 200;

export async function postBatch(event: Json, ports: PostBatchPorts): Promise<Json> {
  if (isJsonObject(event) && isJsonObject(event.error)) throw await errorOfJob(event, event.error, ports);
  const payload = await readPayload(event, ports);
  if (fitsInline(payload)) return payload;
  const body = canonicalJson(payload);
  const url = ports.payloads.urls.oversized(createHash("sha256").update(body).digest("hex"));
  await ports.objects.put(url, body, { contentType: "application/json" });
  return { url };
}

async function errorOfJob(event: JsonObject, error: JsonObject, ports: PostBatchPorts): Promise<TaskError> {
  const name = typeof error.Error === "string" ? error.Error : "UnknownError";
  const cause = typeof error.Cause === "string" ? error.Cause : "";
  const job = parseJob(cause);
  // SubmitJob itself was refused: there is no job, and the error is already the true one.
  if (!job) return (await writtenError(event, undefined, ports)) ?? new TaskError(name, cause);

  const written = await writtenError(event, job, ports);
  const reasons = jobReasons(job);
  if (written) return withReason(written, reasons.unusual);
  const stream = lastAttempt(job)?.stream;
  const lines = stream === undefined ? undefined : await ports.logs.tail(stream, TAIL_LINES);
  const logged = lines && lastErrorOf(lines.map(({ message }) => message));
  if (logged) return withReason(new TaskError(logged.error, logged.cause), reasons.unusual);
  return new TaskError(
    "UnknownError",
    stream === undefined
      ? `The job's container never ran. ${reasons.all}`
      : `The job ended without an error in its log (${stream}). ${reasons.all}`,
  );
}

/** `…_error.json` beside the output, written by the task's own runner; one of an earlier attempt does not count. */
async function writtenError(
  event: JsonObject,
  job: JsonObject | undefined,
  ports: PostBatchPorts,
): Promise<TaskError | undefined> {
  const parameters = isJsonObject(job?.Parameters) ? job.Parameters : {};
  const input = [event.url, parameters.url].find(isObjectUrl);
  if (input === undefined) return undefined;
  const found = await ports.objects.get(batchUrls(input).urlError, { maxBytes: 1 << 20 });
  if (found.outcome !== "found") return undefined;
  const written = parseObject(Buffer.from(found.body).toString("utf8"));
  if (typeof written?.error !== "string") return undefined;
  const attempts = Array.isArray(job?.Attempts) ? job.Attempts.length : 0;
  if (typeof written.attempt === "number" && attempts > 0 && written.attempt !== attempts) return undefined;
  return new TaskError(written.error, typeof written.cause === "string" ? written.cause : "");
}

/** The description of the job, which the workflow hands on as the error's cause; undefined where there is no job. */
function parseJob(cause: string): JsonObject | undefined {
  const job = parseObject(cause) ?? salvageJob(cause);
  return job && ("JobId" in job || "Attempts" in job || "Status" in job) ? job : undefined;
}

/** Step Functions cuts a cause at 32 KiB, which leaves broken JSON: what matters is picked out of it. */
function salvageJob(cause: string): JsonObject | undefined {
  if (!cause.startsWith("{")) return undefined;
  const last = (member: string): string | undefined =>
    [...cause.matchAll(new RegExp(`"${member}":"([^"\\\\]*)"`, "g"))].at(-1)?.[1];
  const container = { LogStreamName: last("LogStreamName"), Reason: last("Reason") };
  return { Attempts: [{ Container: container }], StatusReason: last("StatusReason") };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function lastAttempt(
  job: JsonObject,
): { readonly stream: string | undefined; readonly reason: string | undefined } | undefined {
  const attempts = Array.isArray(job.Attempts) ? (job.Attempts as readonly Json[]) : [];
  const attempt = attempts.at(-1);
  if (!isJsonObject(attempt)) return undefined;
  const container = isJsonObject(attempt.Container) ? attempt.Container : {};
  return { stream: text(container.LogStreamName), reason: text(container.Reason) };
}

const USUAL = /^Essential container in task exited$/;

function jobReasons(job: JsonObject): { readonly all: string; readonly unusual: string | undefined } {
  const status = text(job.StatusReason);
  const container = lastAttempt(job)?.reason ?? (isJsonObject(job.Container) ? text(job.Container.Reason) : undefined);
  const reasons = [container && `Container reason: ${container}.`, status && `Status reason: ${status}.`].filter(
    Boolean,
  );
  const unusual = [container, status].find((reason) => reason !== undefined && !USUAL.test(reason));
  return { all: reasons.join(" ") || "Batch gave no reason.", unusual };
}

/** A time-out or lack of memory explains more than the last line that was printed before it. */
function withReason(error: TaskError, reason: string | undefined): TaskError {
  return reason === undefined ? error : new TaskError(error.error, `${error.errorCause} (${reason})`);
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
