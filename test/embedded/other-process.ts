/** Runs one of the scripts in `processes/` as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface OtherProcess {
  readonly child: ChildProcess;
  /** Resolves with what it printed when it ends well; rejects with what it complained about. */
  readonly ended: Promise<string>;
  /** Resolves when it has printed this text. */
  printed(text: string): Promise<void>;
}

export function startProcess(script: string, ...values: string[]): OtherProcess {
  const path = fileURLToPath(new URL(`processes/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...values], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  let complaints = "";
  child.stderr.on("data", (data: Buffer) => {
    complaints += data.toString();
  });
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${script} ended with ${code ?? signal}: ${complaints}`));
    });
  });
  // A test that kills the process does not wait for its end.
  ended.catch(() => undefined);
  return {
    child,
    ended,
    printed(text) {
      return new Promise((resolve, reject) => {
        const look = () => output.includes(text) && resolve();
        child.stdout.on("data", look);
        ended.then(() => reject(new Error(`${script} never printed ${text}, but ${output}`)), reject);
        look();
      });
    },
  };
}
