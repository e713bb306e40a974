/** What is left of a worker that had no time to clean up: nothing. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { isGone } from "./processes-gone.ts";

test.each([
  ["process", "SIGKILL"],
  ["reuse", "SIGKILL"],
  // As Ctrl-C in a terminal: all of the worker's group has it, and this program does not handle it.
  ["process", "SIGINT"],
] as const)("no process outlives a worker (%s) that ended by %s", async (mode, signal) => {
  const folder = temporaryFolder();
  const { group } = startWorker(folder, mode);
  const pids = [...(await readPids(join(folder, "pids-false"))), ...(await readPids(join(folder, "pids-true")))];
  expect(pids).toHaveLength(4);
  process.kill(-group, signal);
  expect(await Promise.all(pids.map(isGone))).toEqual([true, true, true, true]);
});

function startWorker(folder: string, mode: string): { readonly group: number } {
  const program = join(import.meta.dirname, "killed-worker.ts");
  const worker = spawn(process.execPath, [program, folder, mode], { detached: true, stdio: "inherit" });
  const group = worker.pid ?? 0;
  onTestFinished(() => {
    if (worker.exitCode === null && worker.signalCode === null) process.kill(-group, "SIGKILL");
  });
  return { group };
}

/** Of a task and of its child, once they are there. */
async function readPids(file: string): Promise<readonly number[]> {
  while (!existsSync(file) || !readFileSync(file, "utf8").includes(" ")) await sleep(25);
  return readFileSync(file, "utf8").split(" ").map(Number);
}
