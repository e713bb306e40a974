/**
 * Executions on one machine: Step Functions' rules for starting and stopping over the engine of `asl/`. Starting and
 * ending are one transaction each with the status change that they send, so neither is ever without the other.
 */
import { randomUUID } from "node:crypto";
import { MAX_HISTORY_EVENTS } from "../../asl/limits.ts";
import type { InvokeTask } from "../../asl/run.ts";
import { type Clock, isoTime } from "../../clock.ts";
import type {
  ExecutionDescription,
  ExecutionKey,
  Executions,
  RedriveOutcome,
  StartOutcome,
} from "../../executions/executions.ts";
import { type Json, type JsonObject, parseJson, utf8Length } from "../../json.ts";
import { type Log, silentLog } from "../../log.ts";
import type { Database } from "../database/database.ts";
import type { Queue } from "../messages/queue.ts";
import { type Definition, makeDefinitions } from "./definitions.ts";
import { makeDriver } from "./execution-driver.ts";
import { type ExecutionEnd, type ExecutionRow, makeExecutionStore } from "./execution-store.ts";
import { applyEvents, type LiveState } from "./live-states.ts";
import { statusChangeEvent } from "./status-change-event.ts";

export interface EmbeddedExecutions extends Executions {
  /** Adopts running executions whose owner is dead or unknown, and lets go of those that are no longer ours. */
  resume(): Promise<number>;
  /** Resolves when nothing is driven by this process. */
  idle(): Promise<void>;
  /** Stops driving; what runs stays RUNNING for the next process. */
  close(): Promise<void>;
  /** The states that an execution is in now, the innermost last. */
  live(key: ExecutionKey): readonly LiveState[];
  /** The state machine that an execution runs, whatever has become of its workflow since. */
  definitionOf(key: ExecutionKey): Json | undefined;
}

export interface ExecutionsOptions {
  readonly db: Database;
  readonly clock: Clock;
  /** `arn` is the state machine's; that of an execution follows from it. */
  readonly machines: (workflow: string) => { readonly definition: JsonObject; readonly arn: string } | undefined;
  readonly invoke: InvokeTask;
  readonly owner: { readonly id: string };
  readonly isOwnerAlive: (owner: string) => boolean;
  /** Takes the status changes, as EventBridge and SQS would. */
  readonly statusChanges: Pick<Queue, "sendWithin">;
  /** Driven at the same time; others wait for their turn. Default 10,000. */
  readonly maxConcurrent?: number;
  readonly newId?: () => string;
  readonly log?: Log;
}

const NAME = /^[0-9A-Za-z_-]{1,80}$/;

/** Step Functions' limit for an execution's input. */
const MAX_INPUT_BYTES = 262_144;

const END_EVENTS = {
  SUCCEEDED: "ExecutionSucceeded",
  FAILED: "ExecutionFailed",
  TIMED_OUT: "ExecutionTimedOut",
  ABORTED: "ExecutionAborted",
} as const;

