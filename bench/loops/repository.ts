/** A repository of many organisations with trivial tasks, all of them one function of one notebook. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SOURCE = "def task():\n    return 1\n";

export function makeRepository(folder: string, organisations: number, tasks: number): string {
  mkdirSync(join(folder, "peach.conf"), { recursive: true });
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null, source: SOURCE };
  const metadata = { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } };
  writeFileSync(
    join(folder, "trivial.ipynb"),
    JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells: [cell] }),
  );
  for (let number = 0; number < organisations; number++) {
    const names = Array.from(
      { length: tasks },
      (_, index) => `  task_${index}: { notebook: trivial.ipynb, method: task }`,
    );
    const codops = `org${String(number).padStart(3, "0")}`;
    writeFileSync(join(folder, "peach.conf", `${codops}.yaml`), `codops: ${codops}\ntasks:\n${names.join("\n")}\n`);
  }
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder });
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "--message", "Trivial tasks");
  return folder;
}
