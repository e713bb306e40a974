/** Works on a run in this process, shows how it goes, and tells at the end what became of it. */
import { hostname } from "node:os";
import type { BulkRun } from "../../bulk/bulk-run.ts";
import { systemClock } from "../../clock.ts";
import { definedOf } from "../../env.ts";
import { CirrusError, describeError, EXIT, type ExitCode } from "../../errors.ts";
import { makeProgress, type Progress } from "../../queue/progress.ts";
import { type RunHereOutcome, runHere } from "../../queue/run-here.ts";
import { taskEnvironment } from "../../queue/task-environment.ts";
import type { WorkerEvent } from "../../queue/worker/worker-options.ts";
import { exitCodeOfSignal } from "../exit-codes.ts";
import type { BulkPlace } from "../place/bulk-place.ts";
import { findProjectToLook } from "../place/find-project.ts";
import { type Io, paint } from "../terminal/io.ts";
import { writeLines } from "../terminal/live-region.ts";
import { formatOf } from "../terminal/output.ts";
import { showWhile } from "./follow-run.ts";
import { type OutputFile, openOutputFile } from "./output-file.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { printReport } from "./print-report.ts";
import { count } from "./run-view.ts";
import { exitCodeOf } from "./runs.ts";
import { modeOf, noticesOf, type WorkOptions } from "./work-options.ts";

/** What a worker in this process needs to know. */
export type Work = Pick<PreparedRun, "program" | "slots">;

export async function workHere(
  io: Io,
  place: BulkPlace,
  run: BulkRun,
  { program, slots }: Work,
  options: WorkOptions,
): Promise<ExitCode> {
  const progress = makeProgress(run.entries, systemClock);
  const output =
    options.outputFile === undefined ? undefined : await openOutputFile(io, place, run, options.outputFile);
  const ended = run.state === "FINISHED" ? await endOf(place, run) : await work();
  await output?.close();
  return conclude(io, place, run, ended, options);

  function work(): Promise<RunHereOutcome> {
    const running = runHere(
      { ...place, clock: systemClock },
      {
        run,
        program,
        slots,
        mode: modeOf(options),
        notices: noticesOf(options),
        environment: environmentOf(io, place, run),
        folder: place.data,
        signal: io.signal,
        onEvent: (event) => tell(io, event, progress, output),
      },
    );
    return sayingHowToStop(io, run, showWhile(io, place, { run, progress, slots }, running));
  }
}

/**
 * A program or a module that is called by its path is anybody's, and a worker for a deployed stage has the S3 of AWS: they
 * find what the shell has.
 */
function environmentOf(io: Io, { stage, data }: BulkPlace, { task }: BulkRun): Readonly<Record<string, string>> {
  const shell = definedOf(io.env);
  if (stage !== undefined || task.kind !== "task") return shell;
  const project = findProjectToLook(io);
  const component = project.tasks.get(task.name);
  return component === undefined ? shell : taskEnvironment(component, { project, shell, data });
}

/** Whoever presses Ctrl-C and sees nothing happen presses it again, which is another thing. */
async function sayingHowToStop<T>(io: Io, { limits }: BulkRun, work: Promise<T>): Promise<T> {
  const say = () =>
    writeLines(
      io.stderr,
      `Stopping: running tasks have ${limits.graceSeconds} s to end. Once more, and all of it is ended at once.\n`,
    );
  io.signal.addEventListener("abort", say, { once: true });
  try {
    return await work;
  } finally {
    io.signal.removeEventListener("abort", say);
  }
}

async function endOf({ runs }: BulkPlace, { name }: BulkRun): Promise<RunHereOutcome> {
  return { outcome: "finished", counts: await runs.counts(name) };
}

function tell(io: Io, event: WorkerEvent, progress: Progress, output: OutputFile | undefined): void {
  if (event.type === "started") progress.started(event.lease.entry.id);
  else if (event.type === "problem") {
    writeLines(
      io.stderr,
      `${paint(io, io.stderr, "yellow", "warning:")} could not ${event.what}: ${describeError(event.error).cause}\n`,
    );
  } else if (event.type === "ended") {
    progress.ended({ entryId: event.lease.entry.id, attempt: event.lease.attempt }, event.end);
    if (event.next !== undefined) output?.ended(event.lease, event.end, hostname());
  }
}

async function conclude(
  io: Io,
  place: BulkPlace,
  run: BulkRun,
  { outcome, counts }: RunHereOutcome,
  options: WorkOptions,
): Promise<ExitCode> {
  if (outcome === "finished") {
    await printReport(io, place, run, formatOf(options));
    return exitCodeOf(counts);
  }
  if (outcome === "removed") {
    throw new CirrusError(`The bulk run ${run.name} was deleted while it was worked on.`, {
      hint: "To run its entries, call the same command again: it loads them anew.",
      exitCode: EXIT.conflict,
    });
  }
  const left = `${count(counts.QUEUED + counts.RUNNING)} of ${count(run.entries)} entries wait`;
  const again = `npx cirrus bulk ${outcome === "stopped" ? "resume" : "work"} ${run.name}${place.flags}`;
  const why = outcome === "stopped" ? `The run was stopped: ${left}.` : `Stopped; ${left}.`;
  io.stderr.write(`${why} Go on with the same command, or: ${again}\n`);
  return exitCodeOfSignal(io) ?? EXIT.partial;
}
