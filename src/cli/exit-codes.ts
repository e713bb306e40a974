/** `cirrus help exit-codes`: what each exit code says. */
import { EXIT, type ExitCode } from "../errors.ts";

const MEANINGS: readonly (readonly [number, string])[] = [
  [EXIT.ok, "everything was done, or there was nothing to do"],
  [EXIT.failed, "the operation failed: a payload ended FAILED, a task threw, …"],
  [EXIT.usage, "the command was called wrongly"],
  [EXIT.config, "the project or the payload is not valid; nothing was run"],
  [EXIT.credentials, "no credentials, or they have expired"],
  [EXIT.notFound, "there is no such payload, workflow, task or file"],
  [EXIT.conflict, "something else holds what is needed"],
  [EXIT.timeout, "gave up waiting; what was started goes on"],
  [EXIT.partial, "some of several failed"],
  [EXIT.interrupted, "stopped by Ctrl-C; what was running is taken up by the next start"],
  [EXIT.terminated, "stopped by SIGTERM"],
];

export const EXIT_CODES_HELP = `Exit codes:\n\n${MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}\n`).join("")}`;

/** How a command ends that was told to stop; undefined where it was not. */
export function exitCodeOfSignal({ signal }: { readonly signal: AbortSignal }): ExitCode | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason === "SIGTERM" ? EXIT.terminated : EXIT.interrupted;
}
