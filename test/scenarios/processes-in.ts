/** The processes that a scenario has started, found by its folder whatever became of their parents. */
import { readdirSync, readFileSync } from "node:fs";

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Those that work in the folder, or were told of it. */
export function processesIn(root: string): readonly FoundProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const command = readQuietly(`/proc/${name}/cmdline`).replaceAll("\0", " ");
    const isOwn = command.includes(root) || readQuietly(`/proc/${name}/environ`).includes(root);
    return isOwn && command !== "" ? [{ pid: Number(name), command }] : [];
  });
}

export function killProcessesIn(root: string): void {
  for (const { pid } of processesIn(root)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended in the meantime.
    }
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
