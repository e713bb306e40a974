/** What a part of a CloudFormation template refers to by name, and the same part with those names replaced. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** `name` is what stands before the first dot of an attribute; returns the name to write instead. */
type Visit = (name: string) => string;

/** Logical IDs of resources and parameters, pseudo parameters, and the names of conditions and mappings. */
export function referencesOf(part: Json): ReadonlySet<string> {
  const found = new Set<string>();
  rewrite(part, (name) => {
    found.add(name);
    return name;
  });
  return found;
}

/** The same part, with each name that `names` knows replaced by what it says. */
export function renameReferences<T extends Json>(part: T, names: ReadonlyMap<string, string>): T {
  // rewrite keeps the shape of what it is given and changes texts only.
  return rewrite(part, (name) => names.get(name) ?? name) as T;
}

function rewrite(value: Json, visit: Visit): Json {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, visit));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member = null]) => [key, rewriteMember(key, member, visit)]),
  );
}

function rewriteMember(key: string, member: Json, visit: Visit): Json {
  if ((key === "Ref" || key === "Condition") && typeof member === "string") return visit(member);
  if (key === "DependsOn") return [member].flat().every(isText) ? each(member, visit) : rewrite(member, visit);
  if (key === "Fn::GetAtt") return attribute(member, visit);
  if (key === "Fn::Sub") return substitute(member, visit);
  if ((key === "Fn::If" || key === "Fn::FindInMap") && Array.isArray(member)) {
    const [name = null, ...others] = member;
    return [isText(name) ? visit(name) : rewrite(name, visit), ...others.map((item) => rewrite(item, visit))];
  }
  return rewrite(member, visit);
}

function each(names: Json, visit: Visit): Json {
  if (Array.isArray(names)) return names.map((name) => each(name, visit));
  return isText(names) ? visit(names) : names;
}

function attribute(argument: Json, visit: Visit): Json {
  if (isText(argument)) return renameHead(argument, visit);
  if (!Array.isArray(argument)) return rewrite(argument, visit);
  const [name = null, ...others] = argument;
  return [isText(name) ? visit(name) : name, ...others.map((item) => rewrite(item, visit))];
}

function substitute(argument: Json, visit: Visit): Json {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, undefined];
  if (!isText(text)) return rewrite(argument, visit);
  const own: JsonObject = isJsonObject(variables) ? variables : {};
  const renamed = text.replace(/\$\{(?!!)([^}]+)\}/g, (whole, inside: string) => {
    const name = inside.trim();
    return name in own ? whole : `\${${renameHead(name, visit)}}`;
  });
  return Array.isArray(argument) ? [renamed, rewrite(own, visit)] : renamed;
}

/** `Name` or `Name.Attribute`. */
function renameHead(text: string, visit: Visit): string {
  const dot = text.indexOf(".");
  return dot < 0 ? visit(text) : visit(text.slice(0, dot)) + text.slice(dot);
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}
