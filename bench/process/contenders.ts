/** The two that are measured, each in a process of its own that has one function loaded. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { FunctionName, RunRequest, RunResult } from "./runs.ts";

export interface Contender {
  readonly name: string;
  readonly isPeer: boolean;
  /** Messages in an event. */
  readonly batch: number;
  /** In one round. */
  readonly payloads: number;
  /** EventBridge invokes its update-state itself, with one status change at a time. */
  readonly oneStatusChangeAnEvent: boolean;
  /** With a file of events. */
  run(events: string): Promise<RunResult>;
  stop(): void;
}

type Environment = Readonly<Record<string, string>>;

export function startBundle(
  name: string,
  bundle: string,
  environment: Environment,
  size: Pick<Contender, "batch" | "payloads">,
): Contender {
  const child = fork(join(import.meta.dirname, "run-bundle.ts"), [bundle], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = endOf(child);
  const loaded = messageOf(child);
  return {
    name,
    isPeer: false,
    ...size,
    oneStatusChangeAnEvent: false,
    async run(events) {
      await Promise.race([loaded, ended]);
      child.send({ events } satisfies RunRequest);
      // What run-bundle.ts sends.
      return (await Promise.race([messageOf(child), ended])) as RunResult;
    },
    stop: () => void child.disconnect(),
  };
}

export function startCirrusGeo(python: string, name: FunctionName, environment: Environment): Contender {
  const script = join(import.meta.dirname, "run_cirrus_geo.py");
  const child = spawn(python, [script, name.replace("-", "_")], {
    env: { PATH: process.env.PATH, ...environment, CIRRUS_LOG_LEVEL: "INFO" },
    // What it logs goes to standard error.
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = endOf(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: "cirrus-geo 2.0.0, 10 a batch",
    isPeer: true,
    batch: 10,
    payloads: 50,
    oneStatusChangeAnEvent: true,
    async run(events) {
      child.stdin.write(`${JSON.stringify({ events } satisfies RunRequest)}\n`);
      const line = await Promise.race([lines.next(), ended]);
      return JSON.parse(String(line.value));
    },
    stop: () => void child.stdin.end(),
  };
}

/** Never settles while the process runs. */
function endOf(child: ChildProcess): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    child.once("exit", (code) => reject(new Error(`A function's process ended with ${code}`)));
  });
  // After the last round it may.
  ended.catch(() => {});
  return ended;
}

function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("message", resolve));
}
