/** The directory that one run of a task works in, and how much of it may be filled. */
import { mkdir, mkdtemp, readdir, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Environment } from "../env.ts";
import { CirrusError, EXIT } from "../errors.ts";
import type { Log } from "../log.ts";
import { WorkdirFull } from "./errors.ts";

export interface Room {
  /** So many of them are on the disk now. */
  written(bytes: number): void;
  /** The rest is not needed. */
  release(): void;
}

export interface Workdir {
  readonly path: string;
  /** Room for so many bytes more; throws WorkdirFull where there is not so much. */
  take(bytes: number): Promise<Room>;
  /** Removes a temporary directory; one that was asked for is kept. */
  remove(): Promise<void>;
}

type Settings = Pick<Environment, "CIRRUS_WORKDIR" | "CIRRUS_SAVE_WORKDIR" | "CIRRUS_WORKDIR_BYTES">;

export async function makeWorkdir(task: string, settings: Settings, log: Log): Promise<Workdir> {
  const limit = limitOf(settings);
  if (settings.CIRRUS_WORKDIR !== undefined) {
    const path = resolve(settings.CIRRUS_WORKDIR);
    await mkdir(path, { recursive: true });
    return { path, take: makeRoom(path, limit), remove: async () => {} };
  }
  const path = await mkdtemp(join(tmpdir(), `cirrus-${task}-`));
  return {
    path,
    take: makeRoom(path, limit),
    async remove() {
      if (settings.CIRRUS_SAVE_WORKDIR === "true") log.info("kept the work directory", { workdir: path });
      else await rm(path, { recursive: true, force: true });
    },
  };
}

function limitOf({ CIRRUS_WORKDIR_BYTES: text }: Settings): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d+$/.test(text)) return Number(text);
  throw new CirrusError(`CIRRUS_WORKDIR_BYTES is ${text}, which is no number of bytes.`, {
    hint: "Write it in digits: 536870912 is 512 MiB.",
    exitCode: EXIT.config,
  });
}

/** Statting a disk for each of thousands of small files costs more than it tells. */
const SMALL_BYTES = 16 * 1024 ** 2;

/**
 * Counts what is taken, and looks at the directory only where that would be too much: tasks remove files too, and write some
 * that nobody has announced.
 */
function makeRoom(path: string, limit: number): Workdir["take"] {
  /** Taken, and not written yet. */
  let outstanding = 0;
  let used = 0;

  async function check(bytes: number): Promise<void> {
    if (bytes > SMALL_BYTES) {
      const free = (await freeAt(path)) - outstanding;
      if (bytes > free) throw full(path, `${bytes} bytes more do not fit, ${Math.max(0, free)} are free on its disk`);
    }
    if (used + bytes <= limit) return;
    used = (await bytesIn(path)) + outstanding;
    if (used + bytes > limit) throw full(path, `${bytes} bytes more do not fit, it holds ${used} of ${limit}`);
  }

  return async (bytes) => {
    await check(bytes);
    outstanding += bytes;
    used += bytes;
    let mine = bytes;
    const settle = (written: number) => {
      const settled = Math.min(mine, written);
      mine -= settled;
      outstanding -= settled;
    };
    return { written: settle, release: () => settle(mine) };
  };
}

export function full(path: string, why: string, cause?: unknown): WorkdirFull {
  return new WorkdirFull(`The work directory ${path} is full: ${why}`, {
    hint: "Raise lambda.ephemeralStorageSize in the task's definition.yml (10240 at most), run it in Batch, remove files as soon as they are done with, or copy assets without a local file (assets.copy).",
    cause,
  });
}

async function freeAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

async function bytesIn(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  // A task may remove a file meanwhile.
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
