/**
 * An execution's history as steps: each stay in a state with the tries of its task, in the order they began. It reads what
 * Step Functions writes and what the engine of this machine does; the two differ in how a task is begun.
 */
import type { JsonObject } from "../json.ts";
import { parentPaths, stepOf } from "./execution-logs.ts";
import type { HistoryEvent } from "./executions.ts";
import { integrationOf } from "./integration.ts";
import { jobStart } from "./job-start.ts";

/** `waiting`: for its next try. */
export type StepStatus = "running" | "succeeded" | "failed" | "timed out" | "aborted" | "caught" | "waiting";

/** As the history says it: a cause may be JSON within JSON. */
export interface StepError {
  readonly error: string;
  readonly cause?: string | undefined;
}

/** One try of a task: an invocation of a Lambda, or a Batch job. */
export interface StepTry {
  /** From 1, over the state's retries and redrives. */
  readonly attempt: number;
  /** The event that asked for it. */
  readonly event: number;
  readonly scheduledAt: string;
  /** When it began to run; undefined where nothing tells. */
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly status: StepStatus;
  readonly error?: StepError | undefined;
}

export interface Step {
  /** `/each#1/2/reproject#1` */
  readonly path: string;
  /** `each[2].reproject` */
  readonly label: string;
  readonly state: string;
  /** `Task`, `Choice`, `Map` … */
  readonly type: string;
  readonly status: StepStatus;
  readonly enteredAt: string;
  readonly exitedAt?: string | undefined;
  readonly tries: readonly StepTry[];
  readonly error?: StepError | undefined;
  /** IDs of its first and last event. */
  readonly events: readonly [first: number, last: number];
  /** What its task was asked of, as far as the history says so. */
  readonly resource?: string | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
interface OpenTry extends Mutable<StepTry> {
  isJob: boolean;
}
interface OpenStep extends Mutable<Omit<Step, "tries" | "events">> {
  tries: OpenTry[];
  events: [number, number];
  /** The last attempt of a Parallel's or Map's branches failed. */
  branchError?: StepError | undefined;
}

/** `history` from its beginning, in order. */
export function stepsOf(history: readonly HistoryEvent[]): readonly Step[] {
  const steps = new Map<string, OpenStep>();
  /** What was cut short by the execution's end: a redrive lets it go on. */
  let cutShort: readonly OpenStep[] = [];
  for (const event of history) {
    const { type, path } = event;
    if (path === "" || type.startsWith("Execution")) {
      if (type === "ExecutionRedriven") for (const step of cutShort) reopen(step);
      else if (isEnd(type)) cutShort = endWith(event, steps);
      continue;
    }
    const entered = /^(\w+)StateEntered$/.exec(type)?.[1];
    if (entered !== undefined) steps.set(path, enter(event, entered));
    else follow(event, steps);
  }
  return [...steps.values()].map(({ branchError: _, ...step }) => ({
    ...step,
    tries: step.tries.map(({ isJob: _isJob, ...one }) => one),
  }));
}

function enter({ id, path, at, details }: HistoryEvent, type: string): OpenStep {
  const state = typeof details.name === "string" ? details.name : stepOf(path);
  return { path, label: stepOf(path), state, type, status: "running", enteredAt: at, tries: [], events: [id, id] };
}

function follow(event: HistoryEvent, steps: ReadonlyMap<string, OpenStep>): void {
  const { id, type, path, at } = event;
  const step = steps.get(path);
  if (step === undefined) return;
  step.events[1] = id;
  if (type.endsWith("StateExited")) exit(step, at);
  else if (type.endsWith("StateAborted")) close(step, "aborted", at);
  else if (/^(?:Parallel|Map)State/.test(type)) followBranches(event, step, steps);
  else if (/^(?:Task|LambdaFunction|Activity)Scheduled$/.test(type)) {
    for (const one of [...parentPaths(path).flatMap((parent) => steps.get(parent) ?? []), step]) reopen(one);
    step.resource ??= resourceOf(event);
    step.tries.push(schedule(event, step));
  } else followTry(event, step);
}

function followTry({ type, at, details }: HistoryEvent, step: OpenStep): void {
  const current = step.tries.at(-1);
  const [, what = ""] = /^(?:Task|LambdaFunction|Activity)(\w+)$/.exec(type) ?? [];
  if (current === undefined || current.endedAt !== undefined) return;
  if (what === "Started") {
    // Of a job this is when it was submitted: it may wait in its queue for hours.
    if (!current.isJob) current.startedAt = at;
  } else if (what === "Succeeded") {
    endTry(current, "succeeded", at, details);
  } else if (what === "TimedOut" || what.endsWith("Failed")) {
    endTry(current, what === "TimedOut" ? "timed out" : "failed", at, details);
    // Whether it is tried again is known only by what follows.
    step.status = "waiting";
  }
}

function schedule({ id, type, at, details }: HistoryEvent, { tries }: OpenStep): OpenTry {
  const attempt = typeof details.attempt === "number" ? details.attempt : (tries.at(-1)?.attempt ?? 0) + 1;
  const isJob =
    type === "TaskScheduled" &&
    (details.resourceType === "batch" || integrationOf(details.resource)?.startsWith("batch:") === true);
  return { attempt, event: id, scheduledAt: at, status: "running", isJob };
}

function endTry(one: OpenTry, status: StepStatus, at: string, details: JsonObject): void {
  if (one.isJob) one.startedAt = jobStart(details);
  Object.assign(one, { status, endedAt: at });
  const error = errorOf(details);
  if (error !== undefined) one.error = error;
}

function followBranches(event: HistoryEvent, step: OpenStep, steps: ReadonlyMap<string, OpenStep>): void {
  const { type, at, path, details } = event;
  if (type.endsWith("StateStarted")) step.branchError = undefined;
  if (!type.endsWith("StateFailed")) return;
  step.branchError = errorOf(details) ?? { error: "States.BranchFailed" };
  step.status = "waiting";
  for (const [inner, one] of steps) {
    if (isBelow(inner, path) && one.exitedAt === undefined) close(one, lastFailed(one) ? "failed" : "aborted", at);
  }
}

function exit(step: OpenStep, at: string): void {
  const error = lastFailed(step);
  step.exitedAt = at;
  // A state whose last try failed and that was left all the same had a catcher.
  step.status = error === undefined ? "succeeded" : "caught";
  if (error !== undefined) step.error = error;
}

function close(step: OpenStep, status: StepStatus, at: string, error = lastFailed(step)): void {
  step.exitedAt = at;
  step.status = status;
  if (error !== undefined) step.error = error;
  const last = step.tries.at(-1);
  if (last !== undefined && last.endedAt === undefined) Object.assign(last, { status: "aborted", endedAt: at });
}

/** It goes on, whatever ended it before. */
function reopen(step: OpenStep): void {
  if (step.status === "succeeded") return;
  step.status = "running";
  step.exitedAt = undefined;
  step.error = undefined;
  step.branchError = undefined;
}

/** What was under way when the execution ended ended with it: no event says so of each. */
function endWith(event: HistoryEvent, steps: ReadonlyMap<string, OpenStep>): readonly OpenStep[] {
  const open = [...steps.values()].filter(({ exitedAt }) => exitedAt === undefined);
  const blamed = event.type === "ExecutionFailed" ? blame(open) : new Set<OpenStep>();
  const others = event.type === "ExecutionTimedOut" ? "timed out" : "aborted";
  for (const step of open) {
    const failed = blamed.has(step);
    close(
      step,
      failed ? "failed" : others,
      event.at,
      failed ? (lastFailed(step) ?? errorOf(event.details)) : undefined,
    );
  }
  return open;
}

/** The states that an execution failed in: where a try failed, else the innermost; and those around them. */
function blame(open: readonly OpenStep[]): ReadonlySet<OpenStep> {
  const inner = open.filter(({ path }) => !open.some((other) => isBelow(other.path, path)));
  const failing = inner.filter((step) => step.type === "Fail" || lastFailed(step) !== undefined);
  const causes = failing.length > 0 ? failing : inner;
  return new Set(open.filter((step) => causes.some((one) => one === step || isBelow(one.path, step.path))));
}

function lastFailed({ tries, branchError }: OpenStep): StepError | undefined {
  const last = tries.at(-1);
  if (branchError !== undefined || last === undefined) return branchError;
  return last.status === "failed" || last.status === "timed out" ? (last.error ?? { error: last.status }) : undefined;
}

function errorOf({ error, cause }: JsonObject): StepError | undefined {
  if (typeof error !== "string" || error === "") return undefined;
  return { error, ...(typeof cause === "string" && cause !== "" && { cause }) };
}

/** In a branch or an iteration of the state at `path`; those of its later attempts have `~2` behind it. */
function isBelow(inner: string, path: string): boolean {
  return inner.startsWith(path) && (inner[path.length] === "/" || inner[path.length] === "~");
}

function isEnd(type: string): boolean {
  return /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/.test(type);
}

function resourceOf({ details: { resource, resourceType } }: HistoryEvent): string | undefined {
  if (typeof resource !== "string") return undefined;
  // Step Functions says `lambda` and `invoke`, where the definition says both in one.
  return resource.startsWith("arn:") ? resource : `arn:aws:states:::${String(resourceType)}:${resource}`;
}
