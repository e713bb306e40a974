/** The frame of programs that run as Batch jobs: one argument, SIGTERM, and one line for what went wrong. */
import { parseArgs } from "node:util";
import { CirrusError, describeError, EXIT, type ExitCode } from "./errors.ts";

export interface BatchProgram {
  /** `cirrus-worker <run>` */
  readonly usage: string;
  readonly args: readonly string[];
  readonly print: (line: string) => void;
  /** `signal` is aborted when Batch takes the machine away or ends the job. */
  run(argument: string, signal: AbortSignal): Promise<void>;
}

/** The exit code. What `run` throws is the last line. */
export async function runBatchProgram({ usage, args, print, run }: BatchProgram): Promise<ExitCode> {
  const argument = onlyArgument(args);
  if (argument === undefined) {
    print(`UsageError: ${usage}`);
    return EXIT.usage;
  }
  const stop = new AbortController();
  const onTerminate = () => stop.abort();
  process.on("SIGTERM", onTerminate);
  try {
    await run(argument, stop.signal);
    return EXIT.ok;
  } catch (thrown) {
    const { error, cause } = describeError(thrown);
    const hint = thrown instanceof CirrusError && thrown.hint !== undefined ? ` ${thrown.hint}` : "";
    print(`${error}: ${cause}${hint}`.replaceAll(/\s*\n\s*/g, " "));
    return EXIT.failed;
  } finally {
    process.off("SIGTERM", onTerminate);
  }
}

function onlyArgument(args: readonly string[]): string | undefined {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    return positionals.length === 1 ? positionals[0] : undefined;
  } catch {
    return undefined;
  }
}
