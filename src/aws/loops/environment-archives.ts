/** Environments of organisations as archives in the payload bucket, so that a new machine need not install everything again. */
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { LoopUrls } from "../../payload/object-urls.ts";

export interface EnvironmentArchives {
  /** Unpacks the archive to a folder that is not there; false where there is none. */
  fetch(codops: string, hash: string, folder: string): Promise<boolean>;
  store(codops: string, hash: string, folder: string): Promise<void>;
}

export interface EnvironmentArchivesPorts {
  readonly objects: Pick<ObjectStore, "download" | "upload">;
  readonly urls: Pick<LoopUrls, "environment">;
}

export function makeEnvironmentArchives({ objects, urls }: EnvironmentArchivesPorts): EnvironmentArchives {
  return {
    fetch: (codops, hash, folder) =>
      besideArchive(async (archive) => {
        if (!(await objects.download(urls.environment(codops, hash), archive))) return false;
        const { extract } = await import("tar");
        const unfinished = `${folder}.unfinished`;
        await rm(unfinished, { recursive: true, force: true });
        await mkdir(unfinished, { recursive: true });
        // Links of a virtual environment name the system's interpreter by its whole path.
        await extract({ file: archive, cwd: unfinished, preservePaths: true, preserveOwner: false });
        await rename(unfinished, folder);
        return true;
      }),
    store: (codops, hash, folder) =>
      besideArchive(async (archive) => {
        const { create } = await import("tar");
        await create({ cwd: folder, file: archive, gzip: true, portable: true }, ["."]);
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
