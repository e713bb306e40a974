/** Activity as a table: every transition adds one to its five minutes, its hour and its day. */
import { type Clock, isoTime } from "../../clock.ts";
import {
  type ActivityCount,
  type ActivityQuery,
  enterings,
  INTERVAL_MS,
  type Interval,
  KEPT_MS,
  periodOf,
} from "../../state/activity.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { Database } from "../database/database.ts";
import { toState } from "./payload-rows.ts";

export interface ActivityLog {
  /** Call it before the transition itself is written: what was written before tells whether it is the first of its period. */
  record(record: PayloadRecord, at: string): void;
}

export function makeActivityLog(db: Database, { clock }: { readonly clock: Clock }): ActivityLog {
  let forgotten = 0;

  /** Once a process and five minutes, with the first transition in them. */
  function forgetOld(): void {
    const period = Math.floor(clock.now() / INTERVAL_MS["5min"]);
    if (period === forgotten) return;
    forgotten = period;
    for (const [interval, kept] of Object.entries(KEPT_MS)) {
      const before = isoTime(clock.now() - kept);
      db.run("DELETE FROM payload_activity WHERE interval = ? AND period < ?", interval, before);
    }
  }

  return {
    record({ payloadId, workflow, state, version }, at) {
      forgetOld();
      const before = version === 1 ? undefined : lastEntered(db, payloadId, state);
      for (const { interval, period, isFirst } of enterings(at, before)) {
        db.run(
          `INSERT INTO payload_activity VALUES (?, ?, ?, ?, 1, ?)
           ON CONFLICT DO UPDATE SET count = count + 1, once = once + excluded.once`,
          interval,
          period,
          workflow,
          state,
          isFirst ? 1 : 0,
        );
      }
    },
  };
}

/** The history of a payload lies in one piece, and has a handful of entries. */
function lastEntered(db: Database, payloadId: string, state: string): string | undefined {
  const row = db.get<{ at: string | null }>(
    "SELECT max(at) AS at FROM payload_transitions WHERE payload_id = ? AND to_state = ?",
    payloadId,
    state,
  );
  return row?.at ?? undefined;
}

interface ActivityRow {
  period: string;
  workflow: string;
  state: string;
  count: number;
  once: number;
}

export function readActivity(db: Database, { interval, from, to, workflow }: ActivityQuery): readonly ActivityCount[] {
  const rows = db.all<ActivityRow>(
    `SELECT period, workflow, state, count, once FROM payload_activity
     WHERE interval = ? AND period >= ? AND period <= ? ${workflow === undefined ? "" : "AND workflow = ?"}
     ORDER BY period, workflow, state`,
    interval satisfies Interval,
    periodOf(interval, from),
    periodOf(interval, to),
    ...(workflow === undefined ? [] : [workflow]),
  );
  return rows.map(({ once, state, ...row }) => ({ ...row, state: toState(state), unique: once }));
}
