/** What the tests of a bulk store share: small runs, ends of attempts, and patience with queues that deliver in their own time. */
import { randomUUID } from "node:crypto";
import type { AttemptEnd, AttemptOutcome, AttemptRecord } from "../../src/bulk/attempt.ts";
import type { NewBulkRun } from "../../src/bulk/bulk-run.ts";
import type { BulkLogs, BulkQueue, BulkRuns, EntryQuery, EntrySource, Lease } from "../../src/bulk/bulk-store.ts";
import type { Entry, EntryRecord } from "../../src/bulk/entry.ts";
import { DEFAULT_POLICY, type RetryPolicy, withLimits } from "../../src/bulk/retry-policy.ts";
import type { WorkerRecord } from "../../src/bulk/worker-record.ts";
import type { Page, PageRequest } from "../../src/pages.ts";

export interface BulkStoreUnderTest {
  readonly runs: BulkRuns;
  readonly queue: BulkQueue;
  readonly logs: BulkLogs;
  /** Lets so much time pass for the store: a virtual clock is moved, a real one waited for. */
  pass(ms: number): Promise<void> | void;
  /** How often to ask again, with `pass(500)` between, before something that should come counts as missing; 1 where the store answers at once. */
  readonly tries: number;
  close(): Promise<void> | void;
}

/** The shortest lease that every queue can give; it has run out after `LEASE_OVER_MS`. */
export const LEASE_MS = 2000;
export const LEASE_OVER_MS = 3000;
/** Longer than any test takes. */
export const LONG_LEASE_MS = 600_000;

export const STARTED_AT = "2030-01-01T00:00:01.000Z";
export const ENDED_AT = "2030-01-01T00:00:02.500Z";

/** `data` counts from 1, and so does the line. */
export function entriesOf(...ids: string[]): Entry[] {
  return ids.map((id, index) => ({ id, data: { number: index + 1 }, line: index + 1 }));
}

export function sourceOf(entries: readonly Entry[]): EntrySource {
  return { count: entries.length, read: (after, limit) => entries.slice(after, after + limit) };
}

export function newRun(entries: readonly Entry[], change: Partial<NewBulkRun> = {}): NewBulkRun {
  return {
    name: `run-${randomUUID().slice(0, 8)}`,
    task: { kind: "task", name: "add" },
    limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 5 },
    policy: DEFAULT_POLICY,
    digest: `digest of ${entries.map(({ id }) => id).join()}`,
    entries: entries.length,
    source: { path: "tasks.json", size: 123 },
    ...change,
  };
}

/** No delay, so that no test waits unless it is about waiting. */
export function policyOf(limits: Parameters<typeof withLimits>[1]): RetryPolicy {
  const policy = withLimits(DEFAULT_POLICY, limits);
  // The rules of the same causes, each without its delay.
  return Object.fromEntries(
    Object.entries(policy).map(([cause, rule]) => [cause, { ...rule, delaySeconds: 0 }]),
  ) as RetryPolicy;
}

export function endOf(outcome: AttemptOutcome, more: Partial<AttemptEnd> = {}): AttemptEnd {
  return { outcome, startedAt: STARTED_AT, endedAt: ENDED_AT, ...more };
}

export function workerOf(run: string, worker: string, change: Partial<WorkerRecord> = {}): WorkerRecord {
  return {
    run,
    worker,
    host: "machine-1",
    provider: "aws",
    cpus: 2,
    memoryBytes: 4e9,
    spot: false,
    slots: 2,
    startedAt: STARTED_AT,
    seenAt: STARTED_AT,
    ...change,
  };
}

export function makeBulkWorld(under: BulkStoreUnderTest) {
  const { runs, queue } = under;

  async function load(entries: readonly Entry[], change: Partial<NewBulkRun> = {}): Promise<string> {
    const run = newRun(entries, change);
    await runs.load(run, sourceOf(entries));
    return run.name;
  }

  /** Exactly so many entries, in as many calls as the queue needs. */
  async function take(run: string, count: number, { worker = "w1", leaseMs = LONG_LEASE_MS } = {}): Promise<Lease[]> {
    const taken: Lease[] = [];
    for (let attempt = 1; taken.length < count; attempt += 1) {
      const { leases } = await queue.receive({ run, worker, max: count - taken.length, leaseMs });
      taken.push(...leases);
      if (taken.length === count) break;
      if (attempt >= under.tries) throw new Error(`${taken.length} of ${count} entries came`);
      await under.pass(500);
    }
    return taken;
  }

  async function takeOne(run: string, options: { worker?: string; leaseMs?: number } = {}): Promise<Lease> {
    const [lease] = await take(run, 1, options);
    if (lease === undefined) throw new Error("no entry came");
    return lease;
  }

  /** What the queue gives now, once. */
  async function look(run: string, worker = "w1"): Promise<readonly Lease[]> {
    return (await queue.receive({ run, worker, max: 10, leaseMs: LONG_LEASE_MS })).leases;
  }

  async function finish(lease: Lease, end: AttemptEnd) {
    const [outcome] = await queue.finish([{ lease, end }]);
    if (outcome === undefined) throw new Error("no outcome of finish");
    return outcome;
  }

  async function entry(run: string, id: string): Promise<EntryRecord> {
    const found = await runs.entry(run, id);
    if (found === undefined) throw new Error(`no entry ${id}`);
    return found;
  }

  /** Attempts of an entry as [attempt, outcome]. */
  async function outcomes(run: string, entryId: string) {
    const { rows } = await runs.attempts({ run, entryId });
    return rows.map(({ attempt, outcome }) => [attempt, outcome]);
  }

  /** Once every entry has ended the run is FINISHED, by itself or because whoever watches it says so. */
  async function finishRun(run: string) {
    await runs.setState(run, ["OPEN"], "FINISHED");
    return runs.get(run);
  }

  return { load, take, takeOne, look, finish, entry, outcomes, finishRun };
}

export type BulkWorld = ReturnType<typeof makeBulkWorld>;

/** All rows of all pages. */
export async function allPages<Row>(read: (page: PageRequest) => Promise<Page<Row>>, limit = 2): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ; ) {
    const page = await read({ limit, after });
    if (page.rows.length > limit) throw new Error(`a page of ${page.rows.length}, not ${limit}`);
    rows.push(...page.rows);
    if (page.next === undefined) return rows;
    after = page.next;
  }
}

export const idsOf = (records: readonly { readonly entry: Entry }[]) => records.map(({ entry }) => entry.id).sort();
export const tryOf = ({ entryId, attempt, outcome }: AttemptRecord) => [entryId, attempt, outcome];
export type EntryFilter = Omit<EntryQuery, "run" | "limit" | "after">;
