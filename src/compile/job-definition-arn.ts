/**
 * Which job definitions a state may submit: all revisions, as an execution that runs on submits the one it began with, and
 * the name alone, which is checked as it is where the ARN that CloudFormation gives has no revision.
 */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project } from "../project/project.ts";
import { arn, part } from "./intrinsics.ts";

/** The ARNs for a policy; undefined where the state does not name its job definition. */
export function jobDefinitionArns(written: Json | undefined, { resources }: Project): readonly Json[] | undefined {
  if (typeof written === "string") return written.startsWith("{%") ? undefined : byText(written);
  if (!isJsonObject(written)) return undefined;
  const resource = typeof written.Ref === "string" ? resources.Resources.get(written.Ref) : undefined;
  const properties = resource?.definition.Properties;
  const name = isJsonObject(properties) ? properties.JobDefinitionName : undefined;
  const text = isJsonObject(name) ? name["Fn::Sub"] : name;
  if (typeof text === "string") return withRevisions(text);
  // The name is CloudFormation's own: what stands between the slash and the revision of the ARN.
  const generated = part(0, ":", part(1, "/", written));
  return withRevisions(`\${Name}`, { Name: generated });
}

/** Of a name without a revision Batch takes the latest one. */
function byText(written: string): Json[] {
  return withRevisions((written.split("/").at(-1) ?? written).replace(/:\d+$/, ""));
}

function withRevisions(name: string, variables?: JsonObject): Json[] {
  return [name, `${name}:*`].map((one) => arn("batch", `job-definition/${one}`, variables));
}
