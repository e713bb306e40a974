/** When a Batch job began to run, which only its description says: Step Functions' own events tell when it was submitted. */
import { isoTime } from "../clock.ts";
import { isJsonObject, type JsonObject, parseJson } from "../json.ts";

/** From the details of the event that ended a try: the description is its output, or the cause of its failure. */
export function jobStart({ output, cause }: JsonObject): string | undefined {
  const job = isJsonObject(output) ? output : parseJson(String(cause));
  if (!isJsonObject(job)) return undefined;
  const [first] = Array.isArray(job.Attempts) ? job.Attempts : [];
  const at = isJsonObject(first) && typeof first.StartedAt === "number" ? first.StartedAt : job.StartedAt;
  return typeof at === "number" && Math.abs(at) <= 8.64e15 ? isoTime(at) : undefined;
}
