/** What CloudFormation would refuse of a resource at its first look: keys beside `Type` that it does not know, and malformed types. */
import type { Json, JsonObject } from "../../json.ts";
import { nearest, suggest } from "../../nearest.ts";
import { hasVariables } from "../variables/parse-variables.ts";

export interface ResourceProblem {
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Those of its reference, and the ones for a description, a custom resource's version and a macro. */
const ATTRIBUTES = [
  "Condition",
  "CreationPolicy",
  "DeletionPolicy",
  "DependsOn",
  "Description",
  "Fn::Transform",
  "Metadata",
  "Properties",
  "Type",
  "UpdatePolicy",
  "UpdateReplacePolicy",
  "Version",
];

/** Organisation, service and resource. AWS's own begin with capitals; a name of three parts may be a module as well. */
const TYPES = [
  /^AWS(?:::[A-Z][A-Za-z0-9]*){2}(?:::MODULE)?$/,
  /^Custom::[\w@-]{1,60}$/,
  /^(?!aws::|custom::)[A-Za-z0-9]{2,64}(?:::[A-Za-z0-9]{2,64}){2}(?:::MODULE)?$/i,
];

/** `others` are the types that the project's templates name; under a macro (`Transform`), unknown keys may be its own. */
export function checkResource(
  logicalId: string,
  resource: JsonObject,
  { others, transformed }: { readonly others: readonly Json[]; readonly transformed: boolean },
): ResourceProblem[] {
  const unknown = Object.keys(resource).filter(
    (key) => !ATTRIBUTES.includes(key) && !(transformed && nearest(key, ATTRIBUTES) === undefined),
  );
  const problems = unknown.map((key): ResourceProblem => {
    const message = `Unknown key ${key} in the resource ${logicalId}`;
    // Most of the keys that resemble none are properties one level too high.
    const belongs =
      nearest(key, ATTRIBUTES) === undefined ? "Properties of the resource stand under Properties." : undefined;
    return { key, code: "unknown-key", message, hint: belongs ?? suggest(key, ATTRIBUTES) };
  });
  const { Type: type } = resource;
  // A variable that stayed as text was reported where it failed, or waits for the deployment.
  if (typeof type !== "string" || isType(type) || hasVariables(type)) return problems;
  const known = others.filter((other) => typeof other === "string").filter(isType);
  const hint = nearest(type, known) === undefined ? "A type is written like AWS::S3::Bucket." : suggest(type, known);
  const message = `${type} is no type of a resource`;
  return [...problems, { key: "Type", code: "bad-resource-type", message, hint }];
}

function isType(text: string): boolean {
  return TYPES.some((pattern) => pattern.test(text));
}
