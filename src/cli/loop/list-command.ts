/** `cirrus loop list`: the tasks of each organisation, where they are in their loops, how they ended last, when they come next. */
import { systemClock } from "../../clock.ts";
import { type LoopsLook, lookAtLoops, type TaskLook } from "../../loop/look/look-at-loops.ts";
import type { RegistrationProblem } from "../../loop/registration.ts";
import type { Register } from "../commands.ts";
import { addPlaceOptions, type PlaceOptions } from "../place/backend.ts";
import { type LoopPlace, withLoopPlace } from "../place/loop-place.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, paint } from "../terminal/io.ts";
import { addFormats, formatOf, type OutputOptions, printRows, type Rows } from "../terminal/output.ts";
import { renderProblems } from "../terminal/problems.ts";
import { timeText } from "../terminal/relative-time.ts";
import { count } from "./check-report.ts";
import { findOrganisation } from "./find-target.ts";
import { loopMark } from "./loop-marks.ts";
import { placedHere } from "./placed-problems.ts";
import { nextShort, standingOf } from "./task-text.ts";

export const registerList: Register = (command, io) => {
  addFormats(addPlaceOptions(command), ["table", "json", "jsonl", "yaml", "name"])
    .description("List tasks with their states in their loops, how they ended last, and when they come next.")
    .argument("[organisation]", "its code: debr, zzebu; all of them otherwise")
    .addHelpText("after", EXAMPLES)
    .action((word: string | undefined, options: PlaceOptions & OutputOptions) =>
      withLoopPlace(io, options, async (place) => {
        const look = lookAtLoops(place.store, place.files, systemClock);
        const known = (await look.organisations()).map(({ codops }) => codops);
        const codops = word === undefined ? undefined : findOrganisation(word, known, place.place);
        const rows = await look.tasks(codops);
        const none = `Nothing is registered for loops ${place.place}.`;
        printRows(io, formatOf(options), rows, { ...taskRows(io, place.starts), none });
        if (formatOf(options) === "table") await addNotes(io, place, look, rows, codops);
      }),
    );
};

const EXAMPLES = `
Examples:
  cirrus loop list
  cirrus loop list zzebu -o json`;

function taskRows(io: Io, starts: string | undefined): Rows<TaskLook> {
  const { stdout } = io;
  const now = systemClock.now();
  return {
    columns: [
      { title: "state" },
      { title: "task" },
      { title: "loop", spare: 1 },
      { title: "last" },
      { title: "started" },
      { title: "took", align: "right", spare: 3 },
      { title: "version", spare: 2 },
      { title: "next" },
    ],
    cells: (task) => [
      loopMark(io, stdout, standingOf(task)),
      task.task,
      task.loop ?? "",
      task.lastOutcome === undefined ? "" : loopMark(io, stdout, task.lastOutcome),
      task.last === undefined ? "" : timeText(stdout, task.last.startedAt, now),
      task.last === undefined ? "" : formatDuration(task.last.durationMs),
      task.last?.version ?? "",
      nextShort(task, { output: stdout, now, starts }),
    ],
    name: ({ task }) => task,
  };
}

/** What a row has no room for: why something is paused or broken, and whether anybody drives the loops at all. */
async function addNotes(
  io: Io,
  { starts }: LoopPlace,
  look: LoopsLook,
  rows: readonly TaskLook[],
  codops: string | undefined,
): Promise<void> {
  for (const note of pauseNotes(io, rows)) io.stderr.write(`${note}\n`);
  writeErrors(io, await look.problems(codops));
  const loops = await look.loops();
  const idle = !rows.some(({ loop }) => loops.some((one) => one.loop === loop && one.holder !== undefined));
  if (starts !== undefined && idle && rows.length > 0) {
    io.stderr.write(`${paint(io, io.stderr, "dim", `Nobody runs these loops now. Start them: ${starts}`)}\n`);
  }
}

function pauseNotes(io: Io, rows: readonly TaskLook[]): readonly string[] {
  const notes = rows.flatMap(({ task, loop, paused }) => {
    if (paused === undefined) return [];
    const what = paused.what === "loop" ? `the loop ${loop}` : task;
    const why = paused.note === undefined ? "" : `: ${paused.note}`;
    const when = timeText(io.stderr, paused.at, systemClock.now());
    return [`${loopMark(io, io.stderr, "PAUSED")} ${what}${why} (${paused.by}, ${when})`];
  });
  return [...new Set(notes)];
}

function writeErrors(io: Io, problems: readonly RegistrationProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const title = paint(io, io.stderr, "red", "cannot run as it is registered");
    io.stderr.write(`${title}\n${renderProblems(io, io.stderr, placedHere(io, errors))}`);
  }
  const warnings = problems.length - errors.length;
  if (warnings > 0) io.stderr.write(`${count(warnings, "warning")}: npx cirrus loop check\n`);
}
