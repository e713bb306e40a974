/** Runs a pool's setup script in the worker's container: what it installs and what it exports is there for all tasks. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definedOf } from "../../env.ts";
import { CirrusError } from "../../errors.ts";

/** A step that fails ends it: what it was to install is not there, and every task would fail of that. */
const RUN = 'set -e; . "$1"; env -0 > "$2"';

export interface SetupOptions {
  /** Where the task's program is. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * The environment that tasks are to have: the script is sourced, so that `source venv/bin/activate` and `export` do what they
 * say. Without a script it is the one that is there. Throws with the script's exit status; its output is the worker's own.
 */
export async function runSetupScript(
  script: string | undefined,
  { folder: directory, environment, signal }: SetupOptions,
): Promise<Readonly<Record<string, string>>> {
  if (script === undefined) return definedOf(environment);
  const folder = await mkdtemp(join(tmpdir(), "cirrus-setup-"));
  try {
    const [file, exported] = [join(folder, "setup.sh"), join(folder, "environment")];
    await writeFile(file, script);
    const child = spawn("/bin/bash", ["-c", RUN, "setup", file, exported], {
      cwd: directory,
      env: { ...environment },
      stdio: ["ignore", "inherit", "inherit"],
      signal,
    });
    await endOf(child);
    return parseEnvironment(await readFile(exported, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function endOf(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(failure(error.message)));
    child.once("exit", (code, ended) => {
      if (code === 0) resolve();
      else reject(failure(ended === null ? `it ended with exit status ${code}` : `it was ended by ${ended}`));
    });
  });
}

function failure(how: string): CirrusError {
  return new CirrusError(`The setup script of the run failed: ${how}`, {
    hint: "What it printed stands above. Mend it, and start the run again with the same command.",
  });
}

function parseEnvironment(text: string): Readonly<Record<string, string>> {
  const pairs = text.split("\0").flatMap((line) => {
    const at = line.indexOf("=");
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
  });
  return Object.fromEntries(pairs);
}
