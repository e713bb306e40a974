/** The repositories as loops on this machine read them: mirrors of those behind URLs lie in the data directory. */
import { join } from "node:path";
import { type Clock, systemClock } from "../clock.ts";
import { makeGitSources } from "../embedded/git/sources.ts";
import type { Repository, Sources } from "../loop/sources.ts";

/** `data`: the data directory, made when the first URL is fetched. */
export function openSources(data: string, clock: Clock = systemClock): Sources {
  return makeGitSources({ folder: join(data, "loops", "repositories"), clock });
}

/** A commit by the beginning of its hash or another name, also one that has just been pushed. */
export async function findCommit(sources: Sources, repository: Repository, name: string): Promise<string | undefined> {
  // What is behind a URL is fetched by this.
  await sources.head(repository);
  return sources.resolve(repository, name);
}
