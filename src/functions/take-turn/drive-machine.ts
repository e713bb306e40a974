/**
 * A call of the state machine that drives a loop on AWS: it records how the last task ended, takes the next turn, and says
 * what the machine does now. Called again with the same state, it gives the same answer.
 */
import type { ExecutionEnds } from "../../aws/loops/execution-ends.ts";
import type { Clock } from "../../clock.ts";
import { STOPPED } from "../../loop/execute.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import type { LoopRecord } from "../../loop/loop-record.ts";
import type { LoopStore } from "../../loop/loop-store.ts";
import { METADATA_LOOP } from "../../loop/loop-task.ts";
import { sameFor } from "../../loop/turns/loop-tasks.ts";
import { recordTurn } from "../record-turn/record-turn.ts";
import { endOfFailure, type Failure, isOutOfTime } from "./end-of-failure.ts";
import { GIVE_UP_SECONDS, jobOf, type LoopJob } from "./loop-job.ts";
import { type TakenTurn, takeTurn } from "./take-turn.ts";

export interface MachinePorts {
  readonly store: Pick<
    LoopStore,
    "claim" | "extend" | "release" | "write" | "registration" | "controls" | "tasks" | "execution"
  >;
  readonly ends: Pick<ExecutionEnds, "read">;
  readonly clock: Pick<Clock, "now">;
  /** UUID version 7. */
  readonly newId: () => string;
}

/** As Step Functions hands it over: what the last answer was, and how what it asked for failed. */
export interface MachineState {
  readonly loop: string;
  readonly fence?: number | undefined;
  /** How many turns this execution of the machine has taken. */
  readonly turns?: number | undefined;
  readonly execution?: string | undefined;
  readonly failure?: Failure | undefined;
}

interface Answered {
  readonly loop: string;
  readonly turns: number;
}

export type MachineAnswer =
  | (Answered & {
      readonly action: "lambda" | "batch";
      readonly fence: number;
      readonly execution: string;
      readonly job: LoopJob;
    })
  | (Answered & { readonly action: "wait"; readonly fence: number; readonly seconds: number })
  /** Another execution of the machine, of this name, goes on. */
  | (Answered & { readonly action: "successor"; readonly successor: string })
  /** Somebody else drives the loop, or nothing is to be done for some time. */
  | (Answered & { readonly action: "done"; readonly reason: string });

export interface MachineRequest {
  /** The name of the machine's execution. */
  readonly holder: string;
  readonly state: MachineState;
  readonly minimumIterationMs: number;
  onRecorded?(execution: LoopExecution, end: ExecutionEnd): void;
}

/** A turn is some 15 events, and a history has room for 25,000. */
export const MOST_TURNS = 1_000;

/** What waits longer is started again when it is due: each look of a machine that waits costs money. */
const LONGEST_WAIT_MS = 60_000;

/** Longer than the machine needs between two calls, waits and repeated calls of the function included. */
const LEASE_MS = 15 * 60_000;

export async function driveMachine(ports: MachinePorts, request: MachineRequest): Promise<MachineAnswer> {
  const { store } = ports;
  const { holder, state } = request;
  const { loop, fence, turns = 0 } = state;
  await recordLast(ports, request);
  if (turns >= MOST_TURNS && fence !== undefined) {
    await store.release(loop, fence);
    return { loop, turns, action: "successor", successor: `${loop}-${fence}-next` };
  }
  const turnPorts = { ...ports, newest: () => store.registration() };
  const options = { loop, holder, leaseMs: LEASE_MS, minimumIterationMs: request.minimumIterationMs };
  // Whoever has started the machine had a reason to.
  let taken = await takeTurn(turnPorts, { ...options, wake: fence === undefined ? "early" : undefined });
  if (taken.action === "wait" && (await hasNews(store, taken.record))) {
    taken = await takeTurn(turnPorts, { ...options, wake: "early" });
  }
  return await answer(ports, { loop, turns: turns + 1 }, taken);
}

/** While it waits, somebody may commit something that is of its loop. */
async function hasNews(
  store: Pick<LoopStore, "registration">,
  { loop, registration: id }: LoopRecord,
): Promise<boolean> {
  const newest = await store.registration();
  if (newest === undefined || newest.id === id) return false;
  const known = id === undefined ? undefined : await store.registration(id);
  return known === undefined || !sameFor(loop, known, newest);
}

async function recordLast(
  { store, ends, clock }: MachinePorts,
  { holder, state, onRecorded }: MachineRequest,
): Promise<void> {
  const { loop, fence, execution: id, failure } = state;
  const execution = id === undefined ? undefined : await store.execution(id);
  if (execution === undefined || fence === undefined) return;
  const said = await ends.read(execution.id);
  const end = said === undefined || isLate(said, failure) ? endOfFailure(execution, failure, clock.now()) : said;
  const request = { loop, holder, fence, leaseMs: LEASE_MS, execution: execution.id, end };
  if ((await recordTurn({ store, clock }, request)) === "recorded") onRecorded?.(execution, end);
}

/** It was told to stop because its time was up: another turn of it would end no better. */
function isLate({ error }: ExecutionEnd, failure: Failure | undefined): boolean {
  return error?.name === STOPPED && isOutOfTime(failure);
}

async function answer({ store, clock }: MachinePorts, answered: Answered, taken: TakenTurn): Promise<MachineAnswer> {
  const { loop } = answered;
  if (taken.action === "busy") return { ...answered, action: "done", reason: `${taken.holder} drives it` };
  const { fence } = taken;
  if (taken.action === "run") {
    const { execution } = taken;
    const job = jobOf(execution);
    await store.extend(loop, fence, GIVE_UP_SECONDS * 1_000 + LEASE_MS);
    return { ...answered, action: inLambda(execution) ? "lambda" : "batch", fence, execution: execution.id, job };
  }
  const waitMs = taken.until - clock.now();
  if (waitMs > LONGEST_WAIT_MS) {
    await store.release(loop, fence);
    return { ...answered, action: "done", reason: `it waits (${taken.reason})` };
  }
  return { ...answered, action: "wait", fence, seconds: Math.max(1, Math.ceil(waitMs / 1_000)) };
}

/** Of the memory that execute-turn has, with some of it for what watches. */
const LAMBDA_BYTES = 1_800 * 1024 ** 2;

function inLambda({ loop, task }: LoopExecution): boolean {
  return loop === METADATA_LOOP && (task.settings.memoryBytes ?? 0) <= LAMBDA_BYTES;
}
