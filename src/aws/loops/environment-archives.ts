/** Environments of organisations as archives in the payload bucket, so that a new machine need not install everything again. */
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { LoopUrls } from "../../payload/object-urls.ts";

export interface EnvironmentArchives {
  /** Unpacks the archive to a folder that is not there; false where there is none. */
  fetch(codops: string, hash: string, folder: string): Promise<boolean>;
  /** `parts`: of the folder, by their names. */
  store(codops: string, hash: string, folder: string, parts: readonly string[]): Promise<void>;
}

export interface EnvironmentArchivesPorts {
  readonly objects: Pick<ObjectStore, "download" | "upload">;
  readonly urls: Pick<LoopUrls, "environment">;
}

/**
 * `sync`: what `tar` does side by side waits for itself for ever where a link is named as a folder above it is, and where
 * files are hard links, as some installers make them. The program has nothing else to do meanwhile.
 */
export function makeEnvironmentArchives({ objects, urls }: EnvironmentArchivesPorts): EnvironmentArchives {
  return {
    fetch: (codops, hash, folder) =>
      besideArchive(async (archive) => {
        if (!(await objects.download(urls.environment(codops, hash), archive))) return false;
        const { extract } = await import("tar");
        const unfinished = `${folder}.unfinished`;
        await rm(unfinished, { recursive: true, force: true });
        await mkdir(unfinished, { recursive: true });
        extract({
          file: archive,
          cwd: unfinished,
          sync: true,
          // Links of a virtual environment name the system's interpreter by its whole path.
          preservePaths: true,
          preserveOwner: false,
          filter: (path) => !isAbsolute(path) && !path.split("/").includes(".."),
        });
        await rename(unfinished, folder);
        return true;
      }),
    store: (codops, hash, folder, parts) =>
      besideArchive(async (archive) => {
        const { create } = await import("tar");
        create({ cwd: folder, file: archive, gzip: true, portable: true, sync: true }, [...parts]);
        await objects.upload(archive, urls.environment(codops, hash), { contentType: "application/gzip" });
      }),
  };
}

async function besideArchive<T>(work: (archive: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cirrus-environment-"));
  try {
    return await work(join(folder, "environment.tar.gz"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
