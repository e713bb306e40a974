/** The ARNs of a job definition with all of its revisions: an execution that runs on submits the one it started with. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Project } from "../project/project.ts";

/** Undefined where the state does not name it. */
export function jobDefinitionArns(written: Json | undefined, { resources }: Project): readonly Json[] | undefined {
  if (typeof written === "string") {
    if (written.startsWith("{%")) return undefined;
    const name = written.startsWith("arn:") ? (written.split("/").at(-1) ?? "") : written;
    return withRevisions(name.replace(/:\d+$/, ""), {});
  }
  if (!isJsonObject(written)) return undefined;
  const resource = typeof written.Ref === "string" ? resources.Resources.get(written.Ref) : undefined;
  const properties = resource?.definition.Properties;
  const name = isJsonObject(properties) ? properties.JobDefinitionName : undefined;
  if (typeof name === "string") return withRevisions(name, {});
  if (isJsonObject(name) && typeof name["Fn::Sub"] === "string") return withRevisions(name["Fn::Sub"], {});
  // The name is CloudFormation's own: what stands between the slash and the revision of the ARN.
  const last = { "Fn::Select": [1, { "Fn::Split": ["/", written] }] };
  return withRevisions("${Name}", { Name: { "Fn::Select": [0, { "Fn::Split": [":", last] }] } });
}

function withRevisions(name: string, variables: JsonObject): Json[] {
  const arn = "arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:job-definition/";
  const texts = [`${arn}${name}`, `${arn}${name}:*`];
  return texts.map((text) => ({ "Fn::Sub": Object.keys(variables).length === 0 ? text : [text, variables] }));
}
