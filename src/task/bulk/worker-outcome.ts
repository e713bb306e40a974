/** How a task of a bulk run says that it ended, and the check of what it gave back. */
import { CirrusError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { flawOf, MOST_RESULT_BYTES, TOO_LARGE } from "./storable-result.ts";
import { attemptError } from "./thrown-error.ts";

/** What a worker's function returns, as `done`, `retry` and `failed` make it. */
export type WorkerOutcome =
  | { readonly outcome: "done"; readonly result?: unknown }
  | { readonly outcome: "retry"; readonly reason?: string | undefined; readonly result?: unknown }
  | { readonly outcome: "failed"; readonly reason: string; readonly result?: unknown };

/** The same once it was checked, as it is written into the file that CIRRUS_OUTCOME names. */
export interface CheckedOutcome {
  readonly outcome: WorkerOutcome["outcome"];
  readonly result?: Json;
  readonly reason?: string;
}

/** The task gave back what is no outcome, or a result that JSON cannot hold. */
export class InvalidOutcome extends CirrusError {}

/** The task is finished. The result is kept with the attempt; it may be anything that JSON can hold. */
export function done(result?: unknown): WorkerOutcome {
  return { outcome: "done", ...(result === undefined ? {} : { result }) };
}

/** Another try may succeed: the entry waits and is tried again, as often as the run's policy says. */
export function retry(reason?: string, result?: unknown): WorkerOutcome {
  return { outcome: "retry", ...(reason === undefined ? {} : { reason }), ...(result === undefined ? {} : { result }) };
}

/** It can never succeed with this input: the entry has failed for good. */
export function failed(reason: string, result?: unknown): WorkerOutcome {
  return { outcome: "failed", reason, ...(result === undefined ? {} : { result }) };
}

const OUTCOMES: readonly unknown[] = ["done", "retry", "failed"] satisfies readonly WorkerOutcome["outcome"][];

export function checkOutcome(returned: unknown): CheckedOutcome {
  if (!isOutcome(returned)) {
    throw new InvalidOutcome(
      `The task returned ${describe(returned)}, which does not say how it ended. Return done(result), retry(reason) or failed(reason).`,
    );
  }
  const reason = returned.outcome === "done" ? undefined : returned.reason;
  if (reason !== undefined && typeof reason !== "string") {
    throw new InvalidOutcome(`The reason of ${returned.outcome} is ${describe(reason)}. Give a text.`);
  }
  return {
    outcome: returned.outcome,
    ...(returned.result === undefined ? {} : { result: asStored(returned.result) }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** A copy: what the task does to its own afterwards changes nothing, and nothing of it can fail any more. */
function asStored(result: unknown): Json {
  const { text, stored } = copyOf(result);
  const flaw = text.length > MOST_RESULT_BYTES ? TOO_LARGE : flawOf(stored);
  if (flaw !== undefined) throw new InvalidOutcome(`The result cannot be stored: ${flaw}.`);
  return stored;
}

function copyOf(result: unknown): { readonly text: string; readonly stored: Json } {
  try {
    checkJson(result, "$", new Set());
    // A `toJSON` may give back nothing.
    const text = JSON.stringify(result) ?? "null";
    return { text, stored: JSON.parse(text) as Json }; // what was JSON just now
  } catch (thrown) {
    if (thrown instanceof InvalidOutcome) throw thrown;
    const { message } = attemptError(thrown);
    throw new InvalidOutcome(`The result cannot be stored as JSON: ${message}.`, { cause: thrown });
  }
}

function isOutcome(value: unknown): value is WorkerOutcome {
  return typeof value === "object" && value !== null && "outcome" in value && OUTCOMES.includes(value.outcome);
}

/** As a person would name it: nothing, true, a list of 2 members. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length} members`;
  if (typeof value === "boolean" || value === null) return String(value);
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return typeof value === "object" ? "an object without outcome" : `a ${typeof value}`;
}

/** JSON.stringify would leave out or change without a word what it cannot hold. */
function checkJson(value: unknown, path: string, around: Set<object>): void {
  const special = specialty(value, around);
  if (special !== undefined) throw new InvalidOutcome(`The result cannot be stored as JSON: ${path} is ${special}.`);
  if (typeof value !== "object" || value === null || hasToJson(value)) return;
  around.add(value);
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(value)) checkJson(member, `${path}[${name}]`, around);
    else if (member !== undefined) checkJson(member, `${path}.${name}`, around);
  }
  around.delete(value);
}

/** What it is that JSON cannot hold. */
function specialty(value: unknown, around: Set<object>): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (value === undefined) return "undefined";
  if (typeof value !== "object") return typeof value === "bigint" ? `the bigint ${value}` : `a ${typeof value}`;
  if (around.has(value)) return "a part of itself";
  if (Array.isArray(value) || hasToJson(value) || isPlain(value)) return undefined;
  return `a ${value.constructor?.name ?? "special object"}`;
}

function hasToJson(value: object): boolean {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
