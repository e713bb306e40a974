/**
 * Trees of commits that executions run in. One that its task has left as it was is used again; any other is thrown away,
 * and from then on the next is made while a task runs.
 */
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../../embedded/processes/remove-tree.ts";
import { type Repository, type Sources, WORKTREE } from "../../loop/sources.ts";
import { type TreeManifest, treeManifest } from "./tree-manifest.ts";

export interface Checkouts {
  /**
   * A tree of its own, with nothing in it but the commit. Undefined where the signal is aborted before there is one: what
   * is being made then goes on, and is there for the next who asks.
   */
  take(repository: Repository, commit: string, signal: AbortSignal): Promise<Checkout | undefined>;
}

export interface Checkout {
  readonly path: string;
  /** No process is in it any more. */
  release(): void;
}

interface Tree {
  readonly path: string;
  readonly manifest: TreeManifest | undefined;
}

/** The trees of one commit. */
interface Pool {
  readonly key: string;
  readonly repository: Repository;
  readonly commit: string;
  /** Ready, or being looked at or made. Undefined where it came to nothing. */
  coming: Promise<Tree | undefined>[];
  /** It pays to have another one ready: tasks change theirs, or it is large. */
  keepsSpare: boolean;
}

/** Of a repository: its branch, what it was before, and what tasks are pinned to. */
const KEPT_COMMITS = 4;
/** To look at more than that takes longer than 5 ms, and nothing slow may lie between two tasks. */
const QUICK_ENTRIES = 800;

export function makeCheckouts(sources: Pick<Sources, "checkOut">, folder: string): Checkouts {
  /** In the order in which they were used last. */
  const pools = new Map<string, Pool>();
  let count = 0;

  async function make({ repository, commit }: Pool): Promise<Tree> {
    const path = join(folder, String(count++));
    mkdirSync(path, { recursive: true });
    try {
      await sources.checkOut(repository, commit, path);
      return { path, manifest: commit === WORKTREE ? undefined : await treeManifest(path) };
    } catch (thrown) {
      discard(path);
      throw thrown;
    }
  }

  function poolOf(repository: Repository, commit: string): Pool {
    const key = `${repository.location}\n${commit}`;
    const pool = pools.get(key) ?? { key, repository, commit, coming: [], keepsSpare: false };
    pools.delete(key);
    pools.set(key, pool);
    const others = [...pools].filter(([, { repository: other }]) => other.location === repository.location);
    for (const [old, { coming }] of others.slice(0, -KEPT_COMMITS)) {
      pools.delete(old);
      for (const tree of coming.splice(0)) void tree.then((one) => one && discard(one.path));
    }
    return pool;
  }

  function putBack(pool: Pool, { path, manifest }: Tree): void {
    if (manifest === undefined || pools.get(pool.key) !== pool) {
      discard(path);
      return;
    }
    const looked: Promise<Tree | undefined> = treeManifest(path).then((now) => {
      const isSame = now?.digest === manifest.digest;
      pool.keepsSpare ||= !isSame || manifest.entries > QUICK_ENTRIES;
      if (isSame) return { path, manifest };
      discard(path);
      pool.coming = pool.coming.filter((one) => one !== looked);
      keepSpare(pool);
      return undefined;
    });
    pool.coming.push(looked);
  }

  /** Not waited for, and what goes wrong with it goes wrong again when it is needed. */
  function keepSpare(pool: Pool): void {
    if (!pool.keepsSpare || pool.coming.length > 0 || pools.get(pool.key) !== pool) return;
    pool.coming.push(make(pool).catch(() => undefined));
  }

  /** What goes wrong with it goes wrong again when it is needed. */
  function leave(pool: Pool, making: Promise<Tree | undefined>): void {
    const tree = making.catch(() => undefined);
    // The files that lie there may be others by then.
    if (pool.commit !== WORKTREE && pools.get(pool.key) === pool) pool.coming.unshift(tree);
    else void tree.then((one) => one && discard(one.path));
  }

  return {
    async take(repository, commit, signal) {
      const pool = poolOf(repository, commit);
      for (;;) {
        const making = pool.coming.shift() ?? make(pool);
        const made = await unlessAborted(making, signal);
        if (made === LATE) {
          leave(pool, making);
          return undefined;
        }
        if (made === undefined) continue;
        keepSpare(pool);
        return { path: made.path, release: () => putBack(pool, made) };
      }
    },
  };
}

const LATE = Symbol("late");

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | typeof LATE> {
  const { promise: aborted, resolve } = Promise.withResolvers<typeof LATE>();
  const leave = () => resolve(LATE);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function discard(path: string): undefined {
  rm(path, { recursive: true, force: true }).catch(() => discardOpened(path));
}

/** What cannot be removed goes with all other trees. */
function discardOpened(path: string): void {
  try {
    removeTree(path);
  } catch {
    // It is not ours, or in use.
  }
}
