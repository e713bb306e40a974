/** What is known of loops at a place, and what commands refuse with where it is not enough. */
import { CirrusError, EXIT } from "../../errors.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { type LoopTask, taskKey } from "../../loop/loop-task.ts";
import type { RegistrationProblem } from "../../loop/registration.ts";
import type { LoopPlace } from "../place/loop-place.ts";
import type { Io } from "../terminal/io.ts";
import { findExecution, findTask, type Known, type LoopTarget, looksLikeExecution } from "./find-target.ts";

/** Registered tasks, those that cannot run, and those that ran once; the loops of all of them. */
export async function knownAt({ store }: Pick<LoopPlace, "store">): Promise<Known> {
  const [registration, ran, held] = await Promise.all([store.registration(), store.tasks(), store.loops()]);
  const { tasks = [], problems = [] } = registration ?? {};
  const broken = problems.flatMap(({ codops, task }) => (codops && task ? [`${codops}/${task}`] : []));
  const loops = [...tasks.map(({ loop }) => loop), ...held.map(({ loop }) => loop)];
  return {
    tasks: [...new Set([...tasks.map(taskKey), ...broken, ...ran.map(({ task }) => task)])].sort(),
    loops: [...new Set(loops)].sort(),
  };
}

/** The task as it is registered; undefined for one that cannot run, or is gone. */
export async function registeredTask({ store }: Pick<LoopPlace, "store">, key: string): Promise<LoopTask | undefined> {
  return (await store.registration())?.tasks.find((task) => taskKey(task) === key);
}

export type TaskOrExecution =
  | { readonly kind: "task"; readonly task: string }
  | { readonly kind: "execution"; readonly execution: LoopExecution };

/** A word that could be both is the task. */
export async function findTaskOrExecution(place: LoopPlace, word: string): Promise<TaskOrExecution> {
  const known = await knownAt(place);
  const isTask = known.tasks.some((key) => key === word || key.endsWith(`/${word}`));
  if (isTask || !looksLikeExecution(word)) return { kind: "task", task: findTask(word, known, place.place) };
  return { kind: "execution", execution: await findExecution(place, word) };
}

/** What keeps a task from running. */
export function problemsOf(problems: readonly RegistrationProblem[], key: string): readonly RegistrationProblem[] {
  return problems.filter(
    ({ severity, codops, task }) => severity === "error" && task !== undefined && `${codops}/${task}` === key,
  );
}

export async function requireRegistered(place: LoopPlace, key: string): Promise<LoopTask> {
  const registration = await place.store.registration();
  const task = registration?.tasks.find((one) => taskKey(one) === key);
  if (task !== undefined) return task;
  const [problem] = problemsOf(registration?.problems ?? [], key);
  if (problem === undefined) {
    throw new CirrusError(`${key} is registered no more ${place.place}.`, {
      hint: `Those that are: npx cirrus loop list${place.flags}`,
      exitCode: EXIT.conflict,
    });
  }
  throw new CirrusError(`${key} cannot run: ${problem.message}`, {
    where: [problem.file, problem.line].filter((part) => part !== undefined).join(":"),
    hint: problem.hint,
    exitCode: EXIT.config,
  });
}

/** The execution of a task that runs now. */
export async function requireRunning({ store, place, flags }: LoopPlace, key: string): Promise<LoopExecution> {
  const running = (await runningAt(store)).find(({ task }) => taskKey(task) === key);
  if (running !== undefined) return running;
  throw new CirrusError(`${key} does not run now ${place}.`, {
    hint: `What runs: npx cirrus loop list${flags}`,
    exitCode: EXIT.conflict,
  });
}

/** The key of the task that runs in a loop, or of the target itself where it runs. */
export async function runningIn({ store }: LoopPlace, target: LoopTarget): Promise<string | undefined> {
  const running = (await runningAt(store)).find(({ loop, task }) =>
    target.kind === "loop" ? loop === target.loop : taskKey(task) === target.task,
  );
  return running && taskKey(running.task);
}

/** What was left in the middle by whoever is gone does not run. */
async function runningAt(store: LoopPlace["store"]): Promise<readonly LoopExecution[]> {
  const ids = (await store.loops()).flatMap(({ running, holder }) => (holder && running ? [running] : []));
  return (await Promise.all(ids.map((id) => store.execution(id)))).flatMap((execution) => execution ?? []);
}

/** Where nobody drives the loop, what was asked for waits until somebody does. */
export async function sayWhoDrives(io: Io, { store, starts }: LoopPlace, loop: string): Promise<void> {
  const held = (await store.loops()).find((one) => one.loop === loop);
  if (held?.holder !== undefined) return;
  io.stderr.write(
    starts === undefined
      ? `Nothing drives the loop ${loop} at the moment; that is looked for every minute.\n`
      : `Nobody runs the loop ${loop} now. Start it: ${starts}\n`,
  );
}

/** Whole, of the task's own repository. */
export async function requireCommit(place: LoopPlace, task: LoopTask, name: string): Promise<string> {
  const { repository } = task.written;
  const registered = (await place.store.registration())?.repositories.find((one) => one.repository === repository);
  const commit = await place.resolveCommit({ location: repository, branch: registered?.branch }, name);
  if (commit !== undefined) return commit;
  throw new CirrusError(`There is no commit ${name} in ${repository}.`, {
    hint: "Give the beginning of its hash, at least seven digits, as `git log --oneline` shows it.",
    exitCode: EXIT.notFound,
  });
}
