/** What a task gives back: its payload, or the URL of it where it is too large to travel inline. */
import { createHash } from "node:crypto";
import { requireVariable } from "../env.ts";
import { isJsonObject, utf8Length } from "../json.ts";
import { payloadUrls } from "../payload/object-urls.ts";
import { parsePayload } from "../payload/payload.ts";
import { explainProblems } from "../payload/problems.ts";
import type { TaskResult } from "./define-task.ts";
import { InvalidOutput } from "./errors.ts";
import type { Payload } from "./item.ts";
import type { TaskPorts } from "./ports.ts";

export type TaskOutput = Payload | { readonly url: string };

/** The payload that the run ends with. It is checked like one from outside: the next task has to be able to read it. */
export function takeResult(task: string, payload: Payload, result: TaskResult): Payload {
  const taken = result === undefined ? payload : Array.isArray(result) ? { ...payload, features: result } : result;
  if (!isJsonObject(taken)) {
    throw new InvalidOutput(`The task ${task} returned ${typeof taken}`, {
      hint: "Return a list of items, a payload, or nothing where the items were changed in place.",
    });
  }
  const plain: unknown = JSON.parse(JSON.stringify(taken));
  const checked = parsePayload(plain);
  if ("problems" in checked) {
    throw new InvalidOutput(`The task ${task} returned no valid payload: ${explainProblems(checked.problems)}`);
  }
  return taken;
}

export async function writeOutput(payload: Payload, ports: TaskPorts): Promise<TaskOutput> {
  const text = JSON.stringify(payload);
  if (utf8Length(JSON.stringify(text)) <= ports.inlineLimit) return payload;
  const bucket = requireVariable(ports.environment, "CIRRUS_PAYLOAD_BUCKET");
  const root = { bucket, prefix: ports.environment.CIRRUS_PAYLOAD_ROOT_PREFIX ?? "cirrus" };
  // Named by its content: a run that is repeated stores the same object again, not one more.
  const url = payloadUrls(root).oversized(createHash("sha256").update(text).digest("hex"));
  await ports.objects.put(url, text, { contentType: "application/json" });
  return { url };
}
