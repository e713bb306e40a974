/** Entries that a program makes: the `tasks` of a module, a generator or a list. */
import { pathToFileURL } from "node:url";
import { describeError } from "../../errors.ts";
import { isJsonObject, type Json } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { catchStrayEnds, type StrayEnd, TaskExit } from "../worker/runners/stray-ends.ts";
import { BrokenTaskFile, type Finding } from "./finding.ts";

const EXAMPLE = 'export async function* tasks() { yield { task_id: "…", data: {} }; }';

export async function* readModule(file: string): AsyncGenerator<readonly Finding[]> {
  const calls = guardCalls();
  let position = 0;
  try {
    const values = iteratorOf(await calls.run(() => loadTasks(file)));
    for (let next = await calls.run(() => values.next()); !next.done; next = await calls.run(() => values.next())) {
      position += 1;
      yield [toFinding(next.value)];
    }
  } catch (thrown) {
    if (thrown instanceof BrokenTaskFile) throw thrown;
    const { error, cause } = describeError(thrown);
    const message = `tasks() failed after ${position} ${position === 1 ? "entry" : "entries"}: ${error}: ${cause}`;
    throw new BrokenTaskFile({ code: "generator-failed", message, hint: placeOf(thrown, file) }, thrown);
  } finally {
    calls.close();
  }
}

interface Calls {
  /** Rejects also where the module would end this process, or nothing is left that could settle what it awaits. */
  run<T>(call: () => T | Promise<T>): Promise<T>;
  close(): void;
}

function guardCalls(): Calls {
  const strays = catchStrayEnds();
  const ended = Promise.withResolvers<never>();
  // Whoever calls next is told.
  ended.promise.catch(() => {});
  const onEnd = (end: StrayEnd) => ended.reject("exitCode" in end ? new TaskExit(end.exitCode) : end.thrown);
  const onNothingLeft = () =>
    ended.reject(new Error("it awaits what can never come: nothing is left that could bring it"));
  process.once("beforeExit", onNothingLeft);
  return {
    run: async (call) => Promise.race([strays.run(async () => call(), onEnd), ended.promise]),
    close() {
      process.off("beforeExit", onNothingLeft);
      strays.close();
    },
  };
}

function iteratorOf(tasks: Tasks): AsyncIterator<unknown> | Iterator<unknown> {
  return Symbol.asyncIterator in tasks ? tasks[Symbol.asyncIterator]() : tasks[Symbol.iterator]();
}

type Tasks = AsyncIterable<unknown> | Iterable<unknown>;

async function loadTasks(file: string): Promise<Tasks> {
  const module = await importModule(file);
  const exported = module.tasks;
  // What it gives back is looked at before it is used.
  const tasks: unknown = typeof exported === "function" ? await (exported as () => unknown)() : exported;
  if (isIterable(tasks)) return tasks;
  throw new BrokenTaskFile({
    code: "no-tasks",
    message:
      exported === undefined ? "the module exports no tasks" : "tasks is neither a generator function nor a list",
    hint: (exported === undefined && suggest("tasks", Object.keys(module))) || `Write: ${EXAMPLE}`,
  });
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>; // every module is an object of its exports
  } catch (thrown) {
    const { error, cause } = describeError(thrown);
    const message = `the module cannot be loaded: ${error}: ${cause}`;
    throw new BrokenTaskFile({ code: "bad-module", message, hint: placeOf(thrown, file) }, thrown);
  }
}

function isIterable(value: unknown): value is Tasks {
  return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** Where in the module it happened. */
function placeOf(thrown: unknown, file: string): string | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const from = stack.indexOf(file);
  const [, line] = from < 0 ? [] : (/^:(\d+)/.exec(stack.slice(from + file.length)) ?? []);
  return line === undefined ? undefined : `See ${file}:${line}.`;
}

/** As it will be stored: what JSON has no form for is said now, rather than lost on the way. */
function toFinding(value: unknown): Finding {
  try {
    const text = JSON.stringify(value, (_key, member: unknown) => plain(member));
    const parsed: Json | undefined = text === undefined ? undefined : JSON.parse(text);
    return { value: parsed };
  } catch (thrown) {
    const { cause } = describeError(thrown);
    return { problem: { code: "not-json-value", message: cause, hint: `Yield what JSON can hold: ${EXAMPLE}` } };
  }
}

function plain(value: unknown): unknown {
  if (value === undefined || value === null || Array.isArray(value)) return value;
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`found ${value} in an entry`);
  if (typeof value === "function" || typeof value === "symbol")
    throw new TypeError(`found a ${typeof value} in an entry`);
  if (
    isJsonObject(value) &&
    Object.getPrototypeOf(value) !== Object.prototype &&
    Object.getPrototypeOf(value) !== null
  ) {
    throw new TypeError(`found a ${value.constructor?.name ?? "special object"} in an entry`);
  }
  return value;
}
