/** One worker process of a Lambda task: started with Lambda's environment, given an invocation at a time, killed whole. */

import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import type { LambdaFunction } from "../../executions/lambda-function.ts";
import { modulePath } from "../processes/module-path.ts";
import { orAfter } from "../processes/or-after.ts";
import { killSandbox, signalGroup } from "../processes/processes.ts";
import { lambdaEnvironment } from "./lambda-environment.ts";
import { LAMBDA_ERRORS, type LambdaFailure } from "./lambda-errors.ts";
import type { FromWorker, Invocation, ToWorker, WorkerOutcome } from "./lambda-messages.ts";
import { readWorkerOutput } from "./lambda-output.ts";

export interface LambdaProcess {
  readonly pid: number | undefined;
  /** False from the moment its end is known, before everything it left has been read. */
  isAlive(): boolean;
  /** Undefined once the handler is loaded; the failure where it cannot be, and then the process ends. */
  readonly loaded: Promise<LambdaFailure | undefined>;
  /** Resolves with what the handler made of it, or with why the process ended. Output goes to `onOutput` until then. */
  invoke(invocation: Invocation, onOutput: (lines: readonly string[]) => void): Promise<WorkerOutcome>;
  /** Ends the process and everything it started; what runs in it fails with `why`. */
  kill(why: LambdaFailure): void;
  readonly ended: Promise<unknown>;
}

/** Output may be held open by a process that left the group; nothing waits longer for it. */
const OUTPUT_GRACE_MS = 1000;

export function startLambdaProcess(fn: LambdaFunction, folder: string): LambdaProcess {
  const child = fork(modulePath(import.meta.url, "lambda-worker"), [], {
    cwd: fn.directory,
    env: lambdaEnvironment(fn, folder),
    execArgv: heapLimits(fn.memorySize),
    // A group of its own, so that it ends together with what it started.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = readWorkerOutput([child.stdout, child.stderr].flatMap((stream) => stream ?? []));
  const loaded = Promise.withResolvers<LambdaFailure | undefined>();
  const ended = Promise.withResolvers<WorkerOutcome>();
  let verdict: LambdaFailure | undefined;
  let settle: ((outcome: WorkerOutcome) => void) | undefined;

  const exited = (code: number | null, signal: NodeJS.Signals | null) => {
    if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    killSandbox(folder);
    const failure = verdict ?? exitFailure(fn, code, signal, output.last());
    void closed(child).then(() => {
      loaded.resolve(failure);
      ended.resolve({ ok: false, failure, fatal: true, residentBytes: 0 });
    });
  };
  child.on("exit", exited);
  child.on("error", (error) => {
    const cause = existsSync(fn.directory) ? error.message : `its folder ${fn.directory} does not exist`;
    const errorMessage = `Cannot start a process for ${fn.name}: ${cause}`;
    verdict ??= { errorType: LAMBDA_ERRORS.cannotStart, errorMessage, trace: [] };
    if (child.pid === undefined) exited(null, null);
  });
  child.on("message", (message: FromWorker) => {
    if (message.type === "loaded") loaded.resolve(undefined);
    else if (settle) settle(message);
    else if (!message.ok) loaded.resolve(message.failure);
  });
  tell(child, { type: "load", directory: fn.directory, handler: fn.handler });

  return {
    pid: child.pid,
    loaded: loaded.promise,
    ended: ended.promise,
    isAlive: () => child.connected && child.exitCode === null && child.signalCode === null,
    kill(why) {
      verdict ??= why;
      if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    },
    async invoke(invocation, onOutput) {
      const outcome = Promise.withResolvers<WorkerOutcome>();
      settle = outcome.resolve;
      const { complete } = output.begin(invocation.requestId, onOutput);
      tell(child, { type: "invoke", invocation });
      const result = await Promise.race([outcome.promise, ended.promise]);
      await orAfter(OUTPUT_GRACE_MS, Promise.race([complete, ended.promise]));
      settle = undefined;
      output.end();
      return result;
    },
  };
}

/** As Lambda's own start script divides memory: nine tenths for the old space, a twentieth for each young one. */
function heapLimits(memorySize: number): string[] {
  const young = Math.max(1, Math.floor(memorySize / 20));
  return [`--max-old-space-size=${Math.floor(memorySize * 0.9)}`, `--max-semi-space-size=${young}`];
}

/** A worker that is gone cannot be told anything; its exit settles what waits for it. */
function tell(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}

/** Its last output and its last message may arrive after the news of its end. */
function closed(child: ChildProcess): Promise<void> {
  const output = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const channel = child.connected && new Promise<void>((resolve) => child.once("disconnect", () => resolve()));
  return orAfter(OUTPUT_GRACE_MS, Promise.all([output, channel]));
}

function exitFailure(
  fn: LambdaFunction,
  code: number | null,
  signal: NodeJS.Signals | null,
  lastOutput: readonly string[],
): LambdaFailure {
  // V8 says so and aborts when its heap is full.
  if (lastOutput.some((line) => line.includes("JavaScript heap out of memory"))) {
    const errorMessage = `Runtime ran out of memory: the JavaScript heap reached its limit (memory size ${fn.memorySize} MB)`;
    return { errorType: LAMBDA_ERRORS.outOfMemory, errorMessage, trace: [] };
  }
  const how = signal ? `signal: ${signal}` : `exit status ${code}`;
  return { errorType: LAMBDA_ERRORS.exited, errorMessage: `Runtime exited with error: ${how}`, trace: [] };
}
