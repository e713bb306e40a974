/**
 * The Python environments that the emulator and the linters run in: made from pinned requirements where they are not there yet.
 * A machine without Python or without the package registry cannot have it, which is an answer and no failure.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

export type PythonEnvironment =
  | { readonly outcome: "ready"; readonly python: string }
  | { readonly outcome: "unavailable"; readonly reason: string };

export const EMULATOR_FOLDER = resolve(import.meta.dirname, "../../.emulator");

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");

const INSTALL_TIMEOUT_MS = 5 * 60_000;

const run = promisify(execFile);

export interface PythonOptions {
  /** The emulator's where no others are named. */
  readonly requirements?: string;
  /** The first of them that is there and new enough is taken. */
  readonly programs?: readonly string[];
  /** The least minor version of Python 3. */
  readonly minor?: number;
}

export async function preparePython({
  requirements = REQUIREMENTS,
  programs = ["python3"],
  minor = 10,
}: PythonOptions = {}): Promise<PythonEnvironment> {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(EMULATOR_FOLDER, `python-${digest}`);
  const python = join(folder, "bin", "python");
  if (existsSync(python)) return { outcome: "ready", python };

  const program = await findProgram(programs, minor);
  if (program === undefined) {
    return { outcome: "unavailable", reason: `Python 3.${minor} or newer is not there as ${programs.join(" or ")}` };
  }
  await mkdir(EMULATOR_FOLDER, { recursive: true });
  // Made aside and moved into place, so that two runs that start at once do not meet half an environment.
  const draft = await mkdtemp(join(EMULATOR_FOLDER, "making-"));
  try {
    const failure = (await venv(program, draft)) ?? (await install(draft, requirements));
    if (failure !== undefined) return { outcome: "unavailable", reason: failure };
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(python)) throw error;
    });
    return { outcome: "ready", python };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function findProgram(programs: readonly string[], minor: number): Promise<string | undefined> {
  for (const program of programs) {
    try {
      await run(program, ["-c", `import sys; sys.exit(sys.version_info < (3, ${minor}))`]);
      return program;
    } catch {
      // Not there, or too old.
    }
  }
  return undefined;
}

async function venv(program: string, folder: string): Promise<string | undefined> {
  try {
    await run(program, ["-m", "venv", folder], { timeout: INSTALL_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    return `\`python3 -m venv\` failed (Debian keeps it in the package python3-venv): ${lastLine(error)}`;
  }
}

async function install(folder: string, requirements: string): Promise<string | undefined> {
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements];
  try {
    await run(join(folder, "bin", "python"), pip, { timeout: INSTALL_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    return `what is needed could not be installed from the Python package registry: ${lastLine(error)}`;
  }
}

function lastLine(error: unknown): string {
  const said = error instanceof Error && "stderr" in error && error.stderr !== "" ? error.stderr : error;
  return String(said).trim().split("\n").at(-1) ?? "";
}
