/**
 * Whoever holds a loop goes on with it. The end of an execution and the beginning of the next are one change, so that one
 * commit lies between two tasks, and nothing of an execution is started before it is stored.
 */
import { type Clock, isoTime } from "../../clock.ts";
import type { Controls, Request } from "../../loop/controls.ts";
import type { ExecutionEnd, LoopExecution } from "../../loop/loop-execution.ts";
import type { LoopRecord } from "../../loop/loop-record.ts";
import type { LoopChange, LoopStore } from "../../loop/loop-store.ts";
import { taskKey } from "../../loop/loop-task.ts";
import type { Registration } from "../../loop/registration.ts";
import { beginTurn, endIteration, endTurn } from "../../loop/turns/change-turn.ts";
import { decideTurn, type TurnToRun, type WaitReason } from "../../loop/turns/decide-turn.ts";
import { requirementsOf, sameFor, versionOf } from "../../loop/turns/loop-tasks.ts";
import { LONGEST_PAUSE_MS } from "../../loop/turns/pause.ts";
import { planIteration } from "../../loop/turns/plan-iteration.ts";
import { readLastStarts } from "./last-starts.ts";

export interface TurnPorts {
  readonly store: Pick<LoopStore, "claim" | "write" | "registration" | "controls" | "tasks" | "execution">;
  /** What is registered now; undefined where nothing is yet. Asked for when an iteration begins. */
  readonly newest: () => Promise<Registration | undefined>;
  readonly clock: Pick<Clock, "now">;
  /** UUID version 7. */
  readonly newId: () => string;
}

/** A loop as its holder knows it. */
export interface Held {
  readonly fence: number;
  readonly record: LoopRecord;
}

export interface TurnOptions {
  /** Iterations begin no closer to each other. */
  readonly minimumIterationMs: number;
  /**
   * `early`: something has happened that ends the pause between two iterations. `fresh`, for who has just started: that as
   * well, and an iteration that works with something else than what is registered now does not go on.
   */
  readonly wake?: "early" | "fresh" | undefined;
}

export type NextTurn =
  | (Held & { readonly action: "run"; readonly execution: LoopExecution })
  /** `until`: milliseconds since 1970, sometimes past. `pause`: the request that the loop waits by. */
  | (Held & {
      readonly action: "wait";
      readonly until: number;
      readonly reason: WaitReason;
      readonly pause?: Request | undefined;
    });

export interface EndedTurn {
  readonly execution: LoopExecution;
  readonly end: ExecutionEnd;
}

/** Undefined where the loop is somebody else's by now, or another call has changed it: then nothing was begun. */
export async function nextTurn(
  ports: TurnPorts,
  held: Held,
  options: TurnOptions,
  ended?: EndedTurn,
): Promise<NextTurn | undefined> {
  const now = ports.clock.now();
  const record = ended === undefined ? held.record : endTurn(held.record, ended, now);
  const end = ended && { execution: ended.execution.id, end: ended.end };
  const controls = await ports.store.controls();
  const registration = await registrationOf(record, ports);
  const stale = options.wake === "fresh" && !(await isCurrent(record, registration, ports));
  const early = options.wake !== undefined;
  const decision = decideTurn({
    ...{ record, registration, controls, now, early, stale },
    minimumMs: options.minimumIterationMs,
  });
  if (decision.decision === "run" && registration !== undefined) {
    return await begin(ports, held, { record, registration, controls, end, turn: decision });
  }
  if (decision.decision === "wait") {
    const after = end === undefined ? held : await write(ports, held, { record, end });
    return after && { ...after, ...decision, action: "wait" };
  }
  if (decision.decision === "end-iteration") {
    const over = endIteration(record, options.minimumIterationMs, now);
    const after = await write(ports, held, { record: over, end });
    if (after !== undefined && early) return await beginIteration(ports, after, controls);
    return after && { ...after, action: "wait", until: over.nextAt ?? now, reason: "iteration" };
  }
  // Reading what is registered may take its time, and what has ended is not kept waiting for it.
  const after = end === undefined ? held : await write(ports, held, { record, end });
  return after && (await beginIteration(ports, after, controls));
}

async function registrationOf({ registration }: LoopRecord, { store }: TurnPorts): Promise<Registration | undefined> {
  return registration === undefined ? undefined : await store.registration(registration);
}

/** Whether the iteration that goes on works with what is registered now. */
async function isCurrent(
  { loop, nextAt }: LoopRecord,
  registration: Registration | undefined,
  { newest }: TurnPorts,
): Promise<boolean> {
  if (nextAt !== undefined || registration === undefined) return true;
  const found = await newest();
  return found === undefined || sameFor(loop, registration, found);
}

async function beginIteration(ports: TurnPorts, held: Held, controls: Controls): Promise<NextTurn | undefined> {
  const registration = await ports.newest();
  const now = ports.clock.now();
  if (registration === undefined) {
    return { ...held, action: "wait", until: now + LONGEST_PAUSE_MS, reason: "schedule" };
  }
  const lastStarts = await readLastStarts(held.record.loop, registration, ports.store);
  const { record, ...planned } = planIteration({ record: held.record, registration, controls, lastStarts, now });
  if (planned.plan === "nothing") {
    const after = same(record, held.record) ? held : await write(ports, held, { record });
    return after && { ...after, action: "wait", until: planned.until, reason: "schedule" };
  }
  const turn = decideTurn({ record, registration, controls, now });
  if (turn.decision !== "run")
    throw new Error(`Iteration ${record.iteration} of loop ${record.loop} has no first turn.`);
  return await begin(ports, held, { record, registration, controls, turn });
}

function same(one: LoopRecord, other: LoopRecord): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

interface Beginning {
  /** As it is before the turn. */
  readonly record: LoopRecord;
  readonly registration: Registration;
  readonly controls: Controls;
  readonly end?: LoopChange["end"];
  readonly turn: TurnToRun;
}

async function begin(ports: TurnPorts, held: Held, beginning: Beginning): Promise<NextTurn | undefined> {
  const { record, registration, controls, end, turn } = beginning;
  const { task, attempt, trigger, request } = turn;
  const version = versionOf(task, registration, controls);
  if (version === undefined) throw new Error(`The turn of ${taskKey(task)} has no commit.`);
  const execution: LoopExecution = {
    id: ports.newId(),
    loop: record.loop,
    iteration: record.iteration,
    task,
    attempt,
    trigger,
    version,
    requirements: requirementsOf(task, registration),
    startedAt: isoTime(ports.clock.now()),
  };
  const after = await write(ports, held, {
    record: beginTurn(record, execution, held.fence),
    begin: execution,
    end,
    answered: request === undefined ? undefined : { task: taskKey(task), request },
  });
  return after && { ...after, action: "run", execution };
}

async function write({ store }: TurnPorts, held: Held, change: Omit<LoopChange, "fence">): Promise<Held | undefined> {
  const record = { ...change.record, revision: held.record.revision + 1 };
  const stored = await store.write({ ...change, fence: held.fence, record });
  return stored ? { fence: held.fence, record } : undefined;
}
