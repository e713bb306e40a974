/**
 * A state machine's definition as CloudFormation takes it: JSON in one text, with every reference replaced by Fn::Sub
 * when the stack is made. As an object it would be CloudFormation's to read, which turns numbers into texts.
 */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { intrinsic } from "../project/yaml/cloudformation-tags.ts";

export function definitionString(definition: JsonObject): Json {
  const variables: Record<string, Json> = {};
  const text = JSON.stringify(replace(definition), null, 2);
  return { "Fn::Sub": Object.keys(variables).length === 0 ? text : [text, variables] };

  function replace(value: Json): Json {
    if (typeof value === "string") return literal(value);
    if (Array.isArray(value)) return value.map(replace);
    if (!isJsonObject(value)) return value;
    const call = intrinsic(value);
    if (call !== undefined) return reference(call.name, call.argument, value);
    const members = Object.entries(value).map(([key, member = null]) => [literal(key), replace(member)]);
    return Object.fromEntries(members);
  }

  function reference(name: string, argument: Json, whole: JsonObject): Json {
    if (name === "Ref" && typeof argument === "string") return `\${${argument}}`;
    if (name === "Fn::GetAtt" && Array.isArray(argument)) return `\${${argument.join(".")}}`;
    // What Fn::Sub holds is a text with references already.
    if (name === "Fn::Sub" && typeof argument === "string") return argument;
    const variable = `Value${Object.keys(variables).length + 1}`;
    variables[variable] = whole;
    return `\${${variable}}`;
  }
}

/** A text in which `${` is meant as it is, such as the template of an upload path. */
function literal(text: string): string {
  return text.replaceAll("${", "${!");
}
