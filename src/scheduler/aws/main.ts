/**
 * `cirrus-loop <execution>`: the program of a Batch job that executes a task of a loop. It ends with 0 when the end is stored,
 * whatever the end is: that is the loop's business.
 */
import { runBatchProgram } from "../../batch-program.ts";
import { readEnvironment } from "../../env.ts";
import type { ExitCode } from "../../errors.ts";
import { executeStored, openAwsLoops } from "./execute-stored.ts";

export function main(args: readonly string[], print: (line: string) => void = printLine): Promise<ExitCode> {
  return runBatchProgram({
    usage: "cirrus-loop <execution>",
    args,
    print,
    async run(id, signal) {
      const ended = await executeStored(openAwsLoops(readEnvironment()), id, { taken: signal });
      print(ended.outcome === "ended" ? describeEnd(ended.end) : `${ended.reason}: there is nothing to do`);
    },
  });
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

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
