/** A Git repository of notebooks in Python, with commits. */
import { execFileSync } from "node:child_process";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { cirrus, type Ended } from "./cirrus.ts";
import { writeFiles } from "./temporary-project.ts";

export interface LoopRepository {
  readonly cwd: string;
  git(...args: string[]): string;
  write(files: Readonly<Record<string, string>>): void;
  /** Everything that lies there; the commit's whole hash. */
  commit(files: Readonly<Record<string, string>>): string;
  loop(...args: string[]): Promise<Ended>;
}

export function loopRepository(files: Readonly<Record<string, string>>): LoopRepository {
  const cwd = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd,
      encoding: "utf8",
    });
  const commit = (changed: Readonly<Record<string, string>>) => {
    writeFiles(cwd, changed);
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", "A change");
    return git("rev-parse", "HEAD").trim();
  };
  git("init", "--quiet", "--initial-branch=main");
  commit(files);
  return {
    cwd,
    git,
    commit,
    write: (changed) => writeFiles(cwd, changed),
    loop: (...args) => cirrus(["loop", ...args], { cwd, env: { PATH: process.env.PATH ?? "" } }),
  };
}

/** Of one cell. */
export function notebook(source: string): string {
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null, source };
  const metadata = { language_info: { name: "python" } };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells: [cell] });
}

/** Tasks of zzebu, each a function of `work.ipynb`. */
export function registration(...tasks: readonly string[]): string {
  const task = (name: string) => `  ${name}:\n    notebook: work.ipynb\n    method: ${name}\n`;
  return `codops: zzebu\ntasks:\n${tasks.map(task).join("")}`;
}
