/** Whether what a task runs is in the repository: its notebook, or a task or workflow with its payload. */
import { isJsonObject } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { formatPath } from "../../yaml/json-path.ts";
import { type LoopTask, taskKey } from "../loop-task.ts";
import type { NotebookRequest } from "../notebook-check.ts";
import type { FoundProblem } from "./found-problem.ts";
import type { TaskFile } from "./task-file.ts";

/** Neither: there is no such file. */
export interface TreeFile {
  readonly content?: Uint8Array | undefined;
  /** Why it may not be read. */
  readonly refused?: string | undefined;
}

/** The files of one commit. */
export interface Tree {
  readonly paths: readonly string[];
  read(path: string): Promise<TreeFile>;
}

export interface WorkCheck {
  readonly problems: readonly FoundProblem[];
  /** What is to be known of the notebook itself. */
  readonly request?: NotebookRequest | undefined;
}

export async function checkWork(task: LoopTask, file: TaskFile, tree: Tree): Promise<WorkCheck> {
  const { work } = task;
  const problem = makeProblem(task, file);
  if (work.kind === "notebook") {
    const { notebook, method, fullNotebook } = work;
    const { content, refused } = await tree.read(notebook);
    if (content !== undefined) {
      const request = { path: notebook, content, method, fullNotebook, args: task.args };
      return { problems: [], request: { key: requestKey(task), ...request } };
    }
    if (refused !== undefined) return { problems: [problem("notebook", "refused-file", refused)] };
    if (tree.paths.includes(notebook))
      return { problems: [problem("notebook", "missing-notebook", ...deadLink(notebook))] };
    const message = `There is no notebook ${notebook} in the repository`;
    return { problems: [problem("notebook", "missing-notebook", message, nearestPath(notebook, tree.paths))] };
  }
  const definition = checkDefinition(task, tree.paths, problem);
  const payload = work.payload === undefined ? undefined : await checkPayload(work.payload, tree, problem);
  return { problems: [definition, payload].filter((found) => found !== undefined) };
}

/** Names a task among those of all repositories that are read together. */
export function requestKey(task: LoopTask): string {
  return `${task.written.repository}\n${task.written.file}\n${taskKey(task)}`;
}

type MakeProblem = (key: string, code: string, message: string, hint?: string) => FoundProblem;

function makeProblem({ codops, name, written }: LoopTask, file: TaskFile): MakeProblem {
  return (key, code, message, hint) => {
    const path = ["tasks", name, key];
    const place = { file: written.file, ...file.locate(path), path: formatPath(path) };
    return { severity: "error", code, message, ...place, hint, codops, task: name };
  };
}

/** A task or workflow is a folder of the project that the repository is. */
function checkDefinition({ work }: LoopTask, paths: readonly string[], problem: MakeProblem): FoundProblem | undefined {
  if (work.kind === "notebook") return undefined;
  const folder = `${work.kind}s`;
  const file = new RegExp(`^${folder}/(?<name>[^/]+)/definition\\.ya?ml$`);
  const names = paths.flatMap((path) => file.exec(path)?.groups?.name ?? []);
  if (names.includes(work.name)) return undefined;
  const message = `There is no ${work.kind} ${work.name}: ${folder}/${work.name}/definition.yml is not in the repository`;
  return problem(work.kind, `unknown-${work.kind}`, message, suggest(work.name, names));
}

async function checkPayload(path: string, tree: Tree, problem: MakeProblem): Promise<FoundProblem | undefined> {
  const { content, refused } = await tree.read(path);
  if (refused !== undefined) return problem("payload", "refused-file", refused);
  if (content === undefined && tree.paths.includes(path))
    return problem("payload", "missing-payload", ...deadLink(path));
  if (content === undefined) {
    const message = `There is no file ${path} in the repository`;
    return problem("payload", "missing-payload", message, nearestPath(path, tree.paths));
  }
  try {
    const payload: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
    return isJsonObject(payload) ? undefined : problem("payload", "bad-payload", `${path} holds no JSON object`);
  } catch (thrown) {
    return problem("payload", "bad-payload", `${path} is no JSON: ${String(thrown)}`);
  }
}

function deadLink(path: string): readonly [message: string, hint: string] {
  return [`${path} is a link to what is not there`, "Let it point to a file of the repository, or put the file there."];
}

/** Most often it is the same file in another folder, or a slip among those of its kind. */
export function nearestPath(path: string, paths: readonly string[]): string | undefined {
  const name = baseName(path).toLowerCase();
  const moved = paths.find((other) => baseName(other).toLowerCase() === name);
  if (moved !== undefined) return `There is ${moved}.`;
  const suffix = /\.[^./]+$/.exec(path)?.[0] ?? "";
  const likes = paths.filter((other) => other.endsWith(suffix));
  return suggest(path, likes.length > 0 ? likes : paths);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
