/** A real Git repository in a folder, for tests. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface TestRepository {
  readonly folder: string;
  /** What Git prints. */
  git(...args: readonly string[]): string;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  remove(...paths: readonly string[]): void;
  /** Writes the files and commits all there is; the commit's hash. */
  commit(files?: Readonly<Record<string, string | Uint8Array>>, message?: string): string;
}

export function makeRepository(folder: string, branch = "master"): TestRepository {
  mkdirSync(folder, { recursive: true });
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  git("init", "--quiet", "-b", branch);
  git("config", "user.name", "Somebody");
  git("config", "user.email", "somebody@example.com");
  const repository: TestRepository = {
    folder,
    git,
    write(files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
    },
    remove(...paths) {
      for (const path of paths) rmSync(join(folder, path), { recursive: true });
    },
    commit(files = {}, message = "Change something") {
      repository.write(files);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "-m", message);
      return git("rev-parse", "HEAD");
    },
  };
  return repository;
}
