/** What all repositories register at one moment: an iteration works with one registration from its beginning to its end. */
import type { Problem } from "../errors.ts";
import type { LoopTask } from "./loop-task.ts";

/** A store keeps so many of the newest, and those that iterations still work with. */
export const KEPT_REGISTRATIONS = 20;

export interface Registration {
  /** SHA-256 of all that it holds but the time: the same for the same commits of the same repositories. */
  readonly id: string;
  /** ISO 8601: when it was read first. */
  readonly readAt: string;
  readonly repositories: readonly RegisteredRepository[];
  /** That can run, in the order of their turns: by repository, file and place in the file. */
  readonly tasks: readonly LoopTask[];
  /** By organisation: the requirements of all its files, in which its tasks run together. */
  readonly dependencies: Readonly<Record<string, readonly Requirement[]>>;
  /** What cannot run, and why: it stays visible and harms nothing else. */
  readonly problems: readonly RegistrationProblem[];
}

export interface RegisteredRepository {
  /** As it was named: a folder or a URL. */
  readonly repository: string;
  readonly branch: string;
  /** Of the branch; `worktree` where the files are taken as they lie there. Undefined where it cannot be read. */
  readonly commit?: string | undefined;
  /** The last commit that changed a notebook, by its path. */
  readonly notebookCommits: Readonly<Record<string, string>>;
}

export interface Requirement {
  /** As pip takes it: `tensorflow==2.0.0-alpha0`. With `npm:` in front, as npm takes it. */
  readonly text: string;
  readonly repository: string;
  readonly file: string;
  readonly line: number;
}

export interface RegistrationProblem extends Problem {
  /** An error keeps something from running; a warning does not. */
  readonly severity: "error" | "warning";
  readonly repository: string;
  readonly codops?: string | undefined;
  /** The name of the task that it is about, where it is about one. */
  readonly task?: string | undefined;
  /** Where that task is registered, where the problem is in another file: its notebook. */
  readonly registered?: { readonly file: string; readonly line: number } | undefined;
}
