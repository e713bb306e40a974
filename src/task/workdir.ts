/** The directory that one run of a task works in. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Workdir {
  readonly path: string;
  /** Removes a temporary directory; one that was asked for by name is kept. */
  remove(): Promise<void>;
}

export async function makeWorkdir(task: string, keptAt: string | undefined): Promise<Workdir> {
  if (keptAt !== undefined) {
    const path = resolve(keptAt);
    await mkdir(path, { recursive: true });
    return { path, remove: async () => {} };
  }
  const path = await mkdtemp(join(tmpdir(), `cirrus-${task}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
