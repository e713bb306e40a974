/** A world for the functions to run in: the embedded stores, a model of Step Functions, and a time that the test moves. */
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeAnnouncements } from "../../src/embedded/messages/announcements.ts";
import { makeIntake } from "../../src/embedded/messages/intake.ts";
import { makeQueue, type Queue, type QueueMessage } from "../../src/embedded/messages/queue.ts";
import { makeRejections } from "../../src/embedded/messages/rejections.ts";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import { makeStateStore } from "../../src/embedded/state/state-store.ts";
import type { Announcement } from "../../src/events/announcements.ts";
import type { FunctionPorts } from "../../src/functions/ports.ts";
import { type ProcessOutcome, processRecords } from "../../src/functions/process/process.ts";
import { type Reconciled, reconcile, reconcileWaiting } from "../../src/functions/reconcile/reconcile.ts";
import { type UpdateOutcome, updateState } from "../../src/functions/update-state/update-state.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/json.ts";
import { type Log, silentLog } from "../../src/log.ts";
import { extractRecords, type IncomingRecord } from "../../src/payload/extract.ts";
import type { ObjectStore, ObjectUrl } from "../../src/payload/object-store.ts";
import { payloadUrls } from "../../src/payload/object-urls.ts";
import type { PayloadRecord, Transition } from "../../src/state/state-store.ts";
import { makeVirtualClock, type VirtualClock } from "../virtual-clock.ts";
import { type FaultPlan, invoke } from "./faults.ts";
import { type End, makeStepFunctions, PREFIX, type StepFunctions } from "./step-functions.ts";

export interface World {
  readonly clock: VirtualClock;
  readonly ports: FunctionPorts;
  readonly stepFunctions: StepFunctions;
  readonly queue: Queue;
  readonly warnings: readonly string[];
  /** Puts messages on the intake and lets `process` have whatever is visible there. */
  process(bodies: readonly Json[], faults?: FaultPlan): Promise<readonly ProcessOutcome[] | "crashed">;
  /** Lets `process` have up to `max` messages, acknowledging all but those it wants again. */
  deliver(max?: number, faults?: FaultPlan): Promise<readonly ProcessOutcome[] | "crashed">;
  /** Ends the one execution that runs, or that of `payloadId`, and gives its event back undelivered. */
  end(end: End | JsonObject, payloadId?: string): string;
  update(events: readonly string[], faults?: FaultPlan): Promise<readonly UpdateOutcome[] | "crashed">;
  /** Looks at everything that is unsettled, five minutes later. */
  reconcile(faults?: FaultPlan): Promise<readonly Reconciled[] | "crashed">;
  record(payloadId: string): Promise<PayloadRecord | undefined>;
  history(payloadId: string): Promise<readonly Transition[]>;
  read(url: string | undefined): Promise<Json | undefined>;
  /** The types of the workflow events so far, with their payloads' IDs. */
  events(): Promise<readonly string[]>;
  published(): Promise<readonly Omit<Announcement, "topic">[]>;
  close(): Promise<void>;
}

export const MINUTE = 60_000;
/** Longer than any invocation lives, as it must be. */
export const OLDER_THAN_MS = 5 * MINUTE;
/** SQS's visibility timeout for `process`. */
export const VISIBILITY_MS = 3 * MINUTE;
export const PAYLOAD_BUCKET = "payloads";

export interface WorldOptions {
  readonly workflows?: readonly string[];
  /** In place of files. */
  readonly objects?: (clock: VirtualClock) => ObjectStore;
  readonly maxBytes?: number;
  /** Changes or watches ports. */
  readonly change?: (ports: FunctionPorts) => Partial<FunctionPorts>;
}

