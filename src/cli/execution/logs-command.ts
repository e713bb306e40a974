/** `cirrus logs` and `cirrus execution logs`: what all tasks of an execution wrote, in the order in which they wrote it. */
import { systemClock } from "../../clock.ts";
import type { ExecutionKey } from "../../executions/executions.ts";
import { readMergedLog, type WrittenLine } from "../../executions/merged-log.ts";
import type { Register } from "../commands.ts";
import { moment } from "../payload/records.ts";
import { addPlaceOptions, type Backend, type PlaceOptions, withBackend } from "../place/backend.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";
import { findExecution } from "./execution-target.ts";

interface LogsOptions extends PlaceOptions, OutputOptions {
  readonly workflow?: string;
  readonly follow?: boolean;
  readonly since?: string;
}

const LOOK_EVERY_MS = 1_000;
/** Of a page. */
const MOST_LINES = 10_000;

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
        const read = makeReader(backend, execution);
        const since = options.since ?? "";
        const print = (lines: readonly WrittenLine[]) => printLines(io, formatOf(options) === "jsonl", lines);
        let printed = 0;
        for (;;) {
          const { stoppedAt } = (await backend.ports.executions.describe(execution)) ?? execution;
          const closed = !options.follow || stoppedAt !== undefined;
          // What was written in the last moments takes a while to arrive.
          if (closed && options.follow) await systemClock.sleep(backend.logDelayMs, io.signal);
          for await (const page of read(stoppedAt)) {
            const lines = page.filter(({ at }) => at >= since);
            print(lines);
            printed += lines.length;
          }
          if (closed) break;
          await systemClock.sleep(LOOK_EVERY_MS, io.signal);
        }
        if (printed === 0) io.stderr.write("Its tasks have written nothing, or their logs are gone.\n");
      });
    });
};

/** Each run hands over, page by page, what has been written since the run before. */
function makeReader({ logs, logDelayMs }: Pick<Backend, "logs" | "logDelayMs">, key: ExecutionKey) {
  let cursor: string | undefined;
  return async function* (stoppedAt: string | undefined): AsyncGenerator<readonly WrittenLine[]> {
    for (;;) {
      const now = systemClock.now();
      const query = { cursor, limit: MOST_LINES, stoppedAt, now, delayMs: logDelayMs };
      const { lines, next, rest } = await readMergedLog(logs, key, query);
      cursor = next;
      yield lines;
      if (rest !== "more") return;
    }
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
