/** What one repository registers at one commit, before it is put beside the others. */

import type { LoopTask } from "../loop-task.ts";
import type { NotebookRequest } from "../notebook-check.ts";
import type { RegisteredRepository, RegistrationProblem, Requirement } from "../registration.ts";
import type { Declared } from "./task-file.ts";

export interface RepositoryReading {
  readonly registered: RegisteredRepository;
  /** In the order of files and of their keys. */
  readonly tasks: readonly LoopTask[];
  /** All names that its files give, also of tasks that cannot run: no other repository can have them. */
  readonly declared: readonly Declared[];
  /** By organisation. */
  readonly requirements: Readonly<Record<string, readonly Requirement[]>>;
  readonly problems: readonly RegistrationProblem[];
}

/** The notebooks are still to be looked into: those of all repositories together, as that starts a process. */
export interface UncheckedReading extends RepositoryReading {
  readonly requests: readonly NotebookRequest[];
}

/** One that cannot be read at all. */
export function unreadable(
  repository: string,
  branch: string,
  problem: Omit<RegistrationProblem, "repository">,
): RepositoryReading {
  return {
    registered: { repository, branch, notebookCommits: {} },
    tasks: [],
    declared: [],
    requirements: {},
    problems: [{ ...problem, repository }],
  };
}
