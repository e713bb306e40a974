/** The browser that pages are looked at in: Debian's Chromium, installed where it is not there and may be. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

export type Browser =
  | { readonly outcome: "ready"; readonly program: string }
  | { readonly outcome: "unavailable"; readonly reason: string };

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome"];
const PACKAGES = ["chromium", "fonts-dejavu-core"];
const INSTALL_TIMEOUT_MS = 5 * 60_000;

const run = promisify(execFile);

export async function prepareChromium(): Promise<Browser> {
  const known = findChromium();
  if (known !== undefined) return { outcome: "ready", program: known };
  if (process.getuid?.() !== 0)
    return { outcome: "unavailable", reason: "there is no Chromium: apt-get install chromium" };
  try {
    const options = { timeout: INSTALL_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    await run("apt-get", ["update", "-qq"], options);
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES], options);
  } catch (error) {
    return { outcome: "unavailable", reason: `Chromium cannot be installed: ${lastLine(error)}` };
  }
  const program = findChromium();
  return program === undefined
    ? { outcome: "unavailable", reason: "Chromium was installed and is not there" }
    : { outcome: "ready", program };
}

/** The program's path. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(":");
  return PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lastLine(error: unknown): string {
  const said = error instanceof Error && "stderr" in error && error.stderr !== "" ? error.stderr : error;
  return String(said).trim().split("\n").at(-1) ?? "";
}
