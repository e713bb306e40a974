/**
 * The StateStore on SQLite. Every write reads the record, decides, and writes record, transition and counts in one
 * transaction; `payload-queries.ts` has the reading side.
 */
import { type Clock, isoTime } from "../../clock.ts";
import { InvalidInput } from "../../errors.ts";
import { parsePayloadId } from "../../payload/payload-id.ts";
import type {
  ClaimRequest,
  FinishRequest,
  PayloadRecord,
  StartedRequest,
  StateStore,
  TakeOverRequest,
  WriteOutcome,
} from "../../state/state-store.ts";
import { type Cause, isOpen, mayMove } from "../../state/states.ts";
import type { Database } from "../database/database.ts";
import { makePayloadQueries } from "./payload-queries.ts";
import { readPayload, writePayload } from "./payload-rows.ts";

/** Messages that a record remembers. */
const MOST_MESSAGES = 10;

/** Who moved a payload, and why, for its history. */
interface Reason {
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
}

/** The record as a write would leave it, or undefined where the write is refused. */
type Decide<Request> = (request: Request, current: PayloadRecord | undefined, now: string) => PayloadRecord | undefined;

export function makeStateStore(db: Database, { clock }: { readonly clock: Clock }): StateStore {
  /** One request per record at a time, all in one transaction, each with its own outcome. No transition without a reason. */
  function writeEach<Request extends { readonly payloadId: string }>(
    requests: readonly Request[],
    decide: Decide<Request>,
    why?: (request: Request) => Reason,
  ): Promise<readonly WriteOutcome[]> {
    return db.write(() => {
      const now = isoTime(clock.now());
      return requests.map((request): WriteOutcome => {
        const current = readPayload(db, request.payloadId);
        const record = decide(request, current, now);
        if (record === undefined) return { outcome: "refused", current };
        writePayload(db, record);
        if (why) recordTransition(db, current, record, why(request));
        return { outcome: "written", record };
      });
    });
  }

  return {
    claim: (requests) => writeEach(requests, claimed, (request) => request),
    takeOver: (requests) => writeEach(requests, takenOver),
    started: (requests) =>
      writeEach(requests, started, ({ at, actor, redriven }) => ({
        at,
        actor,
        reason: redriven ? "the execution was redriven" : "the execution runs",
      })),
    finish: (requests) => writeEach(requests, finished, (request) => request),
    effectsDone: (requests) =>
      db.write(() => {
        const now = isoTime(clock.now());
        for (const { payloadId, execution } of requests) {
          db.run(
            `UPDATE payloads SET effects_pending = 0, version = version + 1, updated = ?
             WHERE payload_id = ? AND execution = ? AND effects_pending = 1`,
            now,
            payloadId,
            execution,
          );
        }
      }),
    ...makePayloadQueries(db),
  };
}

function claimed(request: ClaimRequest, current: PayloadRecord | undefined, now: string): PayloadRecord | undefined {
  if ((current?.version ?? "absent") !== request.expected) return undefined;
  if (!mayMove(current?.state ?? "none", "claim", "CLAIMED")) return undefined;
  return {
    payloadId: request.payloadId,
    ...partsOf(request.payloadId),
    state: "CLAIMED",
    version: (current?.version ?? 0) + 1,
    attempt: request.attempt,
    execution: request.execution,
    created: current?.created ?? request.at,
    updated: now,
    claimedAt: request.at,
    startedAt: undefined,
    endedAt: undefined,
    lastError: undefined,
    outputs: [],
    inputUrl: request.inputUrl,
    outputUrl: undefined,
    lineage: request.lineage,
    effectsPending: false,
    messages: [request.message, ...(current?.messages ?? [])].slice(0, MOST_MESSAGES),
  };
}

function partsOf(payloadId: string) {
  const parts = parsePayloadId(payloadId);
  if (parts !== undefined) return parts;
  throw new InvalidInput(`"${payloadId}" is not a payload ID.`, {
    where: payloadId,
    hint: "A payload ID has the form {collections}/workflow-{workflow}/{item IDs}.",
  });
}

function takenOver(
  request: TakeOverRequest,
  current: PayloadRecord | undefined,
  now: string,
): PayloadRecord | undefined {
  if (current?.state !== "CLAIMED" || current.version !== request.expected) return undefined;
  return { ...current, version: current.version + 1, updated: now };
}

function started(request: StartedRequest, current: PayloadRecord | undefined, now: string): PayloadRecord | undefined {
  if (current === undefined || current.execution !== request.execution) return undefined;
  const cause: Cause = request.redriven && !isOpen(current.state) ? "redrive" : "start";
  if (cause === "redrive" && !endedBefore(current, request.at)) return undefined;
  if (!mayMove(current.state, cause, "PROCESSING")) return undefined;
  return {
    ...current,
    state: "PROCESSING",
    version: current.version + 1,
    updated: now,
    // A redriven execution keeps its first start, as Step Functions' startDate does.
    startedAt: current.startedAt ?? request.at,
    endedAt: undefined,
    lastError: undefined,
    outputs: [],
    outputUrl: undefined,
    effectsPending: false,
  };
}

function finished(request: FinishRequest, current: PayloadRecord | undefined, now: string): PayloadRecord | undefined {
  if (current === undefined || current.execution !== request.execution) return undefined;
  if (request.expected !== undefined && request.expected !== current.version) return undefined;
  if (!mayMove(current.state, "finish", request.state)) return undefined;
  if (!isOpen(current.state) && !endedBefore(current, request.at)) return undefined;
  return {
    ...current,
    state: request.state,
    version: current.version + 1,
    updated: now,
    endedAt: request.at,
    lastError: request.error,
    outputs: request.outputs,
    outputUrl: request.outputUrl,
    effectsPending: true,
  };
}

function endedBefore(record: PayloadRecord, at: string): boolean {
  return record.endedAt !== undefined && Date.parse(record.endedAt) < Date.parse(at);
}

function recordTransition(db: Database, from: PayloadRecord | undefined, to: PayloadRecord, why: Reason): void {
  db.run(
    "INSERT INTO payload_transitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    to.payloadId,
    to.version,
    from?.state ?? "none",
    to.state,
    to.execution,
    to.attempt,
    why.at,
    why.actor,
    why.reason,
  );
  if (from !== undefined) count(db, from, -1);
  count(db, to, 1);
}

function count(db: Database, { workflow, collections, state }: PayloadRecord, by: 1 | -1): void {
  if (by === 1) {
    db.run(
      `INSERT INTO payload_counts VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1`,
      workflow,
      collections,
      state,
    );
    return;
  }
  db.run(
    "UPDATE payload_counts SET count = count - 1 WHERE workflow = ? AND collections = ? AND state = ?",
    workflow,
    collections,
    state,
  );
}
