/** A generated project of many tasks and workflows, for what reads whole projects. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PACKAGE = join(import.meta.dirname, "..");
export const CIRRUS = join(PACKAGE, "bin/cirrus");

/** Made by `cirrus init` and `cirrus create`, then copied under other names. */
export function writeManyParts({ tasks, workflows }: { readonly tasks: number; readonly workflows: number }): {
  readonly root: string;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-bench-"));
  const root = join(folder, "many");
  const cirrus = (...args: string[]) =>
    execFileSync(process.execPath, [CIRRUS, ...args], { cwd: args[0] === "init" ? folder : root, stdio: "ignore" });
  cirrus("init", "many");
  mkdirSync(join(root, "node_modules"));
  symlinkSync(PACKAGE, join(root, "node_modules/cirrus-pipeline"));
  cirrus("create", "task", "task-0", "A task of many", "--has-lambda", "--has-batch");
  cirrus("create", "workflow", "flow-0", "A workflow of many", "--task", "task-0");
  for (let index = 1; index < tasks; index++) copyPart(root, "tasks/task-0", `tasks/task-${index}`);
  for (let index = 1; index < workflows; index++) copyPart(root, "workflows/flow-0", `workflows/flow-${index}`);
  return { root, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function copyPart(root: string, from: string, to: string): void {
  cpSync(join(root, from), join(root, to), { recursive: true });
  const number = to.slice(to.lastIndexOf("-") + 1);
  for (const file of ["definition.yml", "payload.json"]) {
    const text = readFileSync(join(root, to, file), "utf8");
    const renamed = text.replaceAll("task-0", `task-${number}`).replaceAll("flow-0", `flow-${number}`);
    writeFileSync(join(root, to, file), renamed.replaceAll("Task0", `Task${number}`));
  }
}
