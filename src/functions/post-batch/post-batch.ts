/**
 * post-batch: hands the result of a Batch job back to the workflow. After a success that is the payload the job wrote.
 * After a failure it raises the task's own error: what the task wrote as structured error, else the last error of its
 * log, else the reasons Batch gives where the container never ran.
 */
import { createHash } from "node:crypto";
import { TaskError } from "../../asl/errors.ts";
import { InvalidInput } from "../../errors.ts";
import type { TaskLogs } from "../../executions/jobs.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { isObjectUrl } from "../../payload/object-store.ts";
import { batchUrls } from "../../payload/object-urls.ts";
import { fitsInline } from "../../payload/oversize.ts";
import type { FunctionPorts } from "../ports.ts";
import { readPayload } from "../pre-batch/pre-batch.ts";
import { type JobReport, parseObject, readJobReport } from "./job-report.ts";
import { lastErrorOf } from "./log-error.ts";

type PostBatchPorts = Pick<FunctionPorts, "objects" | "payloads"> & { readonly logs: TaskLogs };

/** Enough to hold the longest stack trace behind an error line. */
const TAIL_LINES = 200;

export async function postBatch(event: Json, ports: PostBatchPorts): Promise<Json> {
  if (isJsonObject(event) && isJsonObject(event.error)) throw await errorOfJob(event, event.error, ports);
  const payload = await readPayload(event, ports).catch(asOutputError);
  if (fitsInline(payload)) return payload;
  const body = canonicalJson(payload);
  const url = ports.payloads.urls.oversized(createHash("sha256").update(body).digest("hex"));
  await ports.objects.put(url, body, { contentType: "application/json" });
  return { url };
}

/** The job has left nothing usable: that is its fault and not its input's, so the payload fails and may run again. */
function asOutputError(thrown: unknown): never {
  if (!(thrown instanceof InvalidInput)) throw thrown;
  throw new TaskError("BatchOutputUnreadable", `The job succeeded, but its output cannot be read: ${thrown.message}`);
}

async function errorOfJob(event: JsonObject, error: JsonObject, ports: PostBatchPorts): Promise<TaskError> {
  const name = typeof error.Error === "string" ? error.Error : "UnknownError";
  const cause = typeof error.Cause === "string" ? error.Cause : "";
  const job = readJobReport(cause);
  const written = await writtenError(event, job, ports);
  // SubmitJob itself was refused: there is no job, and the error is already the true one.
  if (!job) return written ?? new TaskError(name, cause);
  if (written) return withReason(written, job);

  const lines = job.stream === undefined ? undefined : await ports.logs.tail(job.stream, TAIL_LINES);
  const logged = lines && lastErrorOf(lines.map(({ message }) => message));
  if (logged) return withReason(new TaskError(logged.error, logged.cause), job);
  return new TaskError("UnknownError", `${withoutLog(job)} ${job.reasons}`);
}

function withoutLog({ stream, cut }: JobReport): string {
  if (stream !== undefined) return `The job ended without an error in its log (${stream}).`;
  return cut ? "The job's description was cut before its log stream." : "The job's container never ran.";
}

/** A time-out or lack of memory explains more than the last line that was printed before it. */
function withReason(error: TaskError, { unusualReason }: JobReport): TaskError {
  return unusualReason === undefined ? error : new TaskError(error.error, `${error.errorCause} (${unusualReason})`);
}

/** `…_error.json` beside the output, written by the task's own runner; one of an earlier attempt does not count. */
async function writtenError(
  event: JsonObject,
  job: JobReport | undefined,
  { objects }: PostBatchPorts,
): Promise<TaskError | undefined> {
  const input = [event.url, job?.url].find(isObjectUrl);
  if (input === undefined) return undefined;
  const found = await objects.get(batchUrls(input).urlError, { maxBytes: 1 << 20 });
  if (found.outcome !== "found") return undefined;
  const written = parseObject(Buffer.from(found.body).toString("utf8"));
  if (typeof written?.error !== "string") return undefined;
  const { attempt } = written;
  // A description that was cut does not say how many attempts there were.
  const outdated = typeof attempt === "number" && job && !job.cut && job.attempts > 0 && attempt !== job.attempts;
  return outdated ? undefined : new TaskError(written.error, typeof written.cause === "string" ? written.cause : "");
}
