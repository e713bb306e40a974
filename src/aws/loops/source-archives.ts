/**
 * Code of loops as archives in the payload bucket, a commit each: whoever reads repositories stores them, and machines that
 * execute tasks unpack them, so that these need neither Git nor the right to read the repositories.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { type Repository, type Sources, WORKTREE } from "../../loop/sources.ts";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { LoopUrls } from "../../payload/object-urls.ts";

export interface SourceArchives extends Pick<Sources, "checkOut"> {
  /** Stores the commit's files, unless they are there already. To be called for all commits in use, again and again: archives expire. */
  store(sources: Pick<Sources, "checkOut">, repository: Repository, commit: string): Promise<void>;
}

export interface SourceArchivesPorts {
  readonly objects: ObjectStore;
  readonly urls: LoopUrls;
  readonly clock: Clock;
}

/** The bucket removes archives after 90 days. */
const FRESH_MS = 30 * 24 * 3600 * 1000;

export function makeSourceArchives({ objects, urls, clock }: SourceArchivesPorts): SourceArchives {
  return {
    async store(sources, repository, commit) {
      refuseWorktree(repository, commit);
      const url = urls.source(repository.location, commit);
      const stored = await objects.head(url);
      if (stored !== undefined && clock.now() - Date.parse(stored.modified) < FRESH_MS) return;
      await inTemporaryFolder(async (folder) => {
        const tree = join(folder, "tree");
        const archive = join(folder, "archive.tar.gz");
        await mkdir(tree);
        await sources.checkOut(repository, commit, tree);
        const { create } = await import("tar");
        // `portable`: nothing of this machine, such as its users, is in it.
        create({ cwd: tree, file: archive, gzip: true, portable: true, sync: true }, ["."]);
        await objects.upload(archive, url, { contentType: "application/gzip" });
      });
    },

    async checkOut(repository, commit, folder) {
      refuseWorktree(repository, commit);
      const url = urls.source(repository.location, commit);
      await inTemporaryFolder(async (temporary) => {
        const archive = join(temporary, "archive.tar.gz");
        if (!(await objects.download(url, archive))) throw missing(repository, commit);
        await unpack(archive, folder);
      });
    },
  };
}

/** What Git keeps. */
const KINDS = new Set(["File", "OldFile", "Directory", "SymbolicLink"]);

/** `tar` itself takes no path out of the folder, and writes through no link. */
async function unpack(archive: string, cwd: string): Promise<void> {
  const { extract } = await import("tar");
  const refused: string[] = [];
  extract({
    file: archive,
    cwd,
    // Side by side it waits for itself for ever where a link is named as a folder above it is.
    sync: true,
    // Whatever it would leave out with a warning is an error.
    strict: true,
    preserveOwner: false,
    filter(path, entry) {
      const isKept = !("type" in entry) || KINDS.has(entry.type);
      if (!isKept) refused.push(path);
      return isKept;
    },
  });
  if (refused.length === 0) return;
  throw new CirrusError(`The archive of the code holds what is no file, folder or link: ${refused.join(", ")}.`);
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-source-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refuseWorktree({ location }: Repository, commit: string): void {
  if (commit !== WORKTREE) return;
  throw new CirrusError(`The files of ${location} are to be taken as they lie there, which a deployed stage cannot.`, {
    hint: "Commit them, and name the repository by a URL.",
    exitCode: EXIT.usage,
  });
}

function missing({ location }: Repository, commit: string): CirrusError {
  return new CirrusError(`The code of ${location} at ${commit.slice(0, 8)} is not stored.`, {
    hint: "It is stored when the repository is registered: see what the function register-loops says.",
    exitCode: EXIT.notFound,
  });
}
