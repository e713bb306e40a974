/** A call of an entry function as its author would write it. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

export function callText(language: string, call: { readonly method: string; readonly args: JsonObject }): string {
  return language === "python" ? pythonCall(call.method, call.args) : scriptCall(call.method, call.args);
}

/** Arguments go to the parameters of their names, which the call alone does not show. */
function scriptCall(method: string, args: JsonObject): string {
  const given = Object.entries(args).map(([name, value]) => `/* ${name}: */ ${JSON.stringify(value)}`);
  return `await ${method}(${given.join(", ")})`;
}

function pythonCall(method: string, args: JsonObject): string {
  const named = Object.entries(args).map(([name, value]) => [name, pythonText(value ?? null)] as const);
  if (named.every(([name]) => IDENTIFIER.test(name))) {
    return `${method}(${named.map(([name, value]) => `${name}=${value}`).join(", ")})`;
  }
  return `${method}(**${pythonText(args)})`;
}

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

function pythonText(value: Json): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(([name, member]) => `${quoted(name)}: ${pythonText(member ?? null)}`);
    return `{${members.join(", ")}}`;
  }
  return `[${value.map(pythonText).join(", ")}]`;
}

/** JSON's escapes are Python's too, except that Python prefers single quotes. */
function quoted(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1);
  return inside.includes('\\"') && !inside.includes("'") ? `'${inside.replaceAll('\\"', '"')}'` : quotedPlain(inside);
}

function quotedPlain(inside: string): string {
  return inside.includes("'") || inside.includes('"') ? `"${inside}"` : `'${inside}'`;
}
