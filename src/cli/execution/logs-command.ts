/** `cirrus logs` and `cirrus execution logs`: what all tasks of an execution wrote, in the order in which they wrote it. */
import { systemClock } from "../../clock.ts";
import type { TaskTry } from "../../executions/execution-logs.ts";
import type { ExecutionKey } from "../../executions/executions.ts";
import type { LogLine } from "../../executions/jobs.ts";
import type { Register } from "../commands.ts";
import { moment } from "../payload/records.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";
import { findExecution } from "./execution-target.ts";
import { mergeLines } from "./merge-logs.ts";

interface LogsOptions extends PlaceOptions, OutputOptions {
  readonly workflow?: string;
  readonly follow?: boolean;
  readonly since?: string;
}

const LOOK_EVERY_MS = 1_000;

export const registerLogs: Register = (command, io) => {
  addFormats(addPlaceOptions(command), ["table", "jsonl"])
    .description("Print what the tasks of an execution wrote, Lambdas and Batch jobs together, in order of time.")
    .argument("<payload-id|execution>", "a payload ID for its latest execution, or an execution's name or ARN")
    .option("--workflow <name>", "the workflow of an execution that is given by its name")
    .option("-f, --follow", "go on until the execution has ended; Ctrl-C leaves it running")
    .option("--since <time>", "only lines since then: 30m, 2h or 2030-01-31T12:00Z", (text) => moment(text, Date.now()))
    .addHelpText("after", "\nExample:\n  cirrus logs landsat/workflow-mirror/scene-1 --follow")
    .action(async (target: string, options: LogsOptions) => {
      await withBackend(io, options, async (backend) => {
        const { execution } = await findExecution(backend, target, options.workflow);
        const read = makeReader(backend, execution, options.since ?? "");
        const print = (lines: readonly WrittenLine[]) => printLines(io, formatOf(options) === "jsonl", lines);
        let printed = 0;
        for (;;) {
          const closed = !options.follow || (await backend.ports.executions.describe(execution))?.status !== "RUNNING";
          // What was written in the last moments takes a while to arrive.
          if (closed && options.follow) await systemClock.sleep(backend.logDelayMs, io.signal);
          const lines = await read();
          print(lines);
          printed += lines.length;
          if (closed) break;
          await systemClock.sleep(LOOK_EVERY_MS, io.signal);
        }
        if (printed === 0) io.stderr.write("Its tasks have written nothing, or their logs are gone.\n");
      });
    });
};

type WrittenLine = LogLine & { readonly from: TaskTry };

/** Each call returns what has been written since the call before. */
export function makeReader(
  { logs }: Pick<Backend, "logs">,
  key: ExecutionKey,
  since: string,
): () => Promise<readonly WrittenLine[]> {
  const cursors = new Map<string, string | undefined>();

  async function readOn(from: TaskTry): Promise<readonly LogLine[]> {
    const lines: LogLine[] = [];
    for (;;) {
      const chunk = await logs.read(from, cursors.get(from.id));
      cursors.set(from.id, chunk.next);
      lines.push(...chunk.lines.filter(({ at }) => at >= since));
      if (chunk.lines.length === 0) return lines;
    }
  }

  return async () => {
    const tries = await logs.tries(key);
    return mergeLines(await Promise.all(tries.map(async (from) => ({ from, lines: await readOn(from) }))));
  };
}

function printLines(io: Io, asJson: boolean, lines: readonly WrittenLine[]): void {
  for (const { at, message, from } of lines) {
    const { step, attempt, jobAttempt = 1 } = from;
    if (asJson) {
      io.stdout.write(`${JSON.stringify({ at, step, attempt, jobAttempt: from.jobAttempt, message })}\n`);
      continue;
    }
    const again = [attempt > 1 ? `try ${attempt}` : "", jobAttempt > 1 ? `attempt ${jobAttempt}` : ""].filter(Boolean);
    const name = `${step}${again.length > 0 ? ` (${again.join(", ")})` : ""}`;
    io.stdout.write(`${paint(io, io.stdout, "dim", at)} ${paint(io, io.stdout, "cyan", name)} | ${message}\n`);
  }
}
