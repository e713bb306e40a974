/** Which job definitions a state may submit: all revisions, as an execution that runs on submits the one it began with. */
import { isJsonObject, type Json } from "../json.ts";
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
  if (typeof text === "string") return [arn("batch", `job-definition/${text}:*`)];
  // The name is CloudFormation's own: what stands between the slash and the revision of the ARN.
  const generated = part(0, ":", part(1, "/", written));
  return [arn("batch", `job-definition/\${Name}:*`, { Name: generated })];
}

/** A name without a revision is checked as it is; Batch then takes the latest one. */
function byText(written: string): Json[] {
  const name = (written.split("/").at(-1) ?? written).replace(/:\d+$/, "");
  return [arn("batch", `job-definition/${name}`), arn("batch", `job-definition/${name}:*`)];
}
