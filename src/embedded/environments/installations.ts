/**
 * What is installed for organisations: each set of requirements once, in a folder of its own that counts from the moment
 * its marker is written. Scripts in it name their own path, so it is built where it stays and never moved.
 */
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, isoTime } from "../../clock.ts";

export interface Installation {
  readonly codops: string;
  /** Hash of the requirements and of what they are installed for. */
  readonly key: string;
  readonly requirements: readonly string[];
  /** ISO 8601 */
  readonly builtAt: string;
  readonly path: string;
}

export interface Installations {
  find(codops: string, key: string): Installation | undefined;
  /** The one that the organisation used last, whatever is in it. */
  lastGood(codops: string): Installation | undefined;
  /** An empty folder to build in. What others did not finish goes: only who holds the lock may call this. */
  begin(codops: string, key: string): Promise<string>;
  finish(installation: Omit<Installation, "builtAt">): Promise<Installation>;
  discard(path: string): Promise<void>;
}

const MARKER = "installed.json";
/** Of an organisation: what it uses, what it used before, and one more. */
const KEPT = 3;

/** `folder` holds nothing else. */
export function makeInstallations(folder: string, clock: Clock): Installations {
  const known = new Map<string, Installation>();

  /** All of an organisation, the one used last first. */
  function list(codops: string): readonly Installation[] {
    const prefix = `${fileName(codops)}-`;
    const names = readdirSync(mkdir(folder)).filter((name) => name.startsWith(prefix));
    return names
      .flatMap((name) => readMarker(join(folder, name)) ?? [])
      .filter(({ installation }) => installation.codops === codops)
      .sort((a, b) => b.usedAt - a.usedAt)
      .map(({ installation }) => installation);
  }

  /** Its marker's time says when it was used last. */
  function use(installation: Installation): Installation | undefined {
    const now = clock.now() / 1000;
    try {
      utimesSync(join(installation.path, MARKER), now, now);
      return installation;
    } catch {
      // Somebody has removed it.
      return undefined;
    }
  }

  return {
    find(codops, key) {
      const name = `${codops} ${key}`;
      const before = known.get(name);
      const found = (before && use(before)) ?? list(codops).find((one) => one.key === key);
      if (found === undefined) known.delete(name);
      else known.set(name, found);
      return found && use(found);
    },
    lastGood(codops) {
      const found = list(codops)[0];
      return found && use(found);
    },
    async begin(codops, key) {
      const prefix = `${fileName(codops)}-`;
      for (const name of readdirSync(mkdir(folder))) {
        const isUnfinished = name.startsWith(prefix) && !existsSync(join(folder, name, MARKER));
        if (isUnfinished) await rm(join(folder, name), { recursive: true, force: true });
      }
      return mkdir(join(folder, `${prefix}${key}-${randomUUID().slice(0, 8)}`));
    },
    async finish({ path, ...rest }) {
      const marker = { ...rest, builtAt: isoTime(clock.now()) };
      writeFileSync(join(path, `${MARKER}.new`), JSON.stringify(marker, undefined, 2));
      renameSync(join(path, `${MARKER}.new`), join(path, MARKER));
      const installation = { ...marker, path };
      use(installation);
      for (const old of list(rest.codops).slice(KEPT)) await rm(old.path, { recursive: true, force: true });
      return installation;
    },
    discard: (path) => rm(path, { recursive: true, force: true }),
  };
}

interface Marked {
  readonly installation: Installation;
  readonly usedAt: number;
}

/** Undefined where it is not finished, or gone by now. */
function readMarker(path: string): Marked | undefined {
  const file = join(path, MARKER);
  try {
    return { installation: { ...JSON.parse(readFileSync(file, "utf8")), path }, usedAt: statSync(file).mtimeMs };
  } catch {
    return undefined;
  }
}

function mkdir(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

/** Organisations are named plainly, but nothing that is written in a repository leads out of the folder. */
function fileName(codops: string): string {
  return codops.replaceAll(/[^A-Za-z0-9_]/g, "_");
}
