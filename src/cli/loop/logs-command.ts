/** `cirrus loop logs`: what a task wrote in all its executions, or in one of them, also while it writes. */
import { systemClock } from "../../clock.ts";
import {
  type ExecutionLook,
  type LogPage,
  type LogQuery,
  type LoopsLook,
  lookAtLoops,
} from "../../loop/look/look-at-loops.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { type LoopPlace, withLoopPlace } from "../place/loop-place.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions } from "../terminal/output.ts";
import { errorText } from "./execution-rows.ts";
import { findExecution, findTask } from "./find-target.ts";
import { loopMark } from "./loop-marks.ts";
import { findTaskOrExecution, knownAt } from "./loops-at.ts";

interface LogsOptions extends PlaceOptions, OutputOptions {
  readonly execution?: string;
  readonly follow?: boolean;
  readonly tail?: number;
}

export const registerLogs: Register = (command, io) => {
  addFormats(addPlaceOptions(command), ["table", "jsonl"])
    .description("Print what a task wrote, each execution under a line that says how it ended.")
    .argument("<task|execution>", "a task, for all its executions; or the ID of one of them")
    .option("--execution <id>", "this execution alone: its ID, or the end of it that `loop show` has")
    .option("-f, --follow", "go on with what is written from now on; Ctrl-C leaves the loop alone")
    .option("--tail <n>", "begin with the last lines", parseLimit)
    .addHelpText("after", EXAMPLES)
    .action((word: string, options: LogsOptions) =>
      withLoopPlace(io, options, async (place) => {
        const look = lookAtLoops(place.store, place.files, systemClock);
        const query = await queryOf(place, word, options);
        const print = makePrinter(io, look, formatOf(options) === "jsonl");
        let page = await printStart(look, query, options.tail, print);
        const silent = page.next === undefined || page.lines.length === 0;
        if (silent && !options.follow) io.stderr.write("Nothing was written, or the logs are gone.\n");
        while (page.rest === "more" || (options.follow && page.rest === "growing")) {
          if (page.rest === "growing") await systemClock.sleep(place.lookEveryMs, io.signal);
          page = await look.logs({ ...query, after: page.next });
          await print(page);
        }
      }),
    );
};

const EXAMPLES = `
Examples:
  cirrus loop logs zzebu/train_model
  cirrus loop logs zzebu/train_model --execution 3f2a9c1e
  cirrus loop logs zzebu/train_model --tail 100 --follow`;

async function queryOf(place: LoopPlace, word: string, { execution }: LogsOptions): Promise<LogQuery> {
  if (execution !== undefined) {
    const task = findTask(word, await knownAt(place), place.place);
    return { execution: (await findExecution(place, execution, task)).id };
  }
  const found = await findTaskOrExecution(place, word);
  return found.kind === "task" ? { task: found.task } : { execution: found.execution.id };
}

type Print = (page: Pick<LogPage, "lines" | "rest">) => Promise<void>;

/** From the beginning, or from the last lines on: those of as many of the newest executions as it takes. */
async function printStart(look: LoopsLook, query: LogQuery, tail: number | undefined, print: Print): Promise<LogPage> {
  if (tail === undefined) {
    const page = await look.logs(query);
    await print(page);
    return page;
  }
  for (let newest = 1; ; newest *= 10) {
    const page = await readToEnd(look, "task" in query ? { ...query, newest } : query);
    if (page.lines.length < tail && "task" in query && newest < MOST_EXECUTIONS) continue;
    await print({ ...page, lines: page.lines.slice(-tail) });
    return page;
  }
}

/** As many as a page of executions holds; so many are kept of a task. */
const MOST_EXECUTIONS = 1_000;

async function readToEnd(look: LoopsLook, query: LogQuery): Promise<LogPage> {
  const lines: LogPage["lines"][number][] = [];
  for (let page = await look.logs(query); ; page = await look.logs({ ...query, after: page.next })) {
    lines.push(...page.lines);
    if (page.rest !== "more") return { ...page, lines };
  }
}

/** Lines are data; whose they are is said beside them, and how an execution ended that was seen while it ran. */
function makePrinter(io: Io, look: LoopsLook, asJson: boolean): Print {
  let current: string | undefined;
  let running: string | undefined;

  async function begin(id: string): Promise<void> {
    current = id;
    const execution = await look.execution(id);
    running = execution?.outcome === undefined ? id : undefined;
    io.stderr.write(`${execution === undefined ? id : header(io, execution)}\n`);
  }

  async function tellEnd(): Promise<void> {
    const execution = running === undefined ? undefined : await look.execution(running);
    if (execution?.outcome === undefined) return;
    running = undefined;
    io.stderr.write(`${header(io, execution)}\n`);
  }

  return async ({ lines, rest }) => {
    for (const line of lines) {
      if (asJson) {
        io.stdout.write(`${JSON.stringify(line)}\n`);
        continue;
      }
      if (line.execution !== current) {
        await tellEnd();
        await begin(line.execution);
      }
      io.stdout.write(`${paint(io, io.stdout, "dim", line.at)} ${line.message}\n`);
    }
    // Of an execution that has ended just now, the last lines may be still to come.
    if (lines.length === 0 || rest === "ended") await tellEnd();
  };
}

/** `✗ FAILED 2030-01-01T00:00:00.000Z after 1.2 s, 3f2a9c1e, ValueError: no data (0198a1b2-…)` */
function header(io: Io, execution: ExecutionLook): string {
  const { id, outcome, startedAt, durationMs, version } = execution;
  const error = errorText(execution);
  const how = outcome === undefined ? "" : ` after ${formatDuration(durationMs)}`;
  const mark = loopMark(io, io.stderr, outcome ?? "RUNNING");
  return `${mark} ${startedAt}${how}, ${version}${error === "" ? "" : `, ${error}`} (${id})`;
}
