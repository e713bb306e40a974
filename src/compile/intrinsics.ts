/** Values that CloudFormation works out when the stack is made. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** A text with `${AWS::Region}`, `${LogicalId}` or `${LogicalId.Arn}` in it; variables of its own come beside it. */
export function sub(text: string, variables: JsonObject = {}): JsonObject {
  return { "Fn::Sub": Object.keys(variables).length === 0 ? text : [text, variables] };
}

/** The ARN of something in the stack's own account and region. */
export function arn(service: string, resource: string, variables: JsonObject = {}): JsonObject {
  return sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`, variables);
}

export function arnOf(logicalId: string): JsonObject {
  return { "Fn::GetAtt": [logicalId, "Arn"] };
}

/** One of the parts of a text that is known only then. */
export function part(index: number, separator: string, text: Json): JsonObject {
  return { "Fn::Select": [index, { "Fn::Split": [separator, text] }] };
}

/** What Fn::Join makes of texts that are all known, or of none: CloudFormation does not say that it takes an empty list. */
export function joinTexts(value: Json): Json {
  const call = isJsonObject(value) ? value["Fn::Join"] : undefined;
  const [separator, texts] = Array.isArray(call) ? call : [];
  if (typeof separator !== "string" || !Array.isArray(texts)) return value;
  return texts.every((text) => typeof text === "string") ? texts.join(separator) : value;
}
