/** Port: Git repositories as loops read them: always a commit, never the files that lie there, unless that is asked for. */

/** Stands for the files as they lie in the folder, committed or not. */
export const WORKTREE = "worktree";

/** Taken where no branch is named, in this order. */
export const DEFAULT_BRANCHES: readonly string[] = ["master", "main"];

export interface Repository {
  /** A folder, or a URL that Git understands. */
  readonly location: string;
  /** Without it `master` or `main`, whichever is there. */
  readonly branch?: string | undefined;
  /** Takes the files as they lie there. Only of a folder. */
  readonly worktree?: boolean | undefined;
}

export interface Head {
  readonly branch: string;
  /** Whole; `worktree` for files as they lie there. */
  readonly commit: string;
}

export interface Sources {
  /** Where the branch is now; of a URL it is fetched first. */
  head(repository: Repository): Promise<Head>;
  /** A commit by the beginning of its hash or another name; undefined where there is none. */
  resolve(repository: Repository, name: string): Promise<string | undefined>;
  /** Paths of all files at a commit, in order; `folder` limits them to one. */
  list(repository: Repository, commit: string, folder?: string): Promise<readonly string[]>;
  /** Undefined where there is no such file. */
  read(repository: Repository, commit: string, path: string): Promise<Uint8Array | undefined>;
  /** The last commit up to this one that changed each of the files. */
  lastChanges(
    repository: Repository,
    commit: string,
    paths: readonly string[],
  ): Promise<Readonly<Record<string, string>>>;
  /** Writes the whole tree into a folder that is empty. */
  checkOut(repository: Repository, commit: string, folder: string): Promise<void>;
}
