/** This project with loops enabled, which they are not in its own cirrus.yml: then all there is to deploy is deployed. */
import { copyFileSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

const OFF = "  loops:\n    Enabled: false\n";
const NO_REPOSITORIES = '    Repositories: ""\n';

/** The text of cirrus.yml, changed in nothing else. */
export function enableLoops(written: string, repositories: string): string {
  for (const part of [OFF, NO_REPOSITORIES]) {
    if (!written.includes(part)) throw new Error(`cirrus.yml does not say ${JSON.stringify(part)} any more`);
  }
  return written
    .replace(OFF, "  loops:\n    Enabled: true\n")
    .replace(NO_REPOSITORIES, `    Repositories: ${JSON.stringify(repositories)}\n`);
}

/** A folder that holds the configuration alone: all parts are the package's own. Whoever asks for it removes it. */
export function makeProjectWithLoops(): string {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-with-loops-"));
  const written = readFileSync(join(ROOT, "cirrus.yml"), "utf8");
  writeFileSync(join(folder, "cirrus.yml"), enableLoops(written, "https://git.example.com/loops.git"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "with-loops", private: true, type: "module" }));
  copyFileSync(join(ROOT, "serverless.yml"), join(folder, "serverless.yml"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}
