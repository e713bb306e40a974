/** `cirrus loop run`: runs every loop here until it is told to stop, and shows how they go. */
import { type Command, InvalidArgumentError } from "commander";
import { systemClock } from "../../clock.ts";
import { CirrusError, EXIT, type ExitCode, ProblemsError } from "../../errors.ts";
import type { Outcome } from "../../loop/loop-execution.ts";
import type { HeldLoop } from "../../loop/loop-store.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { Registration } from "../../loop/registration.ts";
import { parseDuration } from "../../loop/registry/quantities.ts";
import { loopsOf } from "../../loop/turns/loop-tasks.ts";
import { suggest } from "../../nearest.ts";
import type { LoopEvent } from "../../scheduler/loop-events.ts";
import type { Driver } from "../../scheduler/open-driver.ts";
import type { RunLoopsResult } from "../../scheduler/run-loops.ts";
import type { Register } from "../commands.ts";
import { exitCodeOfSignal } from "../exit-codes.ts";
import { parseCount } from "../options.ts";
import { loopData } from "../place/loop-place.ts";
import type { Io } from "../terminal/io.ts";
import { writeLines } from "../terminal/live-region.ts";
import { refuseNothing } from "./check-report.ts";
import { foundLines } from "./found-text.ts";
import { holderText } from "./holder-text.ts";
import { loopMark } from "./loop-marks.ts";
import { placedHere } from "./placed-problems.ts";
import { addRepositories, repositoriesOf, type SourceOptions, worktreeOption } from "./repositories.ts";
import { showRun } from "./show-run.ts";

interface RunOptions extends SourceOptions {
  readonly only?: readonly string[];
  readonly pass?: readonly string[];
  readonly minimumIteration?: number;
  readonly numSimultaneousTasks?: number;
  readonly once?: boolean;
}

export const registerRun: Register = (command, io, exit) => {
  addRunOptions(addRepositories(command))
    .description("Run every loop that repositories register, task after task, until Ctrl-C.")
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: RunOptions) => {
      const repositories = repositoriesOf(io, words, options);
      const { openDriver } = await import("../../scheduler/open-driver.ts");
      const data = loopData(io);
      const driver = openDriver({
        data,
        repositories,
        environment: io.env,
        pass: options.pass,
        most: options.numSimultaneousTasks,
      });
      try {
        exit(await run(io, driver, options));
      } finally {
        driver.close();
      }
    });
};

function addRunOptions(command: Command): Command {
  const collect = (word: string, before: readonly string[] = []) => [...before, word];
  return command
    .addOption(worktreeOption())
    .option("--only <loop>", "this loop and no other; may be given again", collect)
    .option("--once", "end when each loop has had one iteration")
    .option("--minimum-iteration <time>", "iterations begin no closer to each other (10s)", parseTime)
    .option("--num-simultaneous-tasks <n>", "tasks at a time, of all loops together (one of each loop)", parseCount)
    .option("--pass <variable>", "let tasks see this variable of your environment; may be given again", collect);
}

const EXAMPLES = `
What is committed to the branch runs; files are read again with each iteration.
Ctrl-C ends what runs, and the next start goes on where this one was.

Examples:
  cirrus loop run
  cirrus loop run --worktree --once
  cirrus loop run --only metadata --pass REDIS_URL
  cirrus loop run ../notebooks https://example.com/group/notebooks.git`;

function parseTime(text: string): number {
  const seconds = parseDuration(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);
  if (seconds === undefined) throw new InvalidArgumentError("Write 10s, 5m or 1h.");
  return seconds * 1_000;
}

async function run(io: Io, driver: Driver, { only, once = false, minimumIteration }: RunOptions): Promise<ExitCode> {
  const registration = await driver.register();
  refuseNothing(registration);
  refuseBroken(io, registration);
  const loops = chooseLoops(registration, only);
  const held = await driver.store.loops();
  refuseDriven(held, loops);
  for (const line of foundLines(io, registration)) io.stderr.write(`${line}\n`);
  await tellLeft(io, driver, held, only);
  const ended = await driveAndShow(io, driver, registration, {
    signal: io.signal,
    once,
    only,
    minimumIterationMs: minimumIteration,
  });
  return conclude(io, ended, registration);
}

interface Ended extends RunLoopsResult {
  /** How each task ended last: what succeeded when it was tried again has succeeded. */
  readonly tasks: ReadonlyMap<string, Outcome>;
}

