/** One entry under `tasks` as a task of a loop, or what is wrong with it. */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { checkSchema } from "../../yaml/check-schema.ts";
import { formatPath, type Path } from "../../yaml/json-path.ts";
import type { YamlFile } from "../../yaml/read-yaml.ts";
import { type LoopTask, METADATA_LOOP, type TaskSettings, TIMEOUT_SECONDS, type Work } from "../loop-task.ts";
import type { FoundProblem } from "./found-problem.ts";
import { durationText } from "./quantities.ts";
import {
  LONGEST_TIMEOUT_SECONDS,
  notebookTask,
  projectTask,
  projectWorkflow,
  type WrittenSettings,
} from "./task-schema.ts";

export interface TaskScope {
  readonly yaml: YamlFile;
  readonly repository: string;
  /** Undefined where the file does not say it: then tasks are checked, and none can run. */
  readonly codops: string | undefined;
}

export interface ReadTask {
  readonly task?: LoopTask | undefined;
  readonly problems: readonly FoundProblem[];
}

export function readTask(name: string, value: Json, scope: TaskScope): ReadTask {
  const { yaml, codops } = scope;
  const problems: FoundProblem[] = [];
  const at = ["tasks", name];
  const find = (problem: Omit<FoundProblem, "severity">, severity: FoundProblem["severity"] = "error") =>
    void problems.push({ severity, ...problem, task: name });
  const refuse = (path: Path, code: string, message: string, hint?: string, part?: "key" | "value") =>
    find({ code, message, file: yaml.shown, ...yaml.locate(path, part), path: formatPath(path), hint });

  if (!NAME.test(name)) refuse(at, "bad-name", `${JSON.stringify(name)} cannot be the name of a task`, NAMES, "key");
  if (!isJsonObject(value)) {
    refuse(at, "bad-value", `The task ${name} is no map`, "Write notebook and method below its name.");
    return { problems };
  }
  if (codops !== undefined && typeof value.loop === "string" && ![codops, METADATA_LOOP].includes(value.loop)) {
    const message = `There is no loop ${value.loop} for tasks of ${codops}`;
    const near = suggest(value.loop, [METADATA_LOOP, codops]);
    refuse([...at, "loop"], "unknown-loop", message, `${near} Without loop a task runs in its organisation's.`);
  }
  const parsed = parseTask(value, yaml, at, (problem) => find(problem));
  if (parsed === undefined) return { problems };
  const loop = parsed.loop ?? codops;
  checkTimeout(parsed.settings, loop, (message) => refuse([...at, "cirrus", "timeout"], "bad-value", message));
  for (const path of inexactNumbers(parsed.args, [...at, "args"])) find(inexact(path, yaml), "warning");
  if (codops === undefined || loop === undefined || problems.some(({ severity }) => severity === "error")) {
    return { problems };
  }
  const line = yaml.locate(at, "key")?.line ?? 1;
  const written = { repository: scope.repository, file: yaml.shown, line };
  const settings = settingsOf(parsed.settings, loop);
  return { task: { codops, name, loop, work: parsed.work, args: parsed.args, settings, written }, problems };
}

/** It becomes part of the names of logs and files. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,99}$/u;
const NAMES = "Use up to 100 letters, digits, underscores, hyphens and dots, beginning with a letter or digit.";

interface ParsedTask {
  readonly loop?: string | undefined;
  readonly work: Work;
  readonly args: JsonObject;
  readonly settings: WrittenSettings;
}

/** By the key that says what runs; whatever has none of them is taken for a notebook, as most are. */
function parseTask(
  value: JsonObject,
  yaml: YamlFile,
  path: Path,
  report: (problem: Omit<FoundProblem, "severity">) => void,
): ParsedTask | undefined {
  const common = ({ loop, args = {}, cirrus = {} }: Written) => ({ loop, args, settings: cirrus });
  const options = { path };
  if (value.notebook === undefined && value.workflow !== undefined) {
    const parsed = checkSchema(projectWorkflow, value, yaml, report, options);
    if (parsed === undefined) return undefined;
    return { ...common(parsed), work: { kind: "workflow", name: parsed.workflow, payload: parsed.payload } };
  }
  if (value.notebook === undefined && value.task !== undefined) {
    const parsed = checkSchema(projectTask, value, yaml, report, options);
    if (parsed === undefined) return undefined;
    return { ...common(parsed), work: { kind: "task", name: parsed.task, payload: parsed.payload } };
  }
  const parsed = checkSchema(notebookTask, value, yaml, report, options);
  if (parsed === undefined) return undefined;
  const { notebook, method, full_notebook: fullNotebook = false } = parsed;
  return { ...common(parsed), work: { kind: "notebook", notebook, method, fullNotebook } };
}

interface Written {
  readonly loop?: string | undefined;
  readonly args?: JsonObject | undefined;
  readonly cirrus?: WrittenSettings | undefined;
}

function checkTimeout({ timeout }: WrittenSettings, loop: string | undefined, refuse: (message: string) => void): void {
  if (loop !== METADATA_LOOP || timeout === undefined || timeout <= LONGEST_TIMEOUT_SECONDS.metadata) return;
  const most = durationText(LONGEST_TIMEOUT_SECONDS.metadata);
  refuse(`cirrus.timeout: ${durationText(timeout)} is more than the ${most} that a task of the metadata loop has`);
}

function settingsOf(written: WrittenSettings, loop: string): TaskSettings {
  const { every, cron, timezone = "Etc/UTC", timeout, memory, retry, priority = 0, pin } = written;
  return {
    everyMs: every === undefined ? undefined : every * 1000,
    cron: cron === undefined ? undefined : { expression: cron, timezone },
    timeoutSeconds: timeout ?? (loop === METADATA_LOOP ? TIMEOUT_SECONDS.metadata : TIMEOUT_SECONDS.organisation),
    memoryBytes: memory,
    retry: { attempts: retry?.attempts ?? 0, delaySeconds: retry?.delay ?? 0 },
    priority,
    pin,
  };
}

/** Whole numbers whose last digits are gone already. */
function inexactNumbers(value: Json | undefined, path: Path): readonly Path[] {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    inexactNumbers(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function inexact(path: Path, yaml: YamlFile): Omit<FoundProblem, "severity"> {
  return {
    code: "inexact-number",
    message: `${path.at(-1)} is larger than 2^53: its last digits can be lost`,
    file: yaml.shown,
    ...yaml.locate(path),
    path: formatPath(path),
    hint: "Write it in quotes, and let the function turn it into a number.",
  };
}
