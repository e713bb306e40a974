/** The payload that a task or workflow gets in a loop: the file that it names, with `args` over its parameters. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "../../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { NotRunnable } from "../../notebook/notebook-program.ts";
import { type Payload, parsePayload } from "../../payload/payload.ts";
import { explainProblems } from "../../payload/problems.ts";
import type { ProjectAssignment } from "./project-assignment.ts";

/** `parameters`: by task. `workflow`: for a payload that names none, and what one that does has to name. */
export function payloadOf(
  { checkout, payload: file }: Pick<ProjectAssignment, "checkout" | "payload">,
  parameters: Readonly<Record<string, JsonObject>>,
  workflow: string,
): Payload {
  // Without items it needs an ID of its own.
  const given = file === undefined ? { id: `loop/workflow-${workflow}/none`, features: [] } : readJson(checkout, file);
  const parsed = parsePayload(withProcess(given, workflow));
  if ("problems" in parsed)
    throw new NotRunnable(`${file ?? workflow} is no payload: ${explainProblems(parsed.problems)}`);
  const [first, ...later] = parsed.payload.process;
  const tasks: Record<string, JsonObject> = { ...first.tasks };
  for (const [name, own] of Object.entries(parameters)) tasks[name] = { ...tasks[name], ...own };
  return { ...parsed.payload, process: [{ ...first, tasks }, ...later] };
}

function readJson(checkout: string, file: string): Json {
  try {
    return JSON.parse(readFileSync(join(checkout, file), "utf8"));
  } catch (thrown) {
    throw new NotRunnable(`The payload ${file} cannot be read: ${describeError(thrown).cause}`, { cause: thrown });
  }
}

/** An item, or a collection of items, need not say what to do with it. */
function withProcess(value: Json, workflow: string): Json {
  if (!isJsonObject(value)) return value;
  const payload: JsonObject = value.type === "Feature" ? { features: [value] } : value;
  return { type: "FeatureCollection", ...payload, process: payload.process ?? [{ workflow }] };
}
