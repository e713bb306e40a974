/** A bulk run as one would keep it in memory: what the store is compared with after every command. */
import type { AttemptOutcome } from "../../../src/bulk/attempt.ts";
import type { RunState } from "../../../src/bulk/bulk-run.ts";
import { type EntryState, hasEnded } from "../../../src/bulk/entry.ts";
import { nextAfter, type Retries, type RetryPolicy } from "../../../src/bulk/retry-policy.ts";

interface ModelEntry {
  readonly id: string;
  state: EntryState;
  attempts: (AttemptOutcome | undefined)[];
  retries: Retries;
  /** Milliseconds since 1970; 0 where it waits without a delay. */
  due: number;
  lease: ModelLease | undefined;
}

/** Compared by identity: an entry that is given out again has another one. */
export interface ModelLease {
  readonly entry: ModelEntry;
  readonly worker: string;
  until: number;
}

export function makeBulkModel(ids: readonly string[], policy: RetryPolicy) {
  const entries = ids.map(
    (id): ModelEntry => ({ id, state: "QUEUED", attempts: [], retries: {}, due: 0, lease: undefined }),
  );
  const dead = new Set<string>();
  let state: RunState = "OPEN";

  function finishIfEnded(): void {
    if ((state === "OPEN" || state === "STOPPED") && entries.every((entry) => hasEnded(entry.state)))
      state = "FINISHED";
  }

  function end(entry: ModelEntry, outcome: AttemptOutcome, now: number): void {
    const next = nextAfter(policy, entry.retries, { outcome, startedAt: "", endedAt: "" });
    entry.attempts[entry.attempts.length - 1] = outcome;
    entry.state = next.state;
    entry.lease = undefined;
    entry.due = 0;
    if (next.state !== "QUEUED") return;
    entry.retries = next.retries;
    entry.due = next.delaySeconds > 0 ? now + next.delaySeconds * 1000 : 0;
  }

  function endLost(now: number): void {
    const lost = entries.filter(({ lease }) => lease && (lease.until <= now || dead.has(lease.worker)));
    for (const entry of lost) end(entry, "spot", now);
    if (lost.length > 0) finishIfEnded();
  }

  function take(entry: ModelEntry, worker: string, until: number): ModelLease {
    entry.state = "RUNNING";
    entry.attempts.push(undefined);
    entry.lease = { entry, worker, until };
    return entry.lease;
  }

  const isHeld = (lease: ModelLease) => lease.entry.lease === lease;

  return {
    state: () => state,
    entries: entries as readonly Readonly<ModelEntry>[],
    kill: (worker: string) => void dead.add(worker),
    receive(worker: string, max: number, { now, leaseMs }: { now: number; leaseMs: number }): ModelLease[] {
      if (state === "FINISHED") return [];
      endLost(now);
      if (state !== "OPEN") return [];
      const waiting = entries.filter((entry) => entry.state === "QUEUED" && entry.due <= now);
      const retries = waiting.filter(({ due }) => due > 0).sort((a, b) => a.due - b.due);
      const rest = waiting.filter(({ due }) => due === 0);
      return [...retries, ...rest].slice(0, max).map((entry) => take(entry, worker, now + leaseMs));
    },
    /** Whether it was recorded. */
    finish(lease: ModelLease, outcome: AttemptOutcome, now: number): boolean {
      if (!isHeld(lease)) return false;
      end(lease.entry, outcome, now);
      return true;
    },
    finishIfEnded,
    extend(lease: ModelLease, until: number): boolean {
      if (isHeld(lease)) lease.until = until;
      return isHeld(lease);
    },
    release(lease: ModelLease): void {
      if (!isHeld(lease)) return;
      const { entry } = lease;
      entry.attempts.pop();
      Object.assign(entry, { state: "QUEUED", due: 0, lease: undefined });
    },
    setState(from: readonly RunState[], to: RunState): boolean {
      if (!from.includes(state)) return false;
      state = to;
      return true;
    },
    requeue(from: readonly EntryState[]): number {
      const woken = entries.filter((entry) => hasEnded(entry.state) && from.includes(entry.state));
      for (const entry of woken) Object.assign(entry, { state: "QUEUED", due: 0, retries: {} });
      if (woken.length > 0) state = "OPEN";
      return woken.length;
    },
    purge(): number {
      const waiting = entries.filter((entry) => entry.state === "QUEUED");
      for (const entry of waiting) Object.assign(entry, { state: "CANCELLED" });
      finishIfEnded();
      return waiting.length;
    },
  };
}

export type BulkModel = ReturnType<typeof makeBulkModel>;
