/** `cirrus loop show`: a task as it is registered, what was asked for it, its executions, and a graph of their durations. */
import { Option } from "commander";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { lookAtLoops } from "../../loop/look/look-at-loops.ts";
import type { Register } from "../commands.ts";
import { parseLimit } from "../options.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { type LoopPlace, withLoopPlace } from "../place/loop-place.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printOne, printRows } from "../terminal/output.ts";
import { AXES, type AxisKind } from "./duration-axis.ts";
import { renderDurationGraph } from "./duration-graph.ts";
import { executionRows } from "./execution-rows.ts";
import { findTask } from "./find-target.ts";
import { knownAt } from "./loops-at.ts";
import { renderTask } from "./task-facts.ts";

interface ShowOptions extends PlaceOptions, OutputOptions {
  readonly limit: number;
  readonly axis?: AxisKind;
}

/** Of a terminal that does not say. */
const USUAL_COLUMNS = 80;
const WIDEST_GRAPH = 120;

export const registerShow: Register = (command, io) => {
  addFormats(addPlaceOptions(command), ["table", "json", "yaml"])
    .description("What a task is, what was asked for it, its executions, and a graph of how long they took.")
    .argument("<task>", "<organisation>/<name>, or the name alone")
    .option("--limit <n>", "at most so many executions", parseLimit, 10)
    .addOption(new Option("--axis <kind>", "of the graph, instead of the one that fits").choices([...AXES]))
    .addHelpText("after", EXAMPLES)
    .action((word: string, options: ShowOptions) =>
      withLoopPlace(io, options, async (place) => {
        const key = findTask(word, await knownAt(place), place.place);
        if (formatOf(options) === "table") await showTask(io, place, key, options);
        else printOne(io, formatOf(options), await wholeTask(place, key, options));
      }),
    );
};

const EXAMPLES = `
The graph has a dot for each execution that succeeded and a cross for each that
failed, the oldest on the left.

Examples:
  cirrus loop show zzebu/train_model
  cirrus loop show zzebu/train_model --limit 100 --axis log
  cirrus loop show zzebu/train_model -o json`;

async function showTask(io: Io, place: LoopPlace, key: string, { limit, axis }: ShowOptions): Promise<void> {
  const look = lookAtLoops(place.store, place.files, systemClock);
  const task = await look.task(key);
  if (task === undefined) throw gone(place, key);
  const newest = await place.store.task(key);
  const ended = newest?.lastEnded === undefined ? undefined : await place.store.execution(newest.lastEnded.id);
  const now = systemClock.now();
  io.stdout.write(`${renderTask(io, task, ended?.end, { output: io.stdout, now, starts: place.starts })}\n`);
  const columns = Math.min(io.stdout.columns ?? USUAL_COLUMNS, WIDEST_GRAPH);
  const { points } = await look.durations(key, { points: columns });
  const graph = renderDurationGraph(points, {
    width: columns - 1,
    axis,
    paint: (style, text) => paint(io, io.stdout, style, text),
  });
  if (graph !== "") io.stdout.write(`\n${graph}\n`);
  const { rows } = await look.executions({ task: key, limit });
  if (rows.length > 0) io.stdout.write("\n");
  printRows(io, "table", rows, { ...executionRows(io, now), none: "It has not run yet." });
}

/** With what the executions returned. */
async function wholeTask(place: LoopPlace, key: string, { limit }: ShowOptions): Promise<unknown> {
  const look = lookAtLoops(place.store, place.files, systemClock);
  const [task, durations, { rows }] = await Promise.all([
    look.task(key),
    look.durations(key),
    look.executions({ task: key, limit }),
  ]);
  if (task === undefined) throw gone(place, key);
  const executions = await Promise.all(
    rows.map(async (row) => ({ ...row, result: (await place.store.execution(row.id))?.end?.result })),
  );
  return { schemaVersion: 1, ...task, durations, executions };
}

/** Between two readings. */
function gone({ place }: LoopPlace, key: string): CirrusError {
  return new CirrusError(`There is no task ${key} ${place} any more.`, { exitCode: EXIT.notFound });
}
