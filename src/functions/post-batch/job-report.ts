/** What a failed job's description says about it: its last attempt, its log stream, and Batch's reasons. */
import { isJsonObject, type Json, type JsonObject, parseJson } from "../../json.ts";

export interface JobReport {
  readonly attempts: number;
  /** Where the last attempt has logged; a container that never ran has no such stream. */
  readonly stream: string | undefined;
  /** The description was cut, so that what is missing here may only be missing from it. */
  readonly cut: boolean;
  /** The URL of the payload that the job was given. */
  readonly url: Json | undefined;
  readonly reasons: string;
  /** The reason that explains more than a task's own error, such as a time-out or a lack of memory. */
  readonly unusualReason: string | undefined;
}

/** From the cause that `batch:submitJob.sync` fails with; undefined where it describes no job. */
export function readJobReport(cause: string): JobReport | undefined {
  const whole = parseObject(cause);
  const job = whole ?? salvageJob(cause);
  if (!job || !("JobId" in job || "Attempts" in job || "Status" in job)) return undefined;
  const attempts: readonly Json[] = Array.isArray(job.Attempts) ? job.Attempts : [];
  const container = memberOf(attempts.at(-1), "Container");
  const reasons = [
    ["Container", text(container.Reason) ?? text(memberOf(job, "Container").Reason)],
    ["Status", text(job.StatusReason)],
  ] as const;
  const given = reasons.flatMap(([what, reason]) => (reason === undefined ? [] : [`${what} reason: ${reason}.`]));
  return {
    attempts: attempts.length,
    stream: text(container.LogStreamName),
    cut: whole === undefined,
    url: memberOf(job, "Parameters").url,
    reasons: given.join(" ") || "Batch gave no reason.",
    unusualReason: reasons.map(([, reason]) => reason).find((reason) => reason !== undefined && reason !== USUAL),
  };
}

/** What Batch says of every container that ends by itself. */
const USUAL = "Essential container in task exited";

/** Step Functions cuts a cause at 32 KiB, which leaves broken JSON: what matters is picked out of it. */
function salvageJob(cause: string): JsonObject | undefined {
  if (!cause.startsWith("{")) return undefined;
  const last = (member: string): string | undefined =>
    [...cause.matchAll(new RegExp(`"${member}":"([^"\\\\]*)"`, "g"))].at(-1)?.[1];
  const container = { LogStreamName: last("LogStreamName"), Reason: last("Reason") };
  return { Attempts: [{ Container: container }], StatusReason: last("StatusReason") };
}

export function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isJsonObject(value) ? value : undefined;
}

function memberOf(value: Json | undefined, member: string): JsonObject {
  const found = isJsonObject(value) ? value[member] : undefined;
  return isJsonObject(found) ? found : {};
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
