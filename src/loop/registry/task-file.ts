/** Reads one YAML file that registers tasks: what it declares, and everything that is wrong with it in one go. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { checkSchema } from "../../yaml/check-schema.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import { LIMITS, parseYaml, type YamlFile } from "../../yaml/read-yaml.ts";
import type { LoopTask } from "../loop-task.ts";
import type { Requirement } from "../registration.ts";
import type { FoundProblem } from "./found-problem.ts";
import { readRequirements } from "./read-requirements.ts";
import { readTask } from "./read-task.ts";
import { fileKeys } from "./task-schema.ts";

export interface TaskFile {
  /** Undefined where the file does not say it. */
  readonly codops?: string | undefined;
  /** Those that could run as far as the file tells. */
  readonly tasks: readonly LoopTask[];
  /** All that it names, whether they could run or not. */
  readonly declared: readonly Declared[];
  readonly requirements: readonly Requirement[];
  readonly problems: readonly FoundProblem[];
  /** Where each value is written. */
  locate(path: Path, part?: "key" | "value"): { readonly line: number; readonly column: number } | undefined;
}

export interface Declared {
  readonly codops: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Its name among the tasks stands for their requirements. */
export const RESERVED = "dependencies";

/**
 * What is wrong with a task keeps that task from running; what is wrong with the file around the tasks, all of them.
 * `repository` is what tasks say they come from.
 */
export function readTaskFile(content: Uint8Array, file: string, repository: string): TaskFile {
  const found: FoundProblem[] = [];
  const text = decode(content, file, found);
  if (text === undefined)
    return { tasks: [], declared: [], requirements: [], problems: found, locate: () => undefined };
  const yaml = parseYaml(text, file, (problem) => found.push({ severity: "error", ...problem }), {
    cloudFormation: false,
  });
  const locate = yaml.locate;
  if (found.length > 0) {
    return { ...guess(yaml), tasks: [], requirements: [], problems: found.map(withCodops(yaml)), locate };
  }
  const read = readParsed(yaml, repository);
  return { ...read, problems: read.problems.map(withCodops(yaml)), locate };
}

type Parsed = Omit<TaskFile, "locate">;

function readParsed(yaml: YamlFile, repository: string): Parsed {
  const around: FoundProblem[] = [];
  const report = (problem: Omit<FoundProblem, "severity">) => void around.push({ severity: "error", ...problem });
  const value = yaml.value;
  if (!isJsonObject(value)) {
    const hint = "Write codops with the organisation's code, and tasks with a map of names to tasks.";
    report({ ...place(yaml, [], "not-a-map", `${yaml.shown} holds no map of codops and tasks`), hint });
    return { tasks: [], declared: [], requirements: [], problems: around };
  }
  checkSchema(fileKeys, value, yaml, (problem) => report(explained(problem)));
  if (value.endpoints !== undefined) around.push(endpointsIgnored(yaml));
  if (value.tasks === undefined && value.endpoints === undefined && value.dependencies === undefined) {
    report({ ...place(yaml, [], "missing-key", "tasks is missing"), hint: "Write tasks as a map of names to tasks." });
  }
  const { [RESERVED]: own, ...entries } = tasksOf(value.tasks ?? null, yaml, report);
  const requirements = [
    ...readRequirements(value.dependencies, [RESERVED], yaml, repository, report),
    ...readOwnRequirements(own, yaml, repository, report),
  ];
  const { codops } = guess(yaml);
  const scope = { yaml, repository, codops };
  const tasks = Object.entries(entries).map(([name, task]) => readTask(name, task ?? null, scope));
  const broken = around.some(({ severity }) => severity === "error");
  return {
    codops,
    tasks: broken ? [] : tasks.flatMap(({ task }) => task ?? []),
    declared: guess(yaml).declared,
    requirements: broken ? [] : requirements,
    problems: [...around, ...tasks.flatMap(({ problems }) => problems)].toSorted(byPlace),
  };
}

function tasksOf(tasks: Json, yaml: YamlFile, report: (problem: Omit<FoundProblem, "severity">) => void): JsonObject {
  if (tasks === null) return {};
  if (isJsonObject(tasks)) return tasks;
  const hint = "Write tasks as a map: the task's name, a colon, and what it is below.";
  report({ ...place(yaml, ["tasks"], "bad-value", "tasks is no map of names to tasks"), hint });
  return {};
}

function readOwnRequirements(
  own: Json | undefined,
  yaml: YamlFile,
  repository: string,
  report: (problem: Omit<FoundProblem, "severity">) => void,
): readonly Requirement[] {
  const path = ["tasks", RESERVED];
  if (!isJsonObject(own)) return readRequirements(own, path, yaml, repository, report);
  const message = `No task can have the name ${RESERVED}: it stands for the list of what all tasks require`;
  const hint = "Write one requirement an entry, each behind a hyphen; or give the task another name.";
  report({ ...place(yaml, path, "reserved-name", message, "key"), hint });
  return [];
}

/** What a file names, even where it cannot be used. */
function guess({ value, locate, shown }: YamlFile): { codops?: string; declared: readonly Declared[] } {
  if (!isJsonObject(value) || typeof value.codops !== "string") return { declared: [] };
  const { codops } = value;
  const names = isJsonObject(value.tasks) ? Object.keys(value.tasks).filter((name) => name !== RESERVED) : [];
  const declared = names.map((name) => {
    return { codops, name, file: shown, line: locate(["tasks", name], "key")?.line ?? 1 };
  });
  return { codops, declared };
}

function withCodops(yaml: YamlFile): (problem: FoundProblem) => FoundProblem {
  const { codops } = guess(yaml);
  return (problem) => ({ ...problem, codops: problem.codops ?? codops });
}

/** The one key that the fragments of tutorials leave out. */
function explained<P extends { readonly code: string; readonly path?: string | undefined }>(problem: P): P {
  if (problem.code !== "missing-key" || problem.path !== "$.codops") return problem;
  const message = "codops is missing: nobody can say which organisation the tasks belong to";
  return { ...problem, message, hint: "Write the organisation's code at the top of the file, such as codops: debr." };
}

function endpointsIgnored(yaml: YamlFile): FoundProblem {
  return {
    severity: "warning",
    ...place(yaml, ["endpoints"], "endpoints-ignored", "endpoints are not served here: they are left out", "key"),
  };
}

function decode(content: Uint8Array, file: string, found: FoundProblem[]): string | undefined {
  const refuse = (code: string, message: string, hint: string) =>
    void found.push({ severity: "error", code, message, file, hint });
  if (content.byteLength > LIMITS.bytes) {
    refuse(
      "too-large",
      `${file} has ${content.byteLength} bytes; ${LIMITS.bytes} are allowed`,
      "Split it into several files in peach.conf.",
    );
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    refuse("not-utf-8", `${file} is not written in UTF-8`, "Save it as UTF-8.");
    return undefined;
  }
}

function byPlace(a: FoundProblem, b: FoundProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function place(yaml: YamlFile, path: Path, code: string, message: string, part?: "key" | "value") {
  return { code, message, file: yaml.shown, ...yaml.locate(path, part), path: formatPath(path) };
}
