/** Checks a state machine's definition as far as its language is ours; what only AWS can run is left to AWS. */
import { parseMachine } from "../../asl/machine.ts";
import { isJsonObject, type Json } from "../../json.ts";
import type { Workflow } from "../../project/project.ts";
import { intrinsic } from "../../yaml/cloudformation-tags.ts";
import { parsePath } from "../../yaml/json-path.ts";
import type { Scope } from "../scope.ts";

export function checkStateMachine(workflow: Workflow, scope: Scope): void {
  const parsed = parseMachine(withoutReferences(workflow.definition));
  const problems = "problems" in parsed ? parsed.problems : [];
  // JSONata and distributed Maps run on AWS alone, and their states do not read like those of this engine.
  if (problems.some(({ code }) => code === "not-supported")) return;
  for (const { code, path = "$", message, hint } of problems) {
    scope.refuse(workflow, ["definition", ...parsePath(path)], code, message, hint);
  }
}

/** The checks read texts, and the texts that references stand for are known only on AWS. */
function withoutReferences(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (!isJsonObject(value)) return value;
  if (intrinsic(value) !== undefined) return "arn:aws:lambda:us-west-2:000000000000:function:reference";
  return Object.fromEntries(Object.entries(value).map(([key, member = null]) => [key, withoutReferences(member)]));
}
