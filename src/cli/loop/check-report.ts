/** What `cirrus loop check` tells: every problem with its place, and what would run in which loop in which order. */
import { CirrusError, EXIT, type ExitCode } from "../../errors.ts";
import { limitsText, scheduleText, workText } from "../../loop/look/describe-task.ts";
import { type LoopTask, METADATA_LOOP, taskKey } from "../../loop/loop-task.ts";
import type { Registration, RegistrationProblem } from "../../loop/registration.ts";
import { WORKTREE } from "../../loop/sources.ts";
import { type Io, paint } from "../terminal/io.ts";
import { type Format, printOne, printRows } from "../terminal/output.ts";
import { renderProblems } from "../terminal/problems.ts";
import { placedHere } from "./placed-problems.ts";

export interface CheckOptions {
  readonly format: Format;
  /** Warnings count as errors. */
  readonly strict: boolean;
}

/** A task in its place: `turn` counts from 1 within its loop. */
interface Planned {
  readonly loop: string;
  readonly turn: number;
  readonly task: LoopTask;
}

export function reportCheck(io: Io, registration: Registration, { format, strict }: CheckOptions): ExitCode {
  const { repositories, problems } = registration;
  const planned = planOf(registration.tasks);
  if (format === "json") {
    printOne(io, "json", { schemaVersion: 1, repositories, problems, turns: planned });
  } else {
    printTurns(io, planned);
    printProblems(io, problems, strict);
    io.stderr.write(`${summary(io, planned, problems, strict)}\n`);
  }
  const refused = problems.some(({ severity }) => strict || severity === "error");
  return refused ? EXIT.config : EXIT.ok;
}

/**
 * Organisations' loops by name, the metadata loop last. Within a loop in the order of turns: in the metadata loop each
 * organisation has one, then each a second one.
 */
export function planOf(tasks: readonly LoopTask[]): readonly Planned[] {
  const loops = [...Map.groupBy(tasks, ({ loop }) => loop)].sort(
    ([a], [b]) => Number(a === METADATA_LOOP) - Number(b === METADATA_LOOP) || (a < b ? -1 : 1),
  );
  return loops.flatMap(([loop, own]) =>
    (loop === METADATA_LOOP ? inRounds(own) : own.toSorted((a, b) => b.settings.priority - a.settings.priority)).map(
      (task, index) => ({ loop, turn: index + 1, task }),
    ),
  );
}

function inRounds(tasks: readonly LoopTask[]): readonly LoopTask[] {
  const organisations = [...Map.groupBy(tasks, ({ codops }) => codops)].sort(([a], [b]) => (a < b ? -1 : 1));
  const longest = Math.max(...organisations.map(([, own]) => own.length));
  return Array.from({ length: longest }, (_, round) => organisations.flatMap(([, own]) => own[round] ?? [])).flat();
}

function printTurns(io: Io, planned: readonly Planned[]): void {
  printRows(io, "table", planned, {
    columns: [
      { title: "loop" },
      { title: "turn", align: "right" },
      { title: "task" },
      { title: "runs", grows: true, spare: 2 },
      { title: "when" },
      { title: "limits", spare: 1 },
    ],
    cells: ({ loop, turn, task }) => [
      turn === 1 ? loop : "",
      String(turn),
      taskKey(task),
      workText(task.work),
      scheduleText(task.settings),
      limitsText(task.settings),
    ],
    name: ({ task }) => taskKey(task),
    none: "Nothing would run.",
  });
}

/** Errors first. */
export function printProblems(io: Io, problems: readonly RegistrationProblem[], strict = false): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity === "warning");
  const print = (title: string, some: readonly RegistrationProblem[]) => {
    if (some.length === 0) return;
    io.stdout.write(`\n${title}\n${renderProblems(io, io.stdout, placedHere(io, some))}`);
  };
  print(paint(io, io.stdout, "red", "errors"), errors);
  print(paint(io, io.stdout, strict ? "red" : "yellow", strict ? "warnings (--strict)" : "warnings"), warnings);
}

function summary(
  io: Io,
  planned: readonly Planned[],
  problems: readonly RegistrationProblem[],
  strict: boolean,
): string {
  const numberOf = (wanted: string) =>
    placedHere(
      io,
      problems.filter(({ severity }) => severity === wanted),
    ).length;
  const [errors, warnings] = [numberOf("error"), numberOf("warning")];
  const loops = new Set(planned.map(({ loop }) => loop)).size;
  const runs = `${count(planned.length, "task")} in ${count(loops, "loop")}`;
  const found = [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  if (errors > 0 || (strict && warnings > 0)) {
    return `${paint(io, io.stderr, "red", "✗")} ${found.join(", ")}; ${runs} would run.`;
  }
  return `${paint(io, io.stderr, "green", "✓")} ${[runs, ...found].join(", ")}.`;
}

export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** The repository has no file that registers anything. */
const NOTHING = "nothing-registered";

/** Nobody knows what to write into an empty repository: the smallest thing that works is shown. */
export function refuseNothing({ tasks, problems, repositories }: Registration): void {
  const [first] = problems;
  if (tasks.length > 0 || problems.some(({ code }) => code !== NOTHING)) return;
  const where = repositories.map(({ repository, branch, commit }) =>
    commit === undefined || commit === WORKTREE ? repository : `${repository} (${branch}, ${commit.slice(0, 8)})`,
  );
  throw new CirrusError(`${first?.message ?? "No task is registered"}: ${where.join(", ")}`, {
    hint: `${first?.hint ?? ""}\n${EXAMPLE}`.trimStart(),
    exitCode: EXIT.config,
  });
}

const EXAMPLE = `  The smallest one, beside a notebook:

    codops: zzebu
    tasks:
      my_task:
        notebook: my_notebook.ipynb
        method: my_function

  Only what is committed to the branch runs, unless --worktree is given.`;