export function makeExecutions(options: ExecutionsOptions): EmbeddedExecutions {
  const { db, clock, machines, invoke, owner, isOwnerAlive, statusChanges } = options;
  const { maxConcurrent = 10_000, newId = randomUUID, log = silentLog } = options;
  const store = makeExecutionStore(db);
  const definitions = makeDefinitions();
  const own = { owner: owner.id, end: endOwn };
  const driver = makeDriver({ db, store, definitions, clock, invoke, maxConcurrent, log, ...own });

  function sendStatusChange(seq: number): void {
    const row = store.read(seq);
    if (row === undefined) throw new Error(`The execution ${seq} is gone from the database.`);
    statusChanges.sendWithin([
      { id: `${row.arn} ${row.status} ${row.redrives}`, body: statusChangeEvent(row, newId()) },
    ]);
  }

  function endOwn(seq: number, end: ExecutionEnd): boolean {
    const { status, output, error, cause, at } = end;
    // Its own writer's output, parsed back: the history holds data, not text.
    const details = output === undefined ? { error, cause } : { output: JSON.parse(output) as Json };
    const event = { type: END_EVENTS[status], at, path: "", details };
    if (store.append(seq, owner.id, [event]) === undefined) return false;
    store.close(seq, end);
    sendStatusChange(seq);
    return true;
  }

  function insert(request: ExecutionKey & { input: string }, machineArn: string, definition: Definition) {
    const { workflow, name, input } = request;
    const startedAt = isoTime(clock.now());
    const arn = `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
    const row = store.insert({ workflow, name, arn, machineArn, definition, input, startedAt, owner: owner.id });
    // Checked to be JSON by `refuse`.
    const details = { input: JSON.parse(input) as Json };
    store.append(row.seq, owner.id, [{ type: "ExecutionStarted", at: startedAt, path: "", details }]);
    sendStatusChange(row.seq);
    // Where the commit fails nothing is driven: nobody was told that it started.
    db.afterCommit(() => driver.drive(row.seq));
    return row;
  }

  function adopt(): number[] {
    const alive = new Map<string, boolean>([[owner.id, false]]);
    const driven = driver.driven();
    const running = store.running();
    const owners = new Map(running.map((row) => [row.seq, row.owner]));
    for (const seq of driven) {
      const now = owners.get(seq);
      if (now !== owner.id) driver.letGo(seq, now === undefined ? "closed" : "taken-over");
    }
    return running.flatMap(({ seq, owner: from }) => {
      if (driven.has(seq)) return [];
      const lives = alive.get(from) ?? isOwnerAlive(from);
      alive.set(from, lives);
      return !lives && store.adopt(seq, from, owner.id) ? [seq] : [];
    });
  }

  return {
    async start(request): Promise<StartOutcome> {
      const machine = machines(request.workflow);
      if (machine === undefined) {
        return { outcome: "no-such-workflow", message: unknownWorkflow(request.workflow) };
      }
      const definition = definitions.read(machine.definition);
      const refusal = refuse(request, definition);
      if (refusal !== undefined) return refusal;
      return db.write((): StartOutcome => {
        const existing = store.find(request);
        const { arn, status, input } = existing ?? insert(request, machine.arn, definition);
        return { outcome: status === "RUNNING" && input === request.input ? "started" : "exists", arn };
      });
    },

    async describe(key) {
      const row = store.find(key);
      return row && describe(row);
    },

    async stop(key, { error, cause }) {
      const seq = await db.write(() => {
        const row = store.find(key);
        if (row?.status !== "RUNNING") return undefined;
        // Whoever drives it finds at its next write that it is closed.
        store.adopt(row.seq, row.owner, owner.id);
        endOwn(row.seq, { status: "ABORTED", error, cause, at: isoTime(clock.now()) });
        return row.seq;
      });
      if (seq !== undefined) driver.letGo(seq, "closed");
    },

    redrive: (key) =>
      db.write((): RedriveOutcome => {
        const row = store.find(key);
        if (row === undefined) {
          return { outcome: "refused", message: `There is no execution ${key.name} of ${key.workflow}.` };
        }
        const message = whyNotRedriven(row);
        if (message !== undefined) return { outcome: "refused", message };
        const at = isoTime(clock.now());
        store.reopen(row.seq, owner.id, at);
        const details = { redriveCount: row.redrives + 1 };
        store.append(row.seq, owner.id, [{ type: "ExecutionRedriven", at, path: "", details }]);
        sendStatusChange(row.seq);
        db.afterCommit(() => driver.drive(row.seq));
        return { outcome: "redriven" };
      }),

    async history(key, { after, limit } = {}) {
      const row = store.find(key);
      return row === undefined ? [] : store.history(row.seq, after, limit);
    },

    async resume() {
      const adopted = await db.write(adopt);
      for (const seq of adopted) driver.drive(seq);
      return adopted.length;
    },

    idle: () => driver.idle(),
    close: () => driver.close(),

    definitionOf(key) {
      const row = store.find(key);
      // Written by `insert` in the execution store as JSON.
      return row === undefined ? undefined : (JSON.parse(store.definition(row.definition_hash)) as Json);
    },

    live(key) {
      const row = store.find(key);
      if (row === undefined || row.status !== "RUNNING") return [];
      const live = driver.live(row.seq) ?? applyEvents(new Map(), store.history(row.seq));
      return [...live.values()];
    },
  };
}

function unknownWorkflow(name: string): string {
  return `There is no workflow ${name} in this project. Correct process[0].workflow, or add workflows/${name}/definition.yml.`;
}

/** Step Functions' own rules, but for its 14 days. */
function whyNotRedriven({ status, events }: ExecutionRow): string | undefined {
  if (status === "RUNNING") return "The execution runs; only one that has ended can be redriven.";
  if (status === "SUCCEEDED")
    return "The execution succeeded; only one that failed, timed out or was stopped can be redriven.";
  if (events < MAX_HISTORY_EVENTS - 1) return undefined;
  return `The execution has ${events} history events; one with ${MAX_HISTORY_EVENTS - 1} or more cannot be redriven.`;
}

function refuse({ name, input }: { name: string; input: string }, { parsed }: Definition): StartOutcome | undefined {
  const refused = (error: string, message: string): StartOutcome => ({ outcome: "refused", error, message });
  if (!NAME.test(name)) {
    return refused("InvalidName", `The name "${name}" of the execution is not 1 to 80 letters, digits, "-" or "_".`);
  }
  const bytes = utf8Length(input);
  if (bytes > MAX_INPUT_BYTES) {
    return refused("InvalidExecutionInput", `The input is ${bytes} bytes; an execution takes ${MAX_INPUT_BYTES}.`);
  }
  if (parseJson(input) === undefined) return refused("InvalidExecutionInput", "The input is not JSON.");
  if ("machine" in parsed) return undefined;
  const problems = parsed.problems.map(({ path, message }) => `${path ?? "$"}: ${message}`);
  return refused("InvalidDefinition", problems.join("\n"));
}

function describe(row: ExecutionRow): ExecutionDescription {
  return {
    workflow: row.workflow,
    name: row.name,
    arn: row.arn,
    status: row.status,
    input: row.input,
    output: row.output ?? undefined,
    error: row.error ?? undefined,
    cause: row.cause ?? undefined,
    startedAt: row.started_at,
    stoppedAt: row.stopped_at ?? undefined,
    redriveCount: row.redrives,
  };
}