export function makeWorld({
  workflows = ["cog", "mosaic", "publish"],
  objects,
  maxBytes = 1 << 20,
  change,
}: WorldOptions = {}): World {
  const clock = makeVirtualClock();
  const db = openDatabase(":memory:");
  const directory = mkdtempSync(join(tmpdir(), "cirrus-functions-"));
  const ids = counter();
  const queue = makeQueue(db, { name: "process", clock, visibilityMs: VISIBILITY_MS, newId: () => ids("message") });
  const stepFunctions = makeStepFunctions(workflows, clock);
  const announcements = makeAnnouncements(db, { clock });
  const warnings: string[] = [];
  const base: FunctionPorts = {
    state: makeStateStore(db, { clock }),
    objects: objects?.(clock) ?? makeObjectStore(directory),
    executions: stepFunctions,
    intake: makeIntake(queue, { topicArn: "arn:aws:sns:eu-west-1:123456789012:process", clock }),
    announcements,
    rejections: makeRejections(db),
    clock,
    log: collectingLog(warnings),
    payloads: {
      urls: payloadUrls({ bucket: PAYLOAD_BUCKET, prefix: "cirrus" }),
      allowedUrls: [`s3://${PAYLOAD_BUCKET}`],
      maxBytes,
    },
    stateMachinePrefix: PREFIX,
  };
  const ports = { ...base, ...change?.(base) };

  const world: World = {
    clock,
    ports,
    stepFunctions,
    queue,
    warnings,
    async process(bodies, faults) {
      await queue.send(bodies.map((body) => ({ id: ids("sent"), body: JSON.stringify(body) })));
      return world.deliver(10, faults);
    },
    async deliver(max = 10, faults) {
      const messages = await queue.receive({ max });
      const outcomes = await invoke(ports, (faulty) => processRecords(recordsOf(messages), faulty), faults);
      if (outcomes !== "crashed") await settle(queue, messages, outcomes);
      return outcomes;
    },
    end(how, payloadId) {
      const execution = stepFunctions.running().find(({ input }) => payloadId === undefined || isOf(input, payloadId));
      if (!execution) throw new Error(`no execution of ${payloadId ?? "any payload"} runs`);
      clock.advance(1_000);
      stepFunctions.end(execution, isEnd(how) ? how : { status: "SUCCEEDED", output: JSON.stringify(how) });
      return lastOf(stepFunctions.events);
    },
    update(events, faults) {
      const records = events.map((body) => ({ messageId: ids("event"), body }));
      return invoke(ports, (faulty) => updateState(records, faulty), faults);
    },
    async reconcile(faults) {
      clock.advance(OLDER_THAN_MS + 1);
      const look = async (faulty: FunctionPorts) => {
        const unsettled = await reconcile({ olderThanMs: OLDER_THAN_MS }, faulty);
        const waiting = await reconcileWaiting({}, faulty);
        return [...unsettled.results, ...waiting.results];
      };
      return invoke(ports, look, faults);
    },
    record: async (payloadId) => (await ports.state.get([payloadId]))[0],
    history: async (payloadId) => (await ports.state.history(payloadId)).items,
    async read(url) {
      const found = await base.objects.get(url as ObjectUrl);
      return found.outcome === "found" ? (JSON.parse(Buffer.from(found.body).toString("utf8")) as Json) : undefined;
    },
    events: async () => (await announcements.list({ topic: "workflow-event", limit: 1000 })).map(nameOf),
    published: () => announcements.list({ topic: "publish", limit: 1000 }),
    async close() {
      db.close();
      // A process that dies leaves a write on its way.
      await rm(directory, { recursive: true, maxRetries: 5 });
    },
  };
  return world;
}

/** What SQS hands to the Lambda. */
export function recordsOf(messages: readonly Pick<QueueMessage, "messageId" | "body">[]): readonly IncomingRecord[] {
  return extractRecords({ Records: messages.map((message) => ({ ...message, eventSource: "aws:sqs" })) });
}

/** What the Lambda's answer makes SQS do: a message that is wanted again becomes visible after its timeout. */
async function settle(queue: Queue, messages: readonly QueueMessage[], outcomes: readonly ProcessOutcome[]) {
  const again = new Set(outcomes.flatMap((one) => (one.outcome === "retry" ? [one.record.itemIdentifier] : [])));
  await queue.ack(messages.filter(({ messageId }) => !again.has(messageId)).map(({ receipt }) => receipt));
}

/** A process payload of some items; `process` is one definition's workflow, or the whole list. */
export function payloadOf(process: string | readonly Json[], items: readonly string[] = ["a"], more: JsonObject = {}) {
  return {
    type: "FeatureCollection",
    features: items.map((id) => ({
      type: "Feature",
      id,
      collection: "s2",
      properties: { gsd: 10 },
      links: [],
      assets: {},
    })),
    process: typeof process === "string" ? [{ workflow: process }] : process,
    ...more,
  } satisfies JsonObject;
}

function counter(): (what: string) => string {
  let count = 0;
  return (what) => `${what}-${++count}`;
}

function collectingLog(lines: string[]): Log {
  const keep = (message: string) => void lines.push(message);
  return { ...silentLog, warn: keep, error: keep };
}

function isEnd(how: End | JsonObject): how is End {
  return "status" in how;
}

function isOf(input: string, payloadId: string): boolean {
  const value = JSON.parse(input) as Json;
  return isJsonObject(value) && (value.id === payloadId || String(value.url).includes(payloadId));
}

function lastOf(texts: readonly string[]): string {
  const last = texts.at(-1);
  if (last === undefined) throw new Error("there is none yet");
  return last;
}

function nameOf({ body }: Pick<Announcement, "body">): string {
  const { event_type, payload_id } = JSON.parse(body) as JsonObject;
  return `${event_type} ${payload_id}`;
}
