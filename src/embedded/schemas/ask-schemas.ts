/**
 * Asks handlers for the JSON Schema of their parameters. They are loaded in a process of their own: what a module does
 * while it is loaded, or never comes to an end with, is not done to the one who asks.
 */
import { fork } from "node:child_process";
import { modulePath } from "../processes/module-path.ts";
import type { Asked, Told } from "./schema-messages.ts";

/** For one handler: a module that is still loading then waits for something that does not come. */
const PATIENCE_MS = 30_000;

export interface AskOptions {
  /** What the handlers find in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly patienceMs?: number | undefined;
}

/** One answer for each, in their order. */
export async function askSchemas(asked: readonly Asked[], options: AskOptions): Promise<readonly Told[]> {
  const told: Told[] = [];
  while (told.length < asked.length) {
    const before = told.length;
    const reason = await askProcess(asked.slice(before), options, (one) => told.push({ ...one, index: told.length }));
    // The one that it ended with has no answer; those behind it are asked in another process.
    if (told.length < asked.length) told.push({ index: told.length, reason, files: [] });
  }
  return told;
}

/** Resolves when the process has ended, with what to say of the one it ended with. */
function askProcess(
  asked: readonly Asked[],
  { environment, patienceMs = PATIENCE_MS }: AskOptions,
  take: (told: Told) => void,
): Promise<string> {
  const child = fork(modulePath(import.meta.url, "schema-program"), [], {
    env: environment,
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const { promise, resolve } = Promise.withResolvers<string>();
  let reason: string | undefined;
  const lose = () => {
    reason = `it was not loaded within ${patienceMs / 1000} s`;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(lose, patienceMs);
  child.on("message", (told: Told) => {
    clearTimeout(timer);
    timer = setTimeout(lose, patienceMs);
    take(told);
  });
  child.on("error", (error) => resolve(error.message));
  child.on("close", (code, signal) => {
    clearTimeout(timer);
    resolve(reason ?? `the process ended while it was loaded (${signal ?? `exit code ${code}`})`);
  });
  child.send([...asked], () => {});
  return promise;
}
