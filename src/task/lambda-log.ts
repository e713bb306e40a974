/** The log of a Lambda and of a job: its standard output is its log stream. */
import type { Environment } from "../env.ts";
import { type Log, type LogLevel, makeJsonLog } from "../log.ts";

export function lambdaLog(environment: Environment): Log {
  const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
  const level = levels.find((name) => name === environment.CIRRUS_LOG_LEVEL?.toLowerCase()) ?? "info";
  return makeJsonLog((line) => process.stdout.write(`${line}\n`), Date.now, level);
}
