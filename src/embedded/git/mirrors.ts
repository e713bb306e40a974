/** Bare mirrors of repositories behind URLs: fetched when they are asked for, but not more often than every ten seconds. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, DAY_MS, hasPassed } from "../../clock.ts";
import { CirrusError } from "../../errors.ts";
import { GitFailed, git } from "./git-process.ts";

export interface MirrorSettings {
  /** Where mirrors are kept. */
  readonly folder: string;
  readonly clock: Clock;
  readonly fetchEveryMs?: number | undefined;
  /** How long anybody waits for a fetch: one host that does not answer must not keep the others' repositories back. */
  readonly patienceMs?: number | undefined;
}

export interface Mirrors {
  /** The mirror as it is, after a fetch if the last one is some time ago. Throws while it cannot be fetched. */
  fetched(url: string): Promise<string>;
  /** The mirror as it is; fetched only where there is none yet. */
  existing(url: string): Promise<string>;
}

export function makeMirrors({ folder, clock, fetchEveryMs = 10_000, patienceMs = 10_000 }: MirrorSettings): Mirrors {
  const fetches = new Map<string, Fetch>();

  function start(url: string): Fetch {
    const mirror = mirrorFolder(folder, url);
    const fetch: Fetch = { endedAt: undefined, done: update(folder, mirror, url) };
    const end = () => {
      fetch.endedAt = clock.now();
    };
    fetch.done.then(end, end);
    fetches.set(url, fetch);
    return fetch;
  }

  async function fetched(url: string): Promise<string> {
    const before = fetches.get(url);
    const due =
      before === undefined || (before.endedAt !== undefined && hasPassed(fetchEveryMs, before.endedAt, clock));
    const fetch = due ? start(url) : before;
    if (fetch.endedAt !== undefined) return await fetch.done;
    return await patiently(fetch.done, url);
  }

  async function patiently(done: Promise<string>, url: string): Promise<string> {
    const waiting = new AbortController();
    const late = clock.sleep(patienceMs, waiting.signal).then(() => {
      throw new CirrusError(`${url} is still being fetched.`, {
        hint: "It takes part as soon as it is there. Look at the network if this lasts.",
      });
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([done, late]);
    } finally {
      waiting.abort();
    }
  }

  return {
    fetched,
    async existing(url) {
      const mirror = mirrorFolder(folder, url);
      return existsSync(mirror) ? mirror : await fetched(url);
    },
  };
}

interface Fetch {
  /** Undefined while it goes on. */
  endedAt: number | undefined;
  readonly done: Promise<string>;
}

function mirrorFolder(folder: string, url: string): string {
  return join(folder, createHash("sha256").update(url).digest("hex").slice(0, 32));
}

async function update(folder: string, mirror: string, url: string): Promise<string> {
  if (existsSync(mirror)) await fetchInto(mirror, url);
  else await create(folder, mirror, url);
  return mirror;
}

/** It appears whole or not at all. */
async function create(folder: string, mirror: string, url: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  const unfinished = await mkdtemp(join(folder, UNFINISHED));
  try {
    await git(["init", "--quiet", "--bare", "--template=", "--", unfinished]);
    await fetchInto(unfinished, url);
    await rename(unfinished, mirror).catch((thrown: unknown) => {
      // Another process was faster.
      if (!existsSync(mirror)) throw thrown;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const UNFINISHED = "unfinished-";

/** Of processes that were killed. No fetch takes a day. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(UNFINISHED));
  for (const path of names.map((name) => join(folder, name))) {
    if (await isOlder(path, DAY_MS)) await rm(path, { recursive: true, force: true });
  }
}

/** False where it is gone. */
async function isOlder(path: string, ms: number): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > ms;
}

/** Branches and tags as they are there. Here, and nowhere else, Git may tidy up. */
async function fetchInto(mirror: string, url: string): Promise<void> {
  const tidy = ["-c", "gc.auto=6700", "-c", "maintenance.auto=true", "-c", "gc.autoDetach=false"];
  const options = ["--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
  const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
  const args = [...tidy, `--git-dir=${mirror}`, "fetch", ...options, "--", url, ...refs];
  try {
    await git(args, { timeoutMs: LONGEST_FETCH_MS, remote: true });
  } catch (thrown) {
    if (!(thrown instanceof GitFailed)) throw thrown;
    await removeOldLocks(mirror);
    const hint = `See whether this machine can read it: git ls-remote ${url}`;
    throw new CirrusError(`${url} cannot be fetched: ${thrown.reason}`, { hint, cause: thrown });
  }
}

const LONGEST_FETCH_MS = 30 * 60_000;

/** Of fetches that were killed: every later one would fail. Git holds such a lock for moments. */
async function removeOldLocks(mirror: string): Promise<void> {
  const names = await readdir(mirror, { recursive: true }).catch(() => []);
  for (const path of names.filter((name) => name.endsWith(".lock")).map((name) => join(mirror, name))) {
    if (await isOlder(path, OLD_LOCK_MS)) await rm(path, { force: true });
  }
}

const OLD_LOCK_MS = 10 * 60_000;
