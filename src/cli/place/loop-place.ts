/** Where loops are looked at and acted on: this machine's own store, or a stage that is deployed. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ExecutionFiles } from "../../loop/execution-files.ts";
import type { LoopControlStore, LoopDriverStore, LoopViewStore } from "../../loop/loop-store.ts";
import type { Repository } from "../../loop/sources.ts";
import { CONFIG_FILE } from "../../project/find-root.ts";
import type { Io } from "../terminal/io.ts";
import { type PlaceOptions, resolvePlace } from "./backend.ts";

export interface LoopPlace {
  /** As a part of a sentence: `here`, `in demo-prod (us-west-2)`. */
  readonly place: string;
  /** The options that lead here again, with a space before them; empty for this machine. */
  readonly flags: string;
  readonly store: LoopViewStore & LoopControlStore & Pick<LoopDriverStore, "registration">;
  readonly files: Pick<ExecutionFiles, "log" | "notebook">;
  /** A commit of a repository by the beginning of its hash, or another name; undefined where there is none. */
  resolveCommit(repository: Repository, name: string): Promise<string | undefined>;
  /** What starts the loops where nobody drives them; undefined where that happens by itself. */
  readonly starts?: string | undefined;
  /** Milliseconds between two looks at what others do. */
  readonly lookEveryMs: number;
  close(): Promise<void>;
}

/** Opens the place, works, and closes it whatever happened. Looking leaves no folder behind where there was none. */
export async function withLoopPlace<T>(
  io: Io,
  options: PlaceOptions,
  work: (place: LoopPlace) => Promise<T>,
): Promise<T> {
  const place = await openLoopPlace(io, options);
  try {
    return await work(place);
  } finally {
    await place.close();
  }
}

export async function openLoopPlace(io: Io, options: PlaceOptions): Promise<LoopPlace> {
  const place = resolvePlace(io, options);
  const data = loopData(io);
  if (place.stage !== undefined || place.stack !== undefined) {
    const { openDeployedLoops } = await import("./loop-deployed.ts");
    return openDeployedLoops(io, place, data);
  }
  const { openLoopsHere } = await import("../../scheduler/open-here.ts");
  const { store, files, close } = openLoopsHere(data, { create: false });
  return {
    place: "here",
    flags: "",
    store,
    files,
    async resolveCommit(repository, name) {
      const { findCommit, openSources } = await import("../../scheduler/open-sources.ts");
      return findCommit(openSources(data), repository, name);
    },
    starts: "npx cirrus loop run",
    lookEveryMs: 250,
    close: async () => close(),
  };
}

/** What this machine remembers: in the project's or repository's root, so that it is found from any folder in it. */
export function loopData(io: Pick<Io, "cwd">): string {
  return join(rootAbove(io.cwd, [CONFIG_FILE, ".git"]) ?? io.cwd, ".cirrus");
}

/** The root of the Git repository that a folder is in. */
export function repositoryAbove(folder: string): string | undefined {
  return rootAbove(folder, [".git"]);
}

function rootAbove(from: string, marks: readonly string[]): string | undefined {
  const folder = resolve(from);
  if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootAbove(parent, marks);
}
