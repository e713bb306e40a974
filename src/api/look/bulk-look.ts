/**
 * A bulk run as the page shows it. Figures of attempts are read from the attempts themselves: of a large run from the
 * first so many, and again only when they have changed and the last reading was not too long a work.
 */
import { type BulkRun, type EntryCounts, endedOf } from "../../bulk/bulk-run.ts";
import type { BulkRuns } from "../../bulk/bulk-store.ts";
import type { WorkerRecord } from "../../bulk/worker-record.ts";
import type { Clock } from "../../clock.ts";
import { costOf } from "../../queue/report/host-reports.ts";
import { attemptsOf } from "../../queue/report/read-rows.ts";
import { type Report, summarize } from "../../queue/report/summarize.ts";
import { defined } from "../defined.ts";
import type { BulkRunRow, BulkRunView } from "../shapes/bulk.ts";

/** Attempts that are read for the figures of one run. */
const MOST_ATTEMPTS = 20_000;
/** A reading is not repeated before so many times as long as it took have passed. */
const REST = 10;

export interface BulkLook {
  list(): Promise<readonly BulkRunRow[]>;
  run(name: string): Promise<BulkRunView | undefined>;
}

interface Reading {
  readonly key: string;
  readonly report: Report;
  readonly attempts: number;
  /** Milliseconds since 1970: it serves until then even where more has happened. */
  readonly until: number;
}

export function lookAtBulkRuns(runs: BulkRuns, clock: Pick<Clock, "now">): BulkLook {
  const readings = new Map<string, Reading>();

  async function read(run: BulkRun, counts: EntryCounts, workers: readonly WorkerRecord[]): Promise<Reading> {
    const key = JSON.stringify([run.created, counts]);
    const known = readings.get(run.name);
    if (known !== undefined && (known.key === key || clock.now() < known.until)) return known;
    const begun = clock.now();
    let attempts = 0;
    async function* counted() {
      for await (const attempt of attemptsOf(runs, { run: run.name }, MOST_ATTEMPTS)) {
        attempts += 1;
        yield attempt;
      }
    }
    const report = await summarize({ run, counts, workers, attempts: counted() });
    const now = clock.now();
    const reading = { key, report, attempts, until: now + REST * (now - begun) };
    readings.set(run.name, reading);
    return reading;
  }

  return {
    async list() {
      return Promise.all((await runs.list()).map(async (run) => rowOf(run, await runs.counts(run.name))));
    },
    async run(name) {
      const run = await runs.get(name);
      if (run === undefined) {
        readings.delete(name);
        return undefined;
      }
      const [counts, workers] = await Promise.all([runs.counts(name), runs.workers(name)]);
      const reading = await read(run, counts, workers);
      return viewOf(run, counts, workers, reading);
    },
  };
}

function rowOf(run: BulkRun, { attempts, ...counts }: EntryCounts): BulkRunRow {
  const { name, state, reason, task, created, finishedAt, entries } = run;
  return defined({ name, state, reason, task: taskText(task), created, finishedAt, entries, counts, attempts });
}

function taskText(task: BulkRun["task"]): string {
  if (task.kind === "task") return task.name;
  return task.kind === "module" ? task.file : task.command.join(" ");
}

function viewOf(
  run: BulkRun,
  counts: EntryCounts,
  workers: readonly WorkerRecord[],
  { report, attempts }: Reading,
): BulkRunView {
  const { duration, cost, remainingSeconds } = report;
  const isPriced = report.hosts.some((host) => host.cost !== undefined);
  const retries = Object.values(report.attempts.retries).reduce((sum, of) => sum + of, 0);
  return defined({
    ...rowOf(run, counts),
    ended: endedOf(counts),
    retries,
    perHour: report.donePerHour,
    remainingMs: remainingSeconds === undefined ? undefined : remainingSeconds * 1000,
    cost: isPriced ? cost.total : undefined,
    costPerDone: cost.perDone,
    duration: duration && { p50Ms: duration.p50 * 1000, p95Ms: duration.p95 * 1000, maxMs: duration.max * 1000 },
    sample: { attempts, all: attempts >= counts.attempts },
    workers: workers.map(workerOf),
    errors: report.errors.map(({ error, message, attempts: count, example }) => ({
      error,
      message,
      count,
      example: { id: example.entryId, message: example.message },
    })),
  });
}

function workerOf(worker: WorkerRecord): BulkRunView["workers"][number] {
  const { worker: name, host, instanceType, spot, slots, startedAt, seenAt, endedAt, reason } = worker;
  const cost = costOf(worker);
  return defined({ worker: name, host, instanceType, spot, slots, startedAt, seenAt, endedAt, reason, cost });
}
