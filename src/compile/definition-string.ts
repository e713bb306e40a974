/**
 * A state machine's definition as CloudFormation takes it: JSON in one text, with every reference replaced by Fn::Sub
 * when the stack is made. As an object it would be CloudFormation's to read, which turns numbers into texts.
 */
import { integrationOf } from "../executions/integration.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { intrinsic } from "../yaml/cloudformation-tags.ts";
import { sub } from "./intrinsics.ts";

export function definitionString(definition: JsonObject): JsonObject {
  const variables: Record<string, Json> = {};
  return sub(write(definition, ""), variables);

  function write(value: Json, indent: string): string {
    const call = intrinsic(value);
    if (call !== undefined) return JSON.stringify(reference(call.name, call.argument, value));
    if (typeof value === "string") return literal(value);
    const deeper = `${indent}  `;
    if (Array.isArray(value))
      return lines(
        "[",
        value.map((item) => write(item, deeper)),
        "]",
        indent,
      );
    if (!isJsonObject(value)) return JSON.stringify(value);
    const members = Object.entries(value).map(
      ([key, member = null]) =>
        `${literal(key)}: ${key === "Resource" ? resource(member, deeper) : write(member, deeper)}`,
    );
    return lines("{", members, "}", indent);
  }

  /** In the partition of the stack: in GovCloud and in China Step Functions knows no `arn:aws:states:::lambda:invoke`. */
  function resource(value: Json, indent: string): string {
    const integration = integrationOf(value);
    if (integration === undefined) return write(value, indent);
    return JSON.stringify(`arn:\${AWS::Partition}:states:::${integration}`);
  }

  /** The text that Fn::Sub replaces. */
  function reference(name: string, argument: Json, whole: Json): string {
    if (name === "Ref" && typeof argument === "string") return `\${${argument}}`;
    if (name === "Fn::GetAtt" && Array.isArray(argument)) return `\${${argument.join(".")}}`;
    if (name === "Fn::Sub" && typeof argument === "string") return argument;
    const variable = `Value${Object.keys(variables).length + 1}`;
    variables[variable] = whole;
    return `\${${variable}}`;
  }
}

function lines(open: string, members: readonly string[], close: string, indent: string): string {
  if (members.length === 0) return `${open}${close}`;
  const inside = members.map((member) => `\n${indent}  ${member}`).join(",");
  return `${open}${inside}\n${indent}${close}`;
}

/** `${` in a text of the author's own, such as the template of an upload path, is nothing for Fn::Sub to find. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll("${", "\\u0024{");
}
