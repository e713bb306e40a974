/** Reads what a repository registers at a commit: its files, and whether what they name is there. */
import { describeError, InvalidInput } from "../../errors.ts";
import type { LoopTask } from "../loop-task.ts";
import type { NotebookRequest } from "../notebook-check.ts";
import type { Requirement } from "../registration.ts";
import { type Head, type Repository, type Sources, WORKTREE } from "../sources.ts";
import { checkWork, type Tree, type TreeFile, type WorkCheck } from "./check-work.ts";
import { configurationFiles } from "./configuration-files.ts";
import type { FoundProblem } from "./found-problem.ts";
import type { UncheckedReading } from "./repository-reading.ts";
import { readTaskFile, type TaskFile } from "./task-file.ts";

/** Throws where the repository cannot be read, and for no other reason. */
export async function readRepository(
  sources: Sources,
  repository: Repository,
  { branch, commit }: Head,
): Promise<UncheckedReading> {
  const location = repository.location;
  const paths = await sources.list(repository, commit);
  const configuration = configurationFiles(paths);
  const problems: FoundProblem[] = [...configuration.problems];
  const files = (
    await Promise.all(configuration.files.map((file) => readFile(sources, repository, commit, file, problems)))
  ).flatMap((file) => file ?? []);
  const tree = makeTree(sources, repository, { commit, paths });
  const checks = await Promise.all(
    files.flatMap((file) => file.tasks.map((task) => checkTask(task, file, tree, sources, repository))),
  );
  const runnable = checks.filter(({ problems: found }) => found.every(({ severity }) => severity !== "error"));
  const tasks = runnable.map(({ task }) => task);
  problems.push(...files.flatMap((file) => file.problems), ...checks.flatMap((check) => check.problems));
  const registered = { repository: location, branch, commit };
  return {
    registered: { ...registered, notebookCommits: await notebookCommits(sources, repository, commit, tasks) },
    tasks,
    declared: files.flatMap(({ declared }) => declared),
    requirements: requirementsOf(files),
    problems: problems.map((problem) => ({ ...problem, repository: location })),
    requests: runnable.flatMap(({ request }) => request ?? []),
  };
}

async function readFile(
  sources: Sources,
  repository: Repository,
  commit: string,
  file: string,
  problems: FoundProblem[],
): Promise<TaskFile | undefined> {
  try {
    const content = await sources.read(repository, commit, file);
    if (content !== undefined) return readTaskFile(content, file, repository.location);
    problems.push({ severity: "error", code: "unreadable", message: `${file} is no file`, file });
  } catch (thrown) {
    const message = `${file} cannot be read: ${refusalOf(thrown, commit)}`;
    problems.push({ severity: "error", code: "unreadable", message, file });
  }
  return undefined;
}

/** Why nobody will ever read it. What may be read the next time is thrown: nothing is registered without it. */
function refusalOf(thrown: unknown, commit: string): string {
  if (commit !== WORKTREE && !(thrown instanceof InvalidInput)) throw thrown;
  return describeError(thrown).cause;
}

interface Checked extends WorkCheck {
  readonly task: LoopTask;
  readonly request?: NotebookRequest | undefined;
}

/** What runs is looked for in the commit that the task is pinned to, where it is. */
async function checkTask(
  task: LoopTask,
  file: TaskFile,
  tree: Tree,
  sources: Sources,
  repository: Repository,
): Promise<Checked> {
  const { pin } = task.settings;
  if (pin === undefined) return { task, ...(await checkWork(task, file, tree)) };
  const commit = await sources.resolve(repository, pin);
  if (commit === undefined) {
    const place = file.locate(["tasks", task.name, "cirrus", "pin"]);
    const message = `There is no commit ${pin} in the repository`;
    const hint = "Write the hash of a commit that is in a branch, or leave pin out.";
    const problem = { severity: "error", code: "unknown-commit", message, hint } as const;
    const path = `$.tasks.${task.name}.cirrus.pin`;
    const { codops, name, written } = task;
    return { task, problems: [{ ...problem, file: written.file, ...place, path, codops, task: name }] };
  }
  const pinned = { ...task, settings: { ...task.settings, pin: commit } };
  const paths = await sources.list(repository, commit);
  return { task: pinned, ...(await checkWork(pinned, file, makeTree(sources, repository, { commit, paths }))) };
}

/** Several tasks of one notebook read it once. */
function makeTree(
  sources: Sources,
  repository: Repository,
  { commit, paths }: { readonly commit: string; readonly paths: readonly string[] },
): Tree {
  const reads = new Map<string, Promise<TreeFile>>();
  const readNow = async (path: string): Promise<TreeFile> => {
    try {
      return { content: await sources.read(repository, commit, path) };
    } catch (thrown) {
      return { refused: refusalOf(thrown, commit) };
    }
  };
  return {
    paths,
    read(path) {
      const reading = reads.get(path) ?? readNow(path);
      reads.set(path, reading);
      return reading;
    },
  };
}

/** Files that are not committed have no commit. */
async function notebookCommits(
  sources: Sources,
  repository: Repository,
  commit: string,
  tasks: readonly LoopTask[],
): Promise<Readonly<Record<string, string>>> {
  const notebooks = tasks.flatMap(({ work }) => (work.kind === "notebook" ? work.notebook : []));
  const unique = [...new Set(notebooks)].sort();
  if (unique.length === 0 || commit === WORKTREE) return {};
  return await sources.lastChanges(repository, commit, unique);
}

function requirementsOf(files: readonly TaskFile[]): Readonly<Record<string, readonly Requirement[]>> {
  const byCodops = new Map<string, Requirement[]>();
  for (const { codops, requirements } of files) {
    if (codops !== undefined) byCodops.set(codops, [...(byCodops.get(codops) ?? []), ...requirements]);
  }
  return Object.fromEntries(byCodops);
}
