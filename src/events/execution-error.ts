/** Says in one line why an execution did not succeed, from what Step Functions reports: JSON, cut JSON or plain text. */
import type { ExecutionStatus } from "../executions/executions.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { parseBoundedJson } from "../payload/bounded-json.ts";
import { cutBytes, cutText, singleLine } from "../payload/cut.ts";

export interface ExecutionError {
  /** At most 256 characters. */
  readonly error: string;
  /** At most 32,768 bytes; never empty. */
  readonly cause: string;
  /** The input can never succeed: the payload ends INVALID and not FAILED. */
  readonly invalid: boolean;
}

interface EndedExecution {
  readonly status: ExecutionStatus;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** Step Functions' own limits. */
const MAX_ERROR = 256;
const MAX_CAUSE_BYTES = 32_768;

const NO_CAUSE =
  'The workflow failed and gave no cause. Its Fail state needs "ErrorPath": "$.error.Error" and "CausePath": "$.error.Cause".';

/** An error within an error within an error: deeper ones are shown as JSON. */
const MOST_LAYERS = 4;

export function errorOfExecution({ status, error, cause }: EndedExecution): ExecutionError {
  if (status === "TIMED_OUT") {
    const more = cause ? ` ${readCause(cause).message}` : "";
    return bounded("TimedOutError", `The execution ran longer than its workflow allows.${more}`);
  }
  const read = cause ? readCause(cause) : {};
  if (status === "ABORTED") {
    return bounded(error || "Aborted", read.message || "The execution was stopped before it ended.");
  }
  return bounded(error || read.type || "WorkflowFailed", read.message || NO_CAUSE);
}

function bounded(error: string, cause: string): ExecutionError {
  const name = cutText(singleLine(error) || "WorkflowFailed", MAX_ERROR);
  return { error: name, cause: cutBytes(cause.toWellFormed(), MAX_CAUSE_BYTES), invalid: isInvalidInput(name) };
}

/** `InvalidInput`, or the last part of a longer name, as tasks in Python have: `stactask.exceptions.InvalidInput`. */
function isInvalidInput(error: string): boolean {
  return /(^|\.)InvalidInput$/.test(error);
}

interface ReadCause {
  readonly message?: string;
  /** The error's name, where the cause has one of its own. */
  readonly type?: string;
}

function readCause(cause: string): ReadCause {
  const parsed = parseBoundedJson(cause);
  if ("value" in parsed) return readJson(parsed.value, MOST_LAYERS);
  return /^\s*[{[]/.test(cause) ? readCutJson(cause) : { message: cause.trim() };
}

function readJson(value: Json, layers: number): ReadCause {
  if (typeof value === "string") {
    const inner = layers > 0 && /^\s*\{/.test(value) ? parseBoundedJson(value) : undefined;
    return inner !== undefined && "value" in inner ? readJson(inner.value, layers - 1) : { message: value.trim() };
  }
  if (!isJsonObject(value)) return { message: JSON.stringify(value) };
  // A Lambda's error, then a state's, then what other services write.
  const type = [value.errorType, value.Error].find(isText);
  const message = [value.errorMessage, value.Cause, value.message, value.Message].find(isText);
  if (message !== undefined) {
    const inner = readJson(message, layers - 1);
    return { ...(type === undefined ? {} : { type }), ...inner };
  }
  const job = describeJob(value);
  if (job !== undefined) return { message: job, type: "BatchJobFailed" };
  return { message: JSON.stringify(value), ...(type === undefined ? {} : { type }) };
}

/** `Batch job mosaic: Essential container in task exited; exit code 137; OutOfMemoryError: Container killed` */
function describeJob(job: JsonObject): string | undefined {
  const attempts: readonly Json[] = Array.isArray(job.Attempts) ? job.Attempts : [];
  const last = attempts.at(-1);
  const attempt: JsonObject = isJsonObject(last) ? last : {};
  const ofAttempt: JsonObject = isJsonObject(attempt.Container) ? attempt.Container : {};
  const ofJob: JsonObject = isJsonObject(job.Container) ? job.Container : {};
  const exitCode = ofAttempt.ExitCode ?? ofJob.ExitCode;
  const reasons = [
    job.StatusReason ?? attempt.StatusReason,
    typeof exitCode === "number" ? `exit code ${exitCode}` : undefined,
    ofAttempt.Reason ?? ofJob.Reason,
  ].filter(isText);
  if (reasons.length === 0) return undefined;
  const name = [job.JobName, job.JobId].find(isText);
  return `Batch job${name === undefined ? "" : ` ${name}`}: ${reasons.join("; ")}`;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/** Step Functions cuts a cause at 32 KiB, in the middle of its JSON: the member that matters is mostly still there. */
function readCutJson(cause: string): ReadCause {
  const type = textOfMember(cause, "errorType");
  const message = textOfMember(cause, "errorMessage") ?? textOfMember(cause, "StatusReason");
  return { message: message ?? cutText(cause, 1_000), ...(type === undefined ? {} : { type }) };
}

/** The text of a member up to its closing quote, or to the end where that was cut away. */
function textOfMember(json: string, name: string): string | undefined {
  const found = new RegExp(`"${name}"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)`).exec(json)?.[1];
  if (found === undefined || found.trim() === "") return undefined;
  const parsed = parseBoundedJson(`"${found}"`);
  return "value" in parsed && typeof parsed.value === "string" ? parsed.value : found;
}
