/**
 * `#{LogicalId}`, `#{LogicalId.Attribute}` and `#{AWS::StackName}` in texts become the intrinsic functions that they
 * stand for, so that everything after the reader knows one spelling only.
 */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { attributeParts } from "../../yaml/cloudformation-tags.ts";

const REFERENCE = /#\{([A-Za-z][A-Za-z0-9-]*(?:::[A-Za-z]+)?)(?:\.([A-Za-z][A-Za-z0-9.]*))?\}/g;

export function expandReferences(value: Json): Json {
  if (typeof value === "string") return expandText(value);
  if (Array.isArray(value)) return value.map(expandReferences);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expandMember(key, member ?? null)]));
}

function expandMember(key: string, member: Json): Json {
  if (key === "Fn::Sub") {
    if (typeof member === "string") return substitute(member);
    if (Array.isArray(member) && typeof member[0] === "string") {
      return [substitute(member[0]), ...member.slice(1).map(expandReferences)];
    }
  }
  if (key === "Fn::GetAtt" && typeof member === "string") return attributeParts(member) ?? member;
  return expandReferences(member);
}

function expandText(text: string): Json {
  const found = [...text.matchAll(REFERENCE)];
  const [first] = found;
  if (first === undefined) return text;
  if (first[0] === text) return reference(first[1] ?? "", first[2]);
  // What looks like a variable of Fn::Sub is plain text here, such as the templates of upload paths.
  return { "Fn::Sub": substitute(text.replaceAll("${", "${!")) };
}

/** The text as Fn::Sub writes it. */
function substitute(text: string): string {
  return text.replace(REFERENCE, (_whole, name: string, attribute: string | undefined) =>
    attribute === undefined ? `\${${name}}` : `\${${name}.${attribute}}`,
  );
}

function reference(name: string, attribute: string | undefined): JsonObject {
  return attribute === undefined ? { Ref: name } : { "Fn::GetAtt": [name, attribute] };
}
