/** A log that tests can read: `level message reason`. */
import type { Log, LogFields } from "../../src/log.ts";

export function makeRuntimeLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (message: string, { reason = "" }: LogFields = {}): void =>
      void lines.push(`${level} ${message} ${reason}`.trim());
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
