/** What an execution needs before its program can start: its organisation's environment and the files of its commit. */
import type { Clock } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import type { Environment, Environments } from "../../loop/environments.ts";
import type { ExecutionControl } from "../../loop/execute.ts";
import type { LoopExecution } from "../../loop/loop-execution.ts";
import { type Repository, WORKTREE } from "../../loop/sources.ts";
import type { Checkout, Checkouts } from "./checkouts.ts";
import { couldNotBegin, type Ending } from "./execution-end.ts";
import type { ExecutionLog } from "./execution-log.ts";
import { toldToEnd } from "./hold-execution.ts";

export type Preparation =
  | {
      readonly outcome: "ready";
      readonly checkout: Checkout;
      readonly environment: Environment;
      readonly warnings: readonly string[];
    }
  /** `checkout`: there, although nothing can run in it. */
  | { readonly outcome: "ended"; readonly ending: Ending; readonly checkout?: Checkout | undefined };

export interface PreparationPorts {
  readonly checkouts: Checkouts;
  readonly environments: Environments;
  readonly clock: Clock;
}

/** Both at once. Neither is waited for longer than the task may run, so that no other organisation waits longer. */
export async function prepareExecution(
  execution: LoopExecution,
  control: ExecutionControl,
  log: ExecutionLog,
  { checkouts, environments, clock }: PreparationPorts,
): Promise<Preparation> {
  const done = new AbortController();
  const late = new AbortController();
  clock.sleep(execution.task.settings.timeoutSeconds * 1000, done.signal).then(
    () => late.abort(),
    () => {},
  );
  const signal = AbortSignal.any([control.signal, control.cancelled, late.signal]);
  const { codops } = execution.task;
  const [checkout, environment] = await Promise.allSettled([
    unlessAborted(checkouts.take(repositoryOf(execution), execution.version.headCommit), signal),
    environments.prepare({ codops, requirements: execution.requirements, log: log.note, signal }),
  ]);
  done.abort();
  const taken = checkout.status === "fulfilled" ? checkout.value : undefined;
  const told = toldToEnd(control);
  if (told !== undefined) return { outcome: "ended", ending: told, checkout: taken };
  if (checkout.status === "rejected") return { outcome: "ended", ending: noFiles(execution, checkout.reason) };
  if (environment.status === "rejected") return noEnvironment(environment.reason, taken);
  if (environment.value.outcome === "failed") return noEnvironment(environment.value.reason, taken);
  return { ...environment.value, checkout: checkout.value };
}

function repositoryOf({ task, version }: LoopExecution): Repository {
  const location = task.written.repository;
  return version.headCommit === WORKTREE ? { location, worktree: true } : { location };
}

/** What comes too late is given back. */
async function unlessAborted(taking: Promise<Checkout>, signal: AbortSignal): Promise<Checkout> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = () => reject(new Error("It took longer than the task may run"));
  signal.addEventListener("abort", leave);
  try {
    if (signal.aborted) leave();
    return await Promise.race([taking, aborted]);
  } catch (thrown) {
    taking.then(
      (late) => late.release(),
      () => {},
    );
    throw thrown;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function noFiles({ task, version }: LoopExecution, thrown: unknown): Ending {
  const ending = couldNotBegin("NotRunnable", thrown);
  const what = `The files of ${version.headCommit} in ${task.written.repository} cannot be checked out`;
  const message = `${what}: ${ending.error?.message ?? describeError(thrown).cause}`;
  return { ...ending, error: { name: "NotRunnable", message } };
}

function noEnvironment(reason: unknown, checkout: Checkout | undefined): Preparation {
  return { outcome: "ended", ending: couldNotBegin("EnvironmentFailed", reason), checkout };
}
