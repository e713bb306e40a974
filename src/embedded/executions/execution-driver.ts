/**
 * Drives executions through the engine. Every event and the end are written only while this process owns the
 * execution, so that of two processes that believe they drive it one writes and the other lets go.
 */
import { type InvokeTask, type RunResult, runMachine } from "../../asl/run.ts";
import { type Clock, isoTime } from "../../clock.ts";
import { describeError, TransientError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { Log } from "../../log.ts";
import type { Database } from "../database/database.ts";
import type { Definitions } from "./definitions.ts";
import type { ExecutionEnd, ExecutionRow, ExecutionStore } from "./execution-store.ts";
import { applyEvents, type LiveStates } from "./live-states.ts";

export interface DriverPorts {
  readonly db: Database;
  readonly store: ExecutionStore;
  readonly definitions: Definitions;
  readonly clock: Clock;
  readonly invoke: InvokeTask;
  readonly owner: string;
  /** Closes an execution within the transaction around it; false where this process does not own it any more. */
  readonly end: (seq: number, end: ExecutionEnd) => boolean;
  readonly maxConcurrent: number;
  readonly log: Log;
}

export interface Driver {
  drive(seq: number): void;
  /** Stops driving one; what its tasks do is aborted: for good where it was closed, else for another process to go on. */
  letGo(seq: number, why: "closed" | "taken-over"): void;
  /** Driven or waiting for its turn. */
  driven(): ReadonlySet<number>;
  live(seq: number): LiveStates | undefined;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** The execution was closed: what its tasks do is of no use any more. */
class ExecutionClosed extends Error {}

/** The execution goes on in another process, or in a later one: a job that it waits for must not be ended. */
class GoesOnElsewhere extends TransientError {}

interface Driven {
  readonly controller: AbortController;
  readonly live: LiveStates;
}

export function makeDriver(ports: DriverPorts): Driver {
  const active = new Map<number, Driven>();
  const waiting = new Set<number>();
  const idlers: (() => void)[] = [];
  let closed = false;

  function drive(seq: number): void {
    if (closed) return;
    waiting.add(seq);
    fill();
  }

  function fill(): void {
    for (const seq of waiting) {
      if (active.size >= ports.maxConcurrent) return;
      // Redriven a moment after it was stopped: what it did before ends first.
      if (active.has(seq)) continue;
      waiting.delete(seq);
      const driven = { controller: new AbortController(), live: new Map() };
      active.set(seq, driven);
      void driveToEnd(seq, driven, ports).finally(() => {
        active.delete(seq);
        fill();
        settleIdlers();
      });
    }
  }

  function settleIdlers(): void {
    if (active.size + waiting.size > 0) return;
    for (const resolve of idlers.splice(0)) resolve();
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      idlers.push(resolve);
      settleIdlers();
    });
  }

  return {
    drive,
    letGo(seq, why) {
      waiting.delete(seq);
      active.get(seq)?.controller.abort(why === "closed" ? closedElsewhere() : new GoesOnElsewhere(TAKEN_OVER));
      settleIdlers();
    },
    driven: () => new Set([...active.keys(), ...waiting]),
    live: (seq) => active.get(seq)?.live,
    idle,
    close() {
      closed = true;
      waiting.clear();
      for (const { controller } of active.values()) controller.abort(new GoesOnElsewhere("The runtime stops."));
      return idle();
    },
  };
}

const TAKEN_OVER = "Another process drives the execution now.";

function closedElsewhere(): ExecutionClosed {
  return new ExecutionClosed("The execution was closed.");
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** Runs until the end is written or the execution is no longer ours. Never rejects. */
async function driveToEnd(seq: number, driven: Driven, ports: DriverPorts): Promise<void> {
  const { signal } = driven.controller;
  for (let delay = FIRST_DELAY_MS; !signal.aborted; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    const outcome = await runOnce(seq, driven, ports).catch((thrown: unknown) => thrown);
    if (!(outcome instanceof TransientError) || signal.aborted) return;
    ports.log.warn("an execution waits and tries again", { reason: outcome.message });
    // The disk may be full for a while. What is journalled stays, and the run goes on from there.
    await ports.clock.sleep(delay, signal).catch(() => undefined);
  }
}

/** Throws TransientError where it may go on later. */
async function runOnce(seq: number, driven: Driven, ports: DriverPorts): Promise<void> {
  const { db, store, owner } = ports;
  const row = store.read(seq);
  if (row === undefined || row.status !== "RUNNING" || row.owner !== owner) return;
  try {
    await runEngine(row, driven, ports);
  } catch (thrown) {
    if (driven.controller.signal.aborted || thrown instanceof ExecutionClosed || thrown instanceof TransientError) {
      throw thrown;
    }
    // Neither a failed task nor a disk that is full: going on would meet it again for ever.
    const { error, cause } = describeError(thrown);
    const end = { status: "FAILED", error: "States.Runtime", cause: `${error}: ${cause}` } as const;
    await db.write(() => ports.end(seq, { ...end, at: isoTime(ports.clock.now()) }));
  }
}

/** The last events and the end are one write: the next process finds either none of them or all. */
async function runEngine(row: ExecutionRow, driven: Driven, ports: DriverPorts): Promise<void> {
  const { db, store, definitions, owner, clock, invoke } = ports;
  const { parsed } = definitions.recall(row.definition_hash, () => store.definition(row.definition_hash));
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ message }) => message).join(" "));
  const history = store.history(row.seq);
  driven.live.clear();
  applyEvents(driven.live, history);
  const context = {
    execution: {
      id: row.arn,
      name: row.name,
      // Checked to be JSON when it was started.
      input: JSON.parse(row.input) as Json,
      startedAt: row.started_at,
      redrivenAt: row.redriven_at ?? undefined,
      redriveCount: row.redrives,
    },
    stateMachine: { id: row.machine_arn, name: row.machine_arn.split(":").at(-1) ?? row.workflow },
  };
  const journal = {
    async append(events: Parameters<ExecutionStore["append"]>[2], result?: RunResult): Promise<void> {
      const end = result && endOf(result, isoTime(clock.now()));
      const numbered = await db.write(() => {
        const written = store.append(row.seq, owner, events);
        if (written && end) ports.end(row.seq, end);
        return written;
      });
      if (numbered === undefined) {
        throw store.read(row.seq)?.status === "RUNNING" ? new GoesOnElsewhere(TAKEN_OVER) : closedElsewhere();
      }
      applyEvents(driven.live, numbered);
    },
  };
  await runMachine(parsed.machine, context, { journal, history, invoke, clock, signal: driven.controller.signal });
}

function endOf(result: RunResult, at: string): ExecutionEnd {
  if (result.status === "SUCCEEDED") return { status: "SUCCEEDED", output: JSON.stringify(result.output), at };
  return { status: result.status, error: result.error, cause: result.cause, at };
}