async function driveAndShow(
  io: Io,
  driver: Driver,
  registration: Registration,
  options: Parameters<Driver["run"]>[0],
): Promise<Ended> {
  const stopSaying = sayHowToStop(io);
  const shown = showRun(io, registration, systemClock);
  const tasks = new Map<string, Outcome>();
  const onEvent = (event: LoopEvent) => {
    if (event.type === "ended") tasks.set(taskKey(event.execution.task), event.execution.end.outcome);
    shown.tell(event);
  };
  try {
    return { ...(await driver.run({ ...options, onEvent })), tasks };
  } finally {
    shown.end();
    stopSaying();
  }
}

function refuseBroken(io: Io, { tasks, problems }: Registration): void {
  if (tasks.length > 0) return;
  throw new ProblemsError("Nothing can run as it is registered:", placedHere(io, problems));
}

function chooseLoops(registration: Registration, only: readonly string[] | undefined): readonly string[] {
  const loops = loopsOf(registration);
  const unknown = only?.find((loop) => !loops.includes(loop));
  if (unknown !== undefined) {
    throw new CirrusError(`Nothing is registered for the loop ${unknown}.`, {
      hint: suggest(unknown, loops),
      exitCode: EXIT.notFound,
    });
  }
  return only ?? loops;
}

/** Two processes would take turns at the same loops, and one of them would seem to do nothing. */
function refuseDriven(held: readonly HeldLoop[], loops: readonly string[]): void {
  const driven = held.filter(({ loop, holder }) => holder !== undefined && loops.includes(loop));
  const [first] = driven;
  if (first?.holder === undefined) return;
  const names = driven.map(({ loop }) => loop).join(", ");
  const free = loops.filter((loop) => !driven.some((one) => one.loop === loop));
  const others = free.length === 0 ? "" : ` Or run the others: ${free.map((loop) => `--only ${loop}`).join(" ")}`;
  throw new CirrusError(`${holderText(first.holder)} runs these loops already: ${names}.`, {
    hint: `See how they go: npx cirrus loop list. Stop it there with Ctrl-C to run them here.${others}`,
    exitCode: EXIT.conflict,
  });
}

/** What ran when whoever drove its loop went away is LOST as soon as the loop goes on. */
async function tellLeft(
  io: Io,
  { store }: Driver,
  held: readonly HeldLoop[],
  only: readonly string[] | undefined,
): Promise<void> {
  for (const { loop, holder, running } of held) {
    if (holder !== undefined || running === undefined || only?.includes(loop) === false) continue;
    const execution = await store.execution(running);
    if (execution === undefined || execution.end !== undefined) continue;
    const what = `${taskKey(execution.task)} ran when its loop was left at some time after ${execution.startedAt}`;
    io.stderr.write(`${loopMark(io, io.stderr, "LOST")} ${what}. Nobody can say how far it came.\n`);
  }
}

/** Whoever presses Ctrl-C and sees nothing happen presses it again, which is another thing. */
function sayHowToStop({ stderr, signal }: Io): () => void {
  const say = () =>
    writeLines(stderr, "Stopping: what runs has ten seconds to end. Once more, and all of it is ended at once.\n");
  signal.addEventListener("abort", say, { once: true });
  return () => signal.removeEventListener("abort", say);
}

/** 0 where all succeeded, 8 where some did, 1 where none did; tasks that cannot run have not succeeded. */
function conclude(io: Io, { outcomes, tasks }: Ended, { problems }: Registration): ExitCode {
  const counts = Object.entries(outcomes).flatMap(([outcome, times]) =>
    times === 0 ? [] : [`${times} ${outcome.toLowerCase().replace("_", " ")}`],
  );
  const stopped = exitCodeOfSignal(io);
  if (stopped !== undefined) {
    const ended = counts.length === 0 ? "nothing had ended yet" : counts.join(", ");
    io.stderr.write(`Stopped: ${ended}. The same command goes on where this one was.\n`);
    return stopped;
  }
  io.stderr.write(counts.length === 0 ? "No task was due.\n" : `${counts.join(", ")}.\n`);
  const succeeded = [...tasks.values()].filter((outcome) => outcome === "SUCCEEDED").length;
  const broken = problems.some(({ severity }) => severity === "error");
  if (succeeded === tasks.size && !broken) return EXIT.ok;
  return succeeded === 0 && tasks.size > 0 ? EXIT.failed : EXIT.partial;
}
