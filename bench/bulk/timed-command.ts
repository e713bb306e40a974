/** Runs a command and says what it cost: wall time, and processor time of it and of every process it waited for. */
import { spawn } from "node:child_process";

export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** The shell's own `time` counts whole trees of processes, which Node has no call for. */
export function timeCommand(command: readonly string[], folder: string, input = ""): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/bash", ["-c", 'TIMEFORMAT="%R %U %S"; time "$@" > output.log 2>&1', "bash", ...command], {
      cwd: folder,
      stdio: ["pipe", "ignore", "pipe"],
      env: { ...process.env, CI: "1", LC_ALL: "C" },
    });
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const [wall, user, system] = (text.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
      if (code !== 0 || wall === undefined || user === undefined || system === undefined) {
        reject(new Error(`${command.join(" ")} ended with ${code}: see ${folder}/output.log\n${text}`));
      } else resolve({ wallSeconds: wall, cpuSeconds: user + system });
    });
    // Most do not read it.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
