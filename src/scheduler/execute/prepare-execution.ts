/** What an execution needs before its program can start: its organisation's environment and the files of its commit. */
import type { Clock } from "../../clock.ts";
import { describeError } from "../../errors.ts";
import type { Environment, EnvironmentOutcome, EnvironmentRequest, Environments } from "../../loop/environments.ts";
import type { ExecutionControl } from "../../loop/execute.ts";
import { type LoopExecution, versionText } from "../../loop/loop-execution.ts";
import { METADATA_LOOP } from "../../loop/loop-task.ts";
import { durationText } from "../../loop/registry/quantities.ts";
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
  const request = { codops, requirements: execution.requirements, log: log.note, signal };
  const [taking, environment] = await Promise.all([
    takeInTime(checkouts, execution, signal),
    prepareInTime(environments, request, late.signal),
  ]);
  done.abort();
  const checkout = taking.outcome === "taken" ? taking.checkout : undefined;
  const ended = (ending: Ending): Preparation => ({ outcome: "ended", ending, checkout });
  const told = toldToEnd(control);
  if (told !== undefined) return ended(told);
  // What went wrong by itself says more than that the time ran out for the other.
  if (taking.outcome === "failed") return ended(noFiles(execution, taking.reason));
  if (environment.outcome === "failed") return ended(couldNotBegin("EnvironmentFailed", environment.reason));
  if (taking.outcome === "late" || environment.outcome === "late") {
    return ended(outOfTime(execution, taking, environment));
  }
  return { ...environment, checkout: taking.checkout };
}

function repositoryOf({ task, version }: LoopExecution): Repository {
  const location = task.written.repository;
  return version.headCommit === WORKTREE ? { location, worktree: true } : { location };
}

type Failed = { readonly outcome: "failed"; readonly reason: unknown };
type Late = { readonly outcome: "late"; readonly reason?: unknown };
type Taken = { readonly outcome: "taken"; readonly checkout: Checkout };
type Prepared = Extract<EnvironmentOutcome, { readonly outcome: "ready" }>;

async function takeInTime(
  checkouts: Checkouts,
  execution: LoopExecution,
  signal: AbortSignal,
): Promise<Taken | Failed | Late> {
  try {
    const checkout = await checkouts.take(repositoryOf(execution), execution.version.headCommit, signal);
    return checkout === undefined ? { outcome: "late" } : { outcome: "taken", checkout };
  } catch (reason) {
    return { outcome: "failed", reason };
  }
}

/** It answers when the time is over, too: with the environment that it had before, or with how far it has come. */
async function prepareInTime(
  environments: Environments,
  request: EnvironmentRequest,
  late: AbortSignal,
): Promise<Prepared | Failed | Late> {
  try {
    const outcome = await environments.prepare(request);
    if (outcome.outcome === "ready") return outcome;
    return { outcome: late.aborted ? "late" : "failed", reason: outcome.reason };
  } catch (reason) {
    return { outcome: late.aborted ? "late" : "failed", reason };
  }
}

function noFiles({ task, version }: LoopExecution, thrown: unknown): Ending {
  const ending = couldNotBegin("NotRunnable", thrown);
  const what = `The files of ${version.headCommit} in ${task.written.repository} cannot be checked out`;
  const message = `${what}: ${ending.error?.message ?? describeError(thrown).cause}`;
  return { ...ending, error: { name: "NotRunnable", message } };
}

/** As with a task that ran too long, nobody tries again within its turn: it would take as long once more. */
function outOfTime({ task, version, loop }: LoopExecution, taking: Taken | Late, environment: Prepared | Late): Ending {
  const files = `The files of ${versionText(version)} in ${task.written.repository} were still being checked out.`;
  const message = [
    `Its timeout of ${durationText(task.settings.timeoutSeconds)} was over before anything of it ran.`,
    ...(taking.outcome === "late" ? [files] : []),
    ...(environment.outcome === "late" ? [`Its environment was not ready: ${sentence(environment.reason)}`] : []),
    loop === METADATA_LOOP
      ? "Should that happen again, run it in the loop of its organisation, where it may take longer."
      : "Should that happen again, give it a longer timeout.",
  ].join(" ");
  return { outcome: "TIMED_OUT", error: { name: "Timeout", message } };
}

function sentence(reason: unknown): string {
  return `${describeError(reason).cause.replace(/\.$/, "")}.`;
}
