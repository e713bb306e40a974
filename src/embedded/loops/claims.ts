/** Who drives a loop: one holder at a time, each with a higher fence than the one before. */

import { type LoopRecord, newLoop } from "../../loop/loop-record.ts";
import type { ClaimOutcome, ClaimRequest, HeldLoop } from "../../loop/loop-store.ts";
import type { Database } from "../database/database.ts";
import { parseHolder } from "./holder.ts";

export interface ClaimsOptions {
  now(): number;
  /** Whether the process of a holder is there; undefined where that cannot be known. */
  isAlive(holder: string): boolean | undefined;
}

interface LoopRow {
  loop: string;
  fence: number;
  holder: string | null;
  until: number;
  record: string;
}

/** A process is seen when it is gone, so its lease says nothing: whoever waits for it asks again after this time. */
const LOOK_AGAIN_MS = 2_000;

export function makeClaims(db: Database, { now, isAlive }: ClaimsOptions) {
  /** Undefined where the claim has to be written. */
  function answerWithoutWrite(row: LoopRow | undefined, request: ClaimRequest): ClaimOutcome | undefined {
    if (row === undefined || row.holder === null) return undefined;
    if (row.holder !== request.holder) return busy(row, row.holder);
    // Nobody looks at the lease of a process of this machine: it is renewed for those that look from elsewhere.
    const enough = parseHolder(row.holder) !== undefined && row.until - now() > request.leaseMs / 2;
    return enough ? { outcome: "held", fence: row.fence, record: toRecord(row) } : undefined;
  }

  function busy(row: LoopRow, holder: string): ClaimOutcome | undefined {
    const alive = isAlive(holder);
    if (alive === true) return { outcome: "busy", holder, until: now() + LOOK_AGAIN_MS };
    const leased = alive === undefined && row.until > now();
    return leased ? { outcome: "busy", holder, until: row.until } : undefined;
  }

  function claim(request: ClaimRequest): ClaimOutcome {
    const row = findLoop(db, request.loop);
    const answer = answerWithoutWrite(row, request);
    if (answer !== undefined) return answer;
    const until = now() + request.leaseMs;
    if (row === undefined) return insertLoop(db, request, until);
    const fence = row.holder === request.holder ? row.fence : row.fence + 1;
    db.run(
      "UPDATE loop_loops SET fence = ?, holder = ?, until = ? WHERE loop = ?",
      fence,
      request.holder,
      row.holder === request.holder ? Math.max(row.until, until) : until,
      request.loop,
    );
    return { outcome: "held", fence, record: toRecord(row) };
  }

  function listLoops(): readonly HeldLoop[] {
    const rows = db.all<LoopRow>("SELECT loop, fence, holder, until, record FROM loop_loops ORDER BY loop");
    // One process drives many loops: the system is asked for each once.
    const holders = new Set(rows.flatMap(({ holder }) => holder ?? []));
    const alive = new Map([...holders].map((holder) => [holder, isAlive(holder)]));
    return rows.map((row) => {
      const { fence, holder, until } = row;
      const driven = holder !== null && (alive.get(holder) ?? until > now());
      return { ...toRecord(row), fence, ...(driven && { holder }) };
    });
  }

  return {
    /** Most claims are a holder's own again, or meet one that is busy: they are answered without a write. */
    async claim(request: ClaimRequest): Promise<ClaimOutcome> {
      return answerWithoutWrite(findLoop(db, request.loop), request) ?? db.write(() => claim(request));
    },
    extend: (loop: string, fence: number, leaseMs: number): Promise<boolean> =>
      db.write(() => {
        const until = now() + leaseMs;
        return db.run(`UPDATE loop_loops SET until = max(until, ?) WHERE ${HELD}`, until, loop, fence) === 1;
      }),
    release: (loop: string, fence: number): Promise<void> =>
      db.write(() => {
        db.run(`UPDATE loop_loops SET holder = NULL, until = 0 WHERE ${HELD}`, loop, fence);
      }),
    loops: listLoops,
  };
}

const HELD = "loop = ? AND fence = ? AND holder IS NOT NULL";

function findLoop(db: Database, loop: string): LoopRow | undefined {
  return db.get<LoopRow>("SELECT loop, fence, holder, until, record FROM loop_loops WHERE loop = ?", loop);
}

function insertLoop(db: Database, { loop, holder }: ClaimRequest, until: number): ClaimOutcome {
  const record = newLoop(loop);
  const text = JSON.stringify(record);
  db.run(
    "INSERT INTO loop_loops (loop, fence, holder, until, record) VALUES (?, 1, ?, ?, ?)",
    loop,
    holder,
    until,
    text,
  );
  return { outcome: "held", fence: 1, record };
}

function toRecord({ record }: LoopRow): LoopRecord {
  return JSON.parse(record) as LoopRecord; // only `insertLoop` and `storeRecord` write it
}

/** What the holder with this fence goes on from; undefined where the loop is not its own. */
export function findHeld(db: Database, loop: string, fence: number): LoopRecord | undefined {
  const row = db.get<LoopRow>(`SELECT loop, fence, holder, until, record FROM loop_loops WHERE ${HELD}`, loop, fence);
  return row && toRecord(row);
}

export function storeRecord(db: Database, record: LoopRecord): void {
  db.run(
    "UPDATE loop_loops SET record = ?, registration = ? WHERE loop = ?",
    JSON.stringify(record),
    record.registration ?? null,
    record.loop,
  );
}
