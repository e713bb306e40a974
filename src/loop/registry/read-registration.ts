/**
 * Reads what all repositories register. A repository whose branch has not moved is not read again, and one that cannot
 * be read harms no other.
 */
import type { Clock } from "../../clock.ts";
import { CirrusError, describeError } from "../../errors.ts";
import type { NotebookCheck } from "../notebook-check.ts";
import type { Registration, RegistrationProblem } from "../registration.ts";
import { type Head, type Repository, type Sources, WORKTREE } from "../sources.ts";
import { type CheckedReading, checkNotebooks, makeRememberedCheck } from "./check-notebooks.ts";
import { keptReading } from "./kept-reading.ts";
import { merge } from "./merge.ts";
import { readRepository } from "./read-repository.ts";
import { type RepositoryReading, type UncheckedReading, unreadable } from "./repository-reading.ts";

export interface RegistryPorts {
  readonly sources: Sources;
  readonly notebooks: NotebookCheck;
  readonly clock: Pick<Clock, "now">;
  /** What was registered last, in another process maybe: a repository that is out of reach keeps what it says of it. */
  last?(): Promise<Registration | undefined>;
}

export interface Registry {
  /** Does not throw for what is in repositories, nor for those that are not there. */
  read(repositories: readonly Repository[]): Promise<Registration>;
}

/** Once, for those who only look. */
export function readRegistration(ports: RegistryPorts, repositories: readonly Repository[]): Promise<Registration> {
  return makeRegistry(ports).read(repositories);
}

export function makeRegistry(ports: RegistryPorts): Registry {
  const notebooks = makeRememberedCheck(ports.notebooks);
  /** By repository: the last that could be read. */
  const known = new Map<string, Known>();
  const restored = new Map<string, RepositoryReading>();
  const waiting = new Map<string, Promise<Registration>>();
  let latest: { readonly readings: readonly RepositoryReading[]; readonly registration: Registration } | undefined;

  async function readNow(repositories: readonly Repository[]): Promise<Registration> {
    const looks = await Promise.all(repositories.map((repository) => look(repository)));
    const fresh = looks.flatMap((found) => (found.state === "fresh" ? found.reading : []));
    const results = await checkNotebooks(notebooks, fresh);
    const checked = new Map(results.map((result, index) => [fresh[index], result]));
    const readings = await Promise.all(
      looks.map((found, index) => settle(repositories[index] ?? { location: "" }, found, checked)),
    );
    if (latest !== undefined && sameMembers(latest.readings, readings)) return latest.registration;
    const registration = await merge({ ...ports, notebooks }, readings);
    const same = latest?.registration.id === registration.id ? latest.registration : registration;
    latest = { readings, registration: same };
    return same;
  }

  async function look(repository: Repository): Promise<Look> {
    try {
      const head = await ports.sources.head(repository);
      const before = known.get(keyOf(repository));
      if (before !== undefined && sameHead(before.head, head)) return { state: "known", reading: before.reading };
      return { state: "fresh", head, reading: await readRepository(ports.sources, repository, head) };
    } catch (thrown) {
      return { state: "out-of-reach", problem: problemOf(thrown) };
    }
  }

  async function settle(
    repository: Repository,
    found: Look,
    checked: ReadonlyMap<UncheckedReading | undefined, CheckedReading>,
  ): Promise<RepositoryReading> {
    if (found.state === "known") return found.reading;
    if (found.state === "out-of-reach") return await keep(repository, found.problem);
    const { reading, complete } = checked.get(found.reading) ?? { reading: found.reading, complete: false };
    if (complete) known.set(keyOf(repository), { head: found.head, reading });
    return reading;
  }

  /** What it registered when it could be reached. */
  async function keep(repository: Repository, problem: Unreachable): Promise<RepositoryReading> {
    const { location, branch = "master" } = repository;
    const before = known.get(keyOf(repository))?.reading ?? (await stored(repository));
    if (before === undefined) return unreadable(location, branch, { severity: "error", ...problem });
    const message = `${problem.message} Its tasks stay as they were registered last.`;
    const warning = { severity: "warning", ...problem, message, repository: location } as const;
    return kept(before, warning);
  }

  /** Of a process before this one. */
  async function stored(repository: Repository): Promise<RepositoryReading | undefined> {
    const key = keyOf(repository);
    const reading = restored.get(key) ?? keptReading(await ports.last?.(), repository.location);
    if (reading !== undefined) restored.set(key, reading);
    return reading;
  }

  /** The same object for the same trouble, so that nothing is put together again while it lasts. */
  const keptReadings = new WeakMap<RepositoryReading, RepositoryReading>();
  function kept(before: RepositoryReading, warning: RegistrationProblem): RepositoryReading {
    const made = keptReadings.get(before);
    if (made?.problems[0]?.message === warning.message) return made;
    const reading = { ...before, problems: [warning, ...before.problems] };
    keptReadings.set(before, reading);
    return reading;
  }

  return {
    read(repositories) {
      const unique = [...new Map(repositories.map((repository) => [repository.location, repository])).values()];
      const key = unique.map(keyOf).join("\n");
      const reading = waiting.get(key) ?? readNow(unique).finally(() => waiting.delete(key));
      waiting.set(key, reading);
      return reading;
    },
  };
}

interface Known {
  readonly head: Head;
  readonly reading: RepositoryReading;
}

type Unreachable = Pick<RegistrationProblem, "code" | "message" | "hint">;

type Look =
  | { readonly state: "known"; readonly reading: RepositoryReading }
  | { readonly state: "fresh"; readonly head: Head; readonly reading: UncheckedReading }
  | { readonly state: "out-of-reach"; readonly problem: Unreachable };

function keyOf({ location, branch, worktree }: Repository): string {
  return JSON.stringify([location, branch, worktree]);
}

/** Files that are not committed may have changed any time. */
function sameHead(a: Head, b: Head): boolean {
  return a.commit === b.commit && a.branch === b.branch && b.commit !== WORKTREE;
}

function problemOf(thrown: unknown): Unreachable {
  const message = describeError(thrown).cause;
  return { code: "unreachable", message, hint: thrown instanceof CirrusError ? thrown.hint : undefined };
}

function sameMembers(a: readonly RepositoryReading[], b: readonly RepositoryReading[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
