/** CloudFormation's short tags (`!Ref`, `!GetAtt` …) and the long forms that they stand for. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** Tags whose long form has no `Fn::` in front. */
const BARE = ["Ref", "Condition"];

const FUNCTIONS = [
  "GetAtt",
  "Sub",
  "Join",
  "Select",
  "Split",
  "If",
  "Equals",
  "Not",
  "And",
  "Or",
  "FindInMap",
  "ImportValue",
  "Base64",
  "Cidr",
  "GetAZs",
  "Transform",
  "ToJsonString",
  "Length",
];

/** Every tag, with its exclamation mark. */
export const CLOUDFORMATION_TAGS: readonly string[] = [...BARE, ...FUNCTIONS].map((name) => `!${name}`);

/** The long form of a tagged value, or what is wrong with the value. */
export function expandTag(tag: string, value: Json): { readonly value: JsonObject } | { readonly wrong: string } {
  const name = tag.slice(1);
  if (BARE.includes(name)) {
    return typeof value === "string" ? { value: { [name]: value } } : { wrong: `${tag} takes one name` };
  }
  if (name === "GetAtt") {
    const parts = attributeParts(value);
    if (parts === undefined) return { wrong: "!GetAtt takes Name.Attribute or a list of both" };
    return { value: { "Fn::GetAtt": parts } };
  }
  if (name === "Sub" && !isSubstitution(value)) {
    return { wrong: "!Sub takes a text, or a list of a text and a map of variables" };
  }
  return { value: { [`Fn::${name}`]: value } };
}

/** `publish.Arn` or `[publish, Arn]` as the list; the attribute may itself hold dots (`Endpoint.Address`). */
export function attributeParts(value: Json): readonly Json[] | undefined {
  if (typeof value === "string") {
    const dot = value.indexOf(".");
    return dot > 0 && dot < value.length - 1 ? [value.slice(0, dot), value.slice(dot + 1)] : undefined;
  }
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" ? value : undefined;
}

function isSubstitution(value: Json): boolean {
  if (typeof value === "string") return true;
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && isJsonObject(value[1]);
}

/** The one name and argument of an intrinsic function in its long form. */
export function intrinsic(value: Json): { readonly name: string; readonly argument: Json } | undefined {
  if (!isJsonObject(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  const argument = value[name];
  return (name === "Ref" || name.startsWith("Fn::")) && argument !== undefined ? { name, argument } : undefined;
}
