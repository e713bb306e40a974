/**
 * `cirrus-loop <execution>`: the program of a Batch job that executes a task of a loop. It ends with 0 when the end is stored,
 * whatever the end is: that is the loop's business.
 */
import { parseArgs } from "node:util";
import { readEnvironment } from "../../env.ts";
import { CirrusError, describeError, EXIT, type ExitCode } from "../../errors.ts";
import { executeStored, openAwsLoops } from "./execute-stored.ts";

const USAGE = "cirrus-loop <execution>";

export async function main(args: readonly string[], print: (line: string) => void = printLine): Promise<ExitCode> {
  const id = readArguments(args);
  if (id === undefined) {
    print(`UsageError: ${USAGE}`);
    return EXIT.usage;
  }
  const stop = new AbortController();
  const onTerminate = () => stop.abort();
  process.on("SIGTERM", onTerminate);
  try {
    const ended = await executeStored(openAwsLoops(readEnvironment()), id, { taken: stop.signal });
    print(ended.outcome === "ended" ? describeEnd(ended.end) : `${ended.reason}: there is nothing to do`);
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

function describeEnd({
  outcome,
  error,
}: {
  readonly outcome: string;
  readonly error?: { readonly message: string } | undefined;
}): string {
  return error === undefined ? outcome : `${outcome}: ${error.message}`;
}

function readArguments(args: readonly string[]): string | undefined {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    return positionals.length === 1 ? positionals[0] : undefined;
  } catch {
    return undefined;
  }
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
