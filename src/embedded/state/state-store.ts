/**
 * The StateStore on SQLite. Every write reads the record, decides, and writes record, transition and counts in one
 * transaction; `payload-queries.ts` has the reading side.
 */
import { type Clock, isoTime } from "../../clock.ts";
import { claimed, type Decide, finished, reasonOfStart, started, takenOver } from "../../state/next-record.ts";
import type { PayloadRecord, StateStore, WriteOutcome } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";
import { makePayloadQueries } from "./payload-queries.ts";
import { readPayload, writePayload } from "./payload-rows.ts";

/** Who moved a payload, and why, for its history. */
interface Reason {
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
}

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
      writeEach(requests, started, (request) => ({
        at: request.at,
        actor: request.actor,
        reason: reasonOfStart(request),
      })),
    finish: (requests) => writeEach(requests, finished, (request) => request),
    effectsDone: (requests) =>
      db.write(() => {
        const now = isoTime(clock.now());
        for (const { payloadId, expected } of requests) {
          db.run(
            `UPDATE payloads SET effects_pending = 0, version = version + 1, updated = ?
             WHERE payload_id = ? AND version = ? AND effects_pending = 1`,
            now,
            payloadId,
            expected,
          );
        }
      }),
    ...makePayloadQueries(db),
  };
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
