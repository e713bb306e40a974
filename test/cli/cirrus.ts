/** The command line as tests call it: `main` in this process with a terminal that is none, or the real program. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { main } from "../../src/cli/main.ts";
import { PACKAGE } from "./temporary-project.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly cwd: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether standard output and standard error are a terminal; standard input is never one. */
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
}

/** In this process: quick. */
export async function cirrus(args: readonly string[], options: CallOptions): Promise<Ended> {
  const { cwd, stdin = "", env = {}, terminal = false, signal = new AbortController().signal } = options;
  const written = { stdout: "", stderr: "" };
  const output = (name: keyof typeof written) => ({
    isTTY: terminal,
    write(text: string) {
      written[name] += text;
    },
  });
  const code = await main(args, {
    stdin: Readable.from([stdin]),
    stdout: output("stdout"),
    stderr: output("stderr"),
    cwd,
    env,
    signal,
  });
  return { code, ...written };
}

export interface CirrusProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once standard error holds this; rejects where the program ends without. */
  saying(text: string | RegExp): Promise<void>;
  /** What stands on standard error by now. */
  said(): string;
  /** Resolves once standard error has this many lines, or the program has ended. */
  lines(count: number): Promise<void>;
}

/** The real program in a process of its own, killed with the test at the latest. */
export function startCirrus(args: readonly string[], cwd: string): CirrusProcess {
  const child = spawn(process.execPath, [join(PACKAGE, "bin/cirrus"), ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR },
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...written })));
  const until = (holds: () => boolean): Promise<boolean> =>
    new Promise((resolve) => {
      const end = (found: boolean) => {
        child.stderr.off("data", look);
        resolve(found);
      };
      const look = () => void (holds() && end(true));
      child.stderr.on("data", look);
      look();
      void ended.then(() => end(holds()));
    });
  return {
    child,
    ended,
    async saying(text) {
      const found = await until(() => written.stderr.match(text) !== null);
      if (!found) throw new Error(`cirrus ${args.join(" ")} never said ${text}, but:\n${written.stderr}`);
    },
    said: () => written.stderr,
    async lines(count) {
      await until(() => written.stderr.split("\n").length > count);
    },
  };
}
