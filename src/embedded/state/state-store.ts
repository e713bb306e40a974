/**
 * The StateStore on SQLite. Every write reads the record, decides, and writes record, transition, counts and activity in one
 * transaction; `payload-queries.ts` has the reading side.
 */
import { type Clock, isoTime } from "../../clock.ts";
import { claimed, type Decide, finished, parked, reasonOfStart, started, takenOver } from "../../state/next-record.ts";
import type { PayloadRecord, StateStore, WriteOutcome } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";
import { type ActivityLog, makeActivityLog } from "./activity.ts";
import { moveFacet } from "./facets.ts";
import { makePayloadQueries } from "./payload-queries.ts";
import { readPayload, writePayload } from "./payload-rows.ts";

/** Who moved a payload, and why, for its history. */
interface Reason {
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
}

export function makeStateStore(db: Database, { clock }: { readonly clock: Clock }): StateStore {
  const activity = makeActivityLog(db, { clock });

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
        if (why) recordTransition(db, { from: current, to: record, ...why(request) }, activity);
        else writePayload(db, record);
        return { outcome: "written", record };
      });
    });
  }

  return {
    claim: (requests) => writeEach(requests, claimed, (request) => request),
    park: (requests) => writeEach(requests, parked, (request) => request),
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

interface Moved extends Reason {
  readonly from: PayloadRecord | undefined;
  readonly to: PayloadRecord;
}

function recordTransition(db: Database, { from, to, at, actor, reason }: Moved, activity: ActivityLog): void {
  writePayload(db, to, moveFacet(db, from, to));
  activity.record(from, to, at);
  db.run(
    "INSERT INTO payload_transitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    to.payloadId,
    to.version,
    from?.state ?? "none",
    to.state,
    to.execution,
    to.attempt,
    at,
    actor,
    reason,
  );
}
