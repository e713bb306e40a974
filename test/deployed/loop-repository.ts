/** A bare repository of two organisations, as a Git server would hold it, and a clone that somebody commits in. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export interface LoopRepository {
  readonly url: string;
  /** Pushes these files as one commit, and says which. */
  commit(files: Readonly<Record<string, string>>): string;
  remove(): void;
}

export function makeLoopRepository(): LoopRepository {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-loop-repository-"));
  const [bare, clone] = [join(folder, "bare.git"), join(folder, "clone")];
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: clone,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  mkdirSync(clone);
  git("init", "--quiet", "--bare", "--initial-branch=main", bare);
  git("clone", "--quiet", bare, ".");
  return {
    url: pathToFileURL(bare).href,
    commit(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(clone, path)), { recursive: true });
        writeFileSync(join(clone, path), text);
      }
      git("add", "--all");
      git("commit", "--quiet", "--message", Object.keys(files).join(", "));
      git("push", "--quiet", "origin", "HEAD:main");
      return git("rev-parse", "HEAD");
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function notebookOf(source: string): string {
  const cells = [{ cell_type: "code", metadata: {}, outputs: [], execution_count: null, source }];
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells });
}
