/** What a task gives back: its payload, or the URL of it where it is too large to travel inline. */
import { createHash } from "node:crypto";
import { requireVariable } from "../env.ts";
import { isJsonObject, utf8Length } from "../json.ts";
import { payloadUrls } from "../payload/object-urls.ts";
import { parsePayload } from "../payload/payload.ts";
import { explainProblems } from "../payload/problems.ts";
import type { CollectionOf } from "./collections.ts";
import type { TaskResult } from "./define-task.ts";
import { InvalidItem, InvalidOutput } from "./errors.ts";
import type { Item, Payload } from "./item.ts";
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

/** An item that no matcher names keeps the collection it has. */
export function nameCollections(items: readonly Item[], collectionOf: CollectionOf): void {
  for (const item of items) {
    const collection = collectionOf(item);
    if (collection !== undefined) item.collection = collection;
  }
}

/** Problems of one item that an error tells of: the others are mostly of the same kind. */
const TOLD_PROBLEMS = 5;

/**
 * Holds each item against the schemas of STAC and of the extensions that it declares. Items without `stac_version` are
 * sparse: they are on their way to becoming whole, and are left alone.
 */
export async function checkItems(task: string, items: readonly Item[]): Promise<void> {
  const whole = items.filter((item) => item.stac_version !== undefined);
  if (whole.length === 0) return;
  // Loaded only here: a task whose items are sparse needs none of it.
  const { validateItem } = await import("../stac/validate-item.ts");
  for (const item of whole) {
    const problems = await validateItem(item);
    if (problems.length === 0) continue;
    const told = explainProblems(problems.slice(0, TOLD_PROBLEMS));
    const more = problems.length > TOLD_PROBLEMS ? `\nand ${problems.length - TOLD_PROBLEMS} more` : "";
    throw new InvalidItem(`Item ${item.id} of the task ${task} is no valid STAC item: ${told}${more}`, {
      hint: 'Correct the task or the item it was given. To let such items pass: CIRRUS_VALIDATE: "false" in the environment of the task\'s definition.yml, or --no-validate.',
    });
  }
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
