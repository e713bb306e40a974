/** What stands for a repository that is out of reach: what it registered last. */
import type { Registration, RegistrationProblem, Requirement } from "../registration.ts";
import { DEFAULT_BRANCHES, type Repository, WORKTREE } from "../sources.ts";
import { DUPLICATE } from "./merge.ts";
import { type RepositoryReading, unreadable } from "./repository-reading.ts";
import { CONFLICT } from "./requirement-conflicts.ts";
import type { Declared } from "./task-file.ts";

export type Unreachable = Pick<RegistrationProblem, "code" | "message" | "hint">;

/** Of one that has never been read there is nothing to keep. */
export type Keep = (
  repository: Repository,
  before: RepositoryReading | undefined,
  problem: Unreachable,
) => Promise<RepositoryReading>;

/** `last` tells what a process before this one has registered. */
export function makeKept(last: (() => Promise<Registration | undefined>) | undefined): Keep {
  const restored = new Map<string, RepositoryReading>();
  /** The same object for the same trouble, so that nothing is put together again while it lasts. */
  const kept = new WeakMap<RepositoryReading, RepositoryReading>();

  async function restore(repository: Repository): Promise<RepositoryReading | undefined> {
    const { location } = repository;
    const reading = restored.get(location) ?? keptReading(await last?.(), location);
    if (reading === undefined || !isOf(reading, repository)) return undefined;
    restored.set(location, reading);
    return reading;
  }

  return async (repository, known, problem) => {
    const { location, branch = "master" } = repository;
    const before = known ?? (await restore(repository));
    if (before === undefined) return unreadable(location, branch, { severity: "error", ...problem });
    const message = `${problem.message} Its tasks stay as they were registered last.`;
    const made = kept.get(before);
    if (made?.problems[0]?.message === message) return made;
    const warning = { severity: "warning", ...problem, message, repository: location } as const;
    const reading = { ...before, problems: [warning, ...before.problems] };
    kept.set(before, reading);
    return reading;
  };
}

/** Another process may have taken another branch, or the files as they lay there: nobody has asked for those now. */
function isOf({ registered }: RepositoryReading, { branch, worktree = false }: Repository): boolean {
  if (worktree || registered.commit === WORKTREE) return worktree && registered.commit === WORKTREE;
  return (branch === undefined ? DEFAULT_BRANCHES : [branch]).includes(registered.branch);
}

/** Undefined where it was not read then either. */
function keptReading(registration: Registration | undefined, location: string): RepositoryReading | undefined {
  const registered = registration?.repositories.find(({ repository }) => repository === location);
  if (registration === undefined || registered?.commit === undefined) return undefined;
  const tasks = registration.tasks.filter(({ written }) => written.repository === location);
  const problems = registration.problems.filter(({ repository }) => repository === location);
  const broken = problems.flatMap(({ codops, task: name, file, line, severity }): Declared[] => {
    const named = severity === "error" && codops !== undefined && name !== undefined;
    return named ? [{ codops, name, file: file ?? "", line: line ?? 1 }] : [];
  });
  const running = tasks.map(({ codops, name, written: { file, line } }) => ({ codops, name, file, line }));
  const declared = new Map([...broken, ...running].map((task) => [`${task.codops}/${task.name}/${task.file}`, task]));
  return {
    registered,
    tasks,
    declared: [...declared.values()],
    requirements: requirementsOf(registration, location),
    problems: problems.filter(({ code }) => !FOUND_TOGETHER.has(code)),
  };
}

/** They are found again with what the other repositories register now. */
const FOUND_TOGETHER: ReadonlySet<string> = new Set([DUPLICATE, CONFLICT, "unreachable"]);

function requirementsOf({ dependencies }: Registration, location: string): Record<string, readonly Requirement[]> {
  const own = Object.entries(dependencies).map(([codops, requirements]) => [
    codops,
    requirements.filter(({ repository }) => repository === location),
  ]);
  return Object.fromEntries(own);
}
