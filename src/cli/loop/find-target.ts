/** What the words after a command mean: a task by its key or by its name alone, a loop, an execution by its ID or its end. */
import { CirrusError, EXIT } from "../../errors.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { suggest } from "../../nearest.ts";
import type { LoopPlace } from "../place/loop-place.ts";

export interface Known {
  /** `codops/name`, also of those that cannot run or are registered no more. */
  readonly tasks: readonly string[];
  readonly loops: readonly string[];
}

export type LoopTarget =
  | { readonly kind: "loop"; readonly loop: string }
  | { readonly kind: "task"; readonly task: string };

/** The key of a task. A name without its organisation will do where only one organisation has it. */
export function findTask(word: string, { tasks }: Pick<Known, "tasks">, place = "here"): string {
  if (tasks.includes(word)) return word;
  const named = word.includes("/") ? [] : tasks.filter((key) => nameOf(key) === word);
  const [only, ...more] = named;
  if (only === undefined) throw unknown("task", word, [...tasks, ...tasks.map(nameOf)], tasks, place);
  if (more.length === 0) return only;
  throw new CirrusError(`${named.length} organisations have a task ${word}: ${named.join(", ")}.`, {
    hint: `Name one of them whole: ${only}`,
    exitCode: EXIT.usage,
  });
}

/** A loop, or a task. A word that could be both is the loop: a task can be named with its organisation. */
export function findTarget(word: string, known: Known, place = "here"): LoopTarget {
  if (known.loops.includes(word)) return { kind: "loop", loop: word };
  const isName = known.tasks.some((key) => key === word || nameOf(key) === word);
  if (isName || word.includes("/")) return { kind: "task", task: findTask(word, known, place) };
  const names = [...known.loops, ...known.tasks, ...known.tasks.map(nameOf)];
  throw unknown("loop or task", word, names, [...known.loops, ...known.tasks], place);
}

/** The organisation, where it has tasks. */
export function findOrganisation(word: string, organisations: readonly string[], place = "here"): string {
  if (organisations.includes(word)) return word;
  throw unknown("organisation", word, organisations, organisations, place);
}

function nameOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

function unknown(what: string, word: string, near: readonly string[], all: readonly string[], place: string) {
  const hint = suggest(word, near);
  return new CirrusError(`There is no ${what} ${word} ${place}.`, {
    // A list is of keys alone, each once.
    hint:
      (hint?.startsWith("Did") ? hint : suggest(word, all)) ??
      "Nothing was registered yet: that is done by those who run the loops.",
    exitCode: EXIT.notFound,
  });
}

/** Whole, or its last eight digits: the first ones are the time, and the same for all that start within a minute. */
export const SHORT_ID = 8;
const WHOLE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const END_OF_ID = /^[0-9a-f]{8,12}$/i;

export function shortId(id: string): string {
  return id.slice(-SHORT_ID);
}

export function looksLikeExecution(word: string): boolean {
  return WHOLE_ID.test(word) || END_OF_ID.test(word);
}

/** By its ID; of a short one the newest executions are looked through. */
export async function findExecution(
  { store, place, flags }: Pick<LoopPlace, "store" | "place" | "flags">,
  word: string,
  task?: string,
): Promise<LoopExecution> {
  const id = word.toLowerCase();
  const found = WHOLE_ID.test(id)
    ? await store.execution(id)
    : (await store.executions({ task, limit: 1000 })).rows.find((one) => one.id.endsWith(id));
  if (found !== undefined) return found;
  const whose = task === undefined ? "" : ` of ${task}`;
  throw new CirrusError(`There is no execution ${word}${whose} ${place}.`, {
    hint: `See which there are: npx cirrus loop show ${task ?? "<task>"}${flags}`,
    exitCode: EXIT.notFound,
  });
}
