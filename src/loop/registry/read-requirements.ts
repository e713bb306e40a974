/** The requirements in a file's lists, each with its line. */
import { isJsonObject, type Json } from "../../json.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import type { YamlFile } from "../../yaml/read-yaml.ts";
import type { Requirement } from "../registration.ts";
import type { FoundProblem } from "./found-problem.ts";
import { requirementFault } from "./requirement-syntax.ts";

type Report = (problem: Omit<FoundProblem, "severity">) => void;

/** `path` is where the list stands. */
export function readRequirements(
  list: Json | undefined,
  path: Path,
  yaml: YamlFile,
  repository: string,
  report: Report,
): readonly Requirement[] {
  if (list === undefined || list === null) return [];
  const refuse = (at: Path, code: string, message: string, hint: string) =>
    report({ code, message, file: yaml.shown, ...yaml.locate(at), path: formatPath(at), hint });
  if (!Array.isArray(list)) {
    refuse(path, "bad-value", `${path.join(".")} is no list`, "Write one requirement an entry, each behind a hyphen.");
    return [];
  }
  return list.flatMap((entry: Json, index): Requirement[] => {
    const at = [...path, index];
    if (typeof entry !== "string") {
      refuse(at, "bad-requirement", "A requirement is a text", hintFor(entry));
      return [];
    }
    const text = entry.trim();
    const fault = requirementFault(text);
    if (fault === undefined) {
      return [{ text, repository, file: yaml.shown, line: yaml.locate(at)?.line ?? 1 }];
    }
    refuse(at, "bad-requirement", `${JSON.stringify(text)} ${fault.wrong}`, fault.hint);
    return [];
  });
}

/** `orjson: 3.3.1` is a map to YAML. */
function hintFor(entry: Json): string {
  const [name, version] = isJsonObject(entry) ? (Object.entries(entry)[0] ?? []) : [];
  if (name !== undefined && ["string", "number"].includes(typeof version)) return `Write ${name}==${version}.`;
  return "Write it as pip takes it, such as numpy or numpy==1.26.4.";
}
