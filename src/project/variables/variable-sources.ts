/** Where a variable's value comes from: command line options, environment, files inside the project. */
import { existsSync, realpathSync } from "node:fs";
import { extname, isAbsolute, relative, resolve, sep } from "node:path";
import type { Json } from "../../json.ts";
import { isJsonObject } from "../../json.ts";
import { nearest, suggest } from "../../nearest.ts";
import { type Report, readText, readYaml, type YamlFile } from "../../yaml/read-yaml.ts";

/** What one choice of a variable comes to. */
export type Found =
  | { readonly kind: "value"; readonly value: Json }
  /** Not there: the next choice counts. */
  | { readonly kind: "missing"; readonly message: string; readonly hint?: string | undefined }
  /** Known only to AWS when the project is deployed: the text stays as it is. */
  | { readonly kind: "deferred" }
  /** Wrong whatever the other choices are. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly hint?: string | undefined };

/** Sources that only a deployment can ask. */
export const DEPLOYED_SOURCES: readonly string[] = ["ssm", "cf", "s3", "aws"];

export const SOURCES: readonly string[] = ["self", "opt", "env", "file", "sls", "param", ...DEPLOYED_SOURCES];

export function findNamed(type: string, name: string, values: Readonly<Record<string, string | undefined>>): Found {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return { kind: "value", value };
  const what = type === "opt" ? `the option --${name} was not given` : `there is no ${type} ${name}`;
  const near = nearest(name, Object.keys(values));
  const hint =
    near === undefined
      ? `Set it, or say what holds without it: \${${type}:${name}, 'value'}.`
      : `Did you mean ${near}?`;
  return { kind: "missing", message: what, hint };
}

/** Follows `a.b.0` down from a value; `step` sees each member on the way and may replace it. */
export function follow(
  root: Json,
  address: string,
  step: (member: Json, path: readonly string[]) => Json = (member) => member,
): Found {
  let value = root;
  const walked: string[] = [];
  for (const key of address.split(".")) {
    const known = isJsonObject(value) || Array.isArray(value) ? Object.keys(value) : [];
    if (!known.includes(key)) {
      const near = suggest(key, known);
      const inside = walked.length === 0 ? "" : ` in ${walked.join(".")}`;
      return { kind: "missing", message: `there is no ${key}${inside}`, hint: near };
    }
    walked.push(key);
    // `known` holds the key, so the member is there; a list is indexed by its digits.
    value = step((value as { readonly [key: string]: Json })[key] as Json, [...walked]);
  }
  return value === null ? { kind: "missing", message: `${address} is empty` } : { kind: "value", value };
}

export interface ProjectFile {
  /** Absolute, links resolved. */
  readonly file: string;
  readonly content: Json;
  /** Undefined for plain text. */
  readonly yaml?: YamlFile | undefined;
}

/** Reads the files that `${file(…)}` names: YAML and JSON as values, everything else as text; each once. */
export function makeFileSource(folder: string, show: (file: string) => string, report: Report) {
  const known = new Map<string, ProjectFile | undefined>();
  return (name: string): { readonly read: ProjectFile } | Exclude<Found, { kind: "value" | "deferred" }> => {
    const asked = resolve(folder, name);
    if (isAbsolute(name) || name.startsWith("~") || !isInside(folder, asked)) return outside(name);
    if (!existsSync(asked)) return { kind: "missing", message: `there is no file ${name}` };
    const file = realpathSync(asked);
    if (!isInside(realpathSync(folder), file)) return outside(name);
    if ([".js", ".ts", ".mjs", ".cjs"].includes(extname(file))) {
      const hint = "Write the values into a YAML or JSON file.";
      return { kind: "failed", code: "bad-variable", message: `${name} is a program, which is never run here`, hint };
    }
    if (!known.has(file)) known.set(file, readProjectFile(file, show(file), report));
    const read = known.get(file);
    return read === undefined
      ? { kind: "failed", code: "bad-variable", message: `${name} cannot be used, see its own problem` }
      : { read };
  };
}

function readProjectFile(file: string, shown: string, report: Report): ProjectFile | undefined {
  if ([".yml", ".yaml", ".json"].includes(extname(file))) {
    const yaml = readYaml(file, shown, report);
    return yaml && { file, content: yaml.value, yaml };
  }
  const content = readText(file, shown, report);
  return content === undefined ? undefined : { file, content };
}

function outside(name: string): Found & { kind: "failed" } {
  const hint = "Only files inside the project's folder are read, and links are followed.";
  return { kind: "failed", code: "outside-project", message: `The file ${name} lies outside the project`, hint };
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/** Whether a text still holds a variable whose value only a deployment knows. */
export function isDeferred(text: string): boolean {
  return /\$\{(?:ssm|cf|s3|aws)(?:\(|:(?!:))/.test(text);
}
