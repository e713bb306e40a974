/** A copy of this checkout with the probe in it, where tests deploy from. */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { emulatorEnvironment } from "./emulator.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProjectCopy {
  readonly folder: string;
  /** The Serverless Framework's own command. */
  serverless(...args: string[]): Promise<Ended>;
  cirrus(...args: string[]): Promise<Ended>;
  remove(): void;
}

const ROOT = resolve(import.meta.dirname, "../..");

/** Made here, or too large to copy. */
const LEFT_OUT = new Set([".git", ".cirrus", ".emulator", ".serverless", ".esbuild", "node_modules"]);

const LONGEST_MS = 10 * 60_000;

/** Parts that bring most of what there is to bundle, to upload and to unpack. */
const LARGE = [
  ...["tasks/add-preview", "tasks/convert-to-cog", "tasks/copy-assets"],
  ...["workflows/mirror", "workflows/mirror-with-preview", "workflows/cog-archive"],
];

export interface CopyOptions {
  /** For tests that send nothing through the tasks of rasters and assets: these are disabled, which makes a deployment a quarter shorter. */
  readonly isSmall?: boolean;
}

export function copyProject(endpoint: string, { isSmall = false }: CopyOptions = {}): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-deployed-"));
  cpSync(ROOT, folder, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
  cpSync(join(import.meta.dirname, "probe"), folder, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  if (isSmall) for (const part of LARGE) disable(join(folder, part, "definition.yml"));
  const run = (program: string, args: readonly string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { ...process.env, ...emulatorEnvironment(endpoint), CI: "true", NO_COLOR: "1" };
      const options = { cwd: folder, env, timeout: LONGEST_MS, maxBuffer: 64 * 1024 * 1024 };
      execFile(program, [...args], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, stdout, stderr });
      });
    });
  return {
    folder,
    serverless: (...args) => run(join(folder, "node_modules/.bin/serverless"), args),
    cirrus: (...args) => run(join(folder, "bin", "cirrus"), args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function disable(definition: string): void {
  writeFileSync(definition, readFileSync(definition, "utf8").replace(/^enabled: true$/m, "enabled: false"));
}
