/**
 * Reads what all repositories register. A repository whose branch has not moved is not read again, and one that cannot
 * be read harms no other.
 */
import type { Clock } from "../../clock.ts";
import { CirrusError, describeError } from "../../errors.ts";
import type { NotebookCheck } from "../notebook-check.ts";
import type { Registration } from "../registration.ts";
import { type Head, type Repository, type Sources, WORKTREE } from "../sources.ts";
import { checkNotebooks, makeRememberedCheck } from "./check-notebooks.ts";
import { makeKept, type Unreachable } from "./kept-reading.ts";
import { merge } from "./merge.ts";
import { readRepository } from "./read-repository.ts";
import type { RepositoryReading, UncheckedReading } from "./repository-reading.ts";

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
  const keep = makeKept(ports.last);
  /** By repository: the last that could be read. */
  const known = new Map<string, Known>();
  let latest: { readonly readings: readonly RepositoryReading[]; readonly registration: Registration } | undefined;

  async function look(repository: Repository): Promise<Look> {
    const before = known.get(keyOf(repository));
    try {
      const head = await ports.sources.head(repository);
      if (before !== undefined && sameHead(before.head, head)) return { state: "read", reading: before.reading };
      const unchecked = await readRepository(ports.sources, repository, head);
      return { state: "unchecked", repository, head, reading: unchecked };
    } catch (thrown) {
      return { state: "read", reading: await keep(repository, before?.reading, problemOf(thrown)) };
    }
  }

  /** The notebooks of all that have changed are looked into together. */
  async function checkAll(looks: readonly Look[]): Promise<readonly RepositoryReading[]> {
    const unchecked = looks.filter((found) => found.state === "unchecked");
    const results = await checkNotebooks(
      notebooks,
      unchecked.map(({ reading }) => reading),
    );
    const readings = new Map<Look, RepositoryReading>();
    for (const [index, { reading, complete }] of results.entries()) {
      const found = unchecked[index];
      if (found === undefined) continue;
      readings.set(found, reading);
      if (complete) known.set(keyOf(found.repository), { head: found.head, reading });
    }
    return looks.map((found) => readings.get(found) ?? found.reading);
  }

  return {
    async read(repositories) {
      const named = [...new Map(repositories.map((repository) => [repository.location, repository])).values()];
      const readings = await checkAll(await Promise.all(named.map(look)));
      if (latest !== undefined && sameMembers(latest.readings, readings)) return latest.registration;
      const merged = await merge({ notebooks, clock: ports.clock }, readings);
      const registration = latest?.registration.id === merged.id ? latest.registration : merged;
      latest = { readings, registration };
      return registration;
    },
  };
}

interface Known {
  readonly head: Head;
  readonly reading: RepositoryReading;
}

type Look =
  | { readonly state: "read"; readonly reading: RepositoryReading }
  | {
      readonly state: "unchecked";
      readonly repository: Repository;
      readonly head: Head;
      readonly reading: UncheckedReading;
    };

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
