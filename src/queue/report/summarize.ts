/** The report of a bulk run: what became of its entries, how long they took, what failed and what it cost. */
import { type AttemptOutcome, type AttemptRecord, CAUSES, type Cause } from "../../bulk/attempt.ts";
import type { BulkRun, EntryCounts } from "../../bulk/bulk-run.ts";
import type { EntryState } from "../../bulk/entry.ts";
import type { WorkerRecord } from "../../bulk/worker-record.ts";
import { isoTime } from "../../clock.ts";
import { coveredMs, lifeOf } from "./active-time.ts";
import { type ErrorGroup, makeErrorGroups } from "./error-groups.ts";
import { costOf, type HostReport, makeHostReports, secondsOf } from "./host-reports.ts";
import { makeSlowest, type SlowAttempt } from "./slowest.ts";
import { makeSample, type Statistics } from "./statistics.ts";

export interface ReportSources {
  readonly run: BulkRun;
  readonly counts: EntryCounts;
  /** Those of an entry together, in order. */
  readonly attempts: AsyncIterable<AttemptRecord> | Iterable<AttemptRecord>;
  readonly workers: readonly WorkerRecord[];
}

/** Stable: members are added, never changed, as long as `schemaVersion` is the same. */
export interface Report {
  readonly schemaVersion: 1;
  readonly run: Pick<BulkRun, "name" | "state" | "reason" | "task" | "created" | "finishedAt">;
  readonly entries: Readonly<Record<EntryState, number>> & { readonly total: number };
  readonly attempts: {
    readonly total: number;
    /** Of those that have ended. */
    readonly outcomes: Readonly<Partial<Record<AttemptOutcome, number>>>;
    /** How often an entry was tried again because of this. */
    readonly retries: Readonly<Partial<Record<Cause, number>>>;
  };
  readonly time: {
    /** ISO 8601, when the first worker or attempt began, and when the last one ended or was last heard of. */
    readonly startedAt?: string | undefined;
    readonly endedAt?: string | undefined;
    readonly elapsedSeconds: number;
    /** While at least one worker was there. */
    readonly activeSeconds: number;
    /** Of all workers together. */
    readonly workerSeconds: number;
  };
  /** Entries that were done in an hour of active time. */
  readonly donePerHour?: number | undefined;
  /** Active time that the entries which wait or run will take at that rate. */
  readonly remainingSeconds?: number | undefined;
  /** Seconds of the attempts that were done. */
  readonly duration?: Statistics | undefined;
  /** Bytes that the processes of an attempt had at most; all outcomes. */
  readonly peakMemory?: Statistics | undefined;
  /** Processor time of all attempts. */
  readonly cpuSeconds: number;
  /** USD. `unpriced`: workers without a price, such as one's own machine. */
  readonly cost: { readonly total: number; readonly perDone?: number | undefined; readonly unpriced: number };
  readonly hosts: readonly HostReport[];
  readonly errors: readonly ErrorGroup[];
  readonly slowest: readonly SlowAttempt[];
}

const SHOWN = 10;

export async function summarize({ run, counts, attempts, workers: known }: ReportSources): Promise<Report> {
  const tally = await tallyAttempts(attempts);
  const workers = known.map((worker) => heardOf(worker, tally.lastEnds.get(worker.worker)));
  for (const worker of workers) tally.hosts.addWorker(worker);
  const { attempts: total, ...states } = counts;
  const time = timeOf(tally.span(), workers);
  const donePerHour = time.activeSeconds > 0 && counts.DONE > 0 ? (counts.DONE * 3600) / time.activeSeconds : undefined;
  const left = counts.QUEUED + counts.RUNNING;
  const cost = workers.reduce((sum, worker) => sum + (costOf(worker) ?? 0), 0);
  return {
    schemaVersion: 1,
    run: pick(run),
    entries: { total: run.entries, ...states },
    attempts: { total, outcomes: tally.outcomes, retries: tally.retries },
    time,
    donePerHour,
    remainingSeconds: donePerHour === undefined || left === 0 ? undefined : (left * 3600) / donePerHour,
    duration: tally.durations.describe(),
    peakMemory: tally.memory.describe(),
    cpuSeconds: tally.cpuMs() / 1000,
    cost: {
      total: cost,
      perDone: cost > 0 && counts.DONE > 0 ? cost / counts.DONE : undefined,
      unpriced: workers.filter(({ pricePerHour }) => pricePerHour === undefined).length,
    },
    hosts: tally.hosts.all(),
    errors: tally.errors.top(SHOWN),
    slowest: tally.slowest.all(),
  };
}

async function tallyAttempts(attempts: ReportSources["attempts"]) {
  const durations = makeSample();
  const memory = makeSample();
  const errors = makeErrorGroups();
  const hosts = makeHostReports();
  const slowest = makeSlowest(SHOWN);
  const outcomes: Partial<Record<AttemptOutcome, number>> = {};
  const retries: Partial<Record<Cause, number>> = {};
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  const lastEnds = new Map<string, number>();
  let cpuMs = 0;
  let before: AttemptRecord | undefined;
  for await (const attempt of attempts) {
    const { outcome, startedAt, endedAt, peakMemoryBytes } = attempt;
    if (before?.entryId === attempt.entryId && isCause(before.outcome)) count(retries, before.outcome);
    before = attempt;
    const start = Date.parse(startedAt);
    from = Math.min(from, start);
    if (outcome === undefined || endedAt === undefined) continue;
    const end = Date.parse(endedAt);
    to = Math.max(to, end);
    lastEnds.set(attempt.worker, Math.max(end, lastEnds.get(attempt.worker) ?? end));
    const seconds = Math.max(0, end - start) / 1000;
    count(outcomes, outcome);
    hosts.addAttempt(attempt, seconds);
    slowest.add(attempt, seconds);
    errors.add(attempt);
    if (outcome === "done") durations.add(seconds);
    if (peakMemoryBytes !== undefined) memory.add(peakMemoryBytes);
    cpuMs += attempt.cpuMs ?? 0;
  }
  return {
    durations,
    memory,
    errors,
    hosts,
    slowest,
    outcomes,
    retries,
    lastEnds,
    cpuMs: () => cpuMs,
    span: () => ({ from, to }),
  };
}

/** Workers tell of themselves every now and then, and of each attempt at once. */
function heardOf(worker: WorkerRecord, lastEnd = 0): WorkerRecord {
  return lastEnd > Date.parse(worker.seenAt) ? { ...worker, seenAt: isoTime(lastEnd) } : worker;
}

function isCause(outcome: AttemptOutcome | undefined): outcome is Cause {
  return CAUSES.some((cause) => cause === outcome);
}

function count<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function timeOf(attempts: { readonly from: number; readonly to: number }, workers: readonly WorkerRecord[]) {
  const lives = workers.map(lifeOf);
  const from = lives.reduce((least, life) => Math.min(least, life.from), attempts.from);
  const to = lives.reduce((most, life) => Math.max(most, life.to), attempts.to);
  const elapsedSeconds = to > from ? (to - from) / 1000 : 0;
  return {
    startedAt: Number.isFinite(from) ? isoTime(from) : undefined,
    endedAt: Number.isFinite(to) ? isoTime(to) : undefined,
    elapsedSeconds,
    activeSeconds: lives.length === 0 ? elapsedSeconds : coveredMs(lives) / 1000,
    workerSeconds: workers.reduce((sum, worker) => sum + secondsOf(worker), 0),
  };
}

function pick({ name, state, reason, task, created, finishedAt }: BulkRun): Report["run"] {
  return { name, state, reason, task, created, finishedAt };
}
