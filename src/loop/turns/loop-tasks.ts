/** The tasks of one loop as a registration has them, and the code that each of them runs. */
import type { Controls } from "../controls.ts";
import type { Version } from "../loop-execution.ts";
import { type LoopTask, taskKey } from "../loop-task.ts";
import type { RegisteredRepository, Registration } from "../registration.ts";

/** In the order in which they are registered. */
export function tasksOf({ tasks }: Pick<Registration, "tasks">, loop: string): readonly LoopTask[] {
  return tasks.filter((task) => task.loop === loop);
}

/** Names of all loops that have a task, in order. */
export function loopsOf({ tasks }: Pick<Registration, "tasks">): readonly string[] {
  return [...new Set(tasks.map(({ loop }) => loop))].sort();
}

/** Undefined where its repository has no commit that can be read: there is nothing to run then. An operator's pin comes before the file's. */
export function versionOf(task: LoopTask, { repositories }: Registration, { tasks }: Controls): Version | undefined {
  const pin = tasks[taskKey(task)]?.pin?.commit ?? task.settings.pin;
  if (pin !== undefined) return { headCommit: pin, pinned: true };
  const found = repositories.find(({ repository }) => repository === task.written.repository);
  if (found?.commit === undefined) return undefined;
  return { headCommit: found.commit, notebookCommit: notebookCommit(task, found), pinned: false };
}

function notebookCommit({ work }: LoopTask, { notebookCommits }: RegisteredRepository): string | undefined {
  return work.kind === "notebook" ? notebookCommits[work.notebook] : undefined;
}

export function requirementsOf({ codops }: LoopTask, { dependencies }: Registration): readonly string[] {
  return (dependencies[codops] ?? []).map(({ text }) => text);
}

/** Whether two registrations are the same as far as a loop goes: another organisation's commit is no news for it. */
export function sameFor(loop: string, one: Registration, other: Registration): boolean {
  return one.id === other.id || partOf(loop, one) === partOf(loop, other);
}

function partOf(loop: string, registration: Registration): string {
  const tasks = tasksOf(registration, loop);
  const named = new Set(tasks.map(({ written }) => written.repository));
  const commits = registration.repositories.filter(({ repository }) => named.has(repository));
  return JSON.stringify([
    tasks.map((task) => [task, requirementsOf(task, registration)]),
    commits.map(({ repository, branch, commit }) => [repository, branch, commit]),
  ]);
}
