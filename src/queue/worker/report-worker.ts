/** Lets everybody know of a worker: when it begins, every half minute, and when it ends. */
import type { BulkQueue } from "../../bulk/bulk-store.ts";
import type { WorkerRecord } from "../../bulk/worker-record.ts";
import { type Clock, isoTime } from "../../clock.ts";
import { processIdentity } from "../../embedded/processes/processes.ts";
import type { WorkerOptions } from "./worker-options.ts";

export interface WorkerReports {
  /** Its machine will be taken away. */
  notice(): void;
  end(reason: string): Promise<void>;
}

export interface ReportOptions {
  readonly queue: Pick<BulkQueue, "reportWorker">;
  readonly clock: Clock;
  readonly options: Pick<WorkerOptions, "run" | "worker" | "slots" | "host">;
  readonly startedAt: string;
  /** The worker goes on all the same: entries are more important than what is told of it. */
  onProblem(error: unknown): void;
}

const EVERY_MS = 30_000;

export async function keepReported({
  queue,
  clock,
  options,
  startedAt,
  onProblem,
}: ReportOptions): Promise<WorkerReports> {
  const { host, run, worker, slots } = options;
  const identity = processIdentity(process.pid);
  const ended = new AbortController();
  let noticeAt: string | undefined;

  async function report(last: Pick<WorkerRecord, "endedAt" | "reason"> = {}): Promise<void> {
    const record: WorkerRecord = {
      ...{ ...host, run, worker, slots, startedAt, seenAt: isoTime(clock.now()), noticeAt, ...last },
      process: identity === undefined ? undefined : { pid: process.pid, identity },
    };
    await queue.reportWorker(record).catch(onProblem);
  }

  async function repeat(): Promise<void> {
    for (;;) {
      // Rejects when the worker ends.
      const isOver = await clock.sleep(EVERY_MS, ended.signal).then(
        () => false,
        () => true,
      );
      if (isOver) return;
      await report();
    }
  }

  await report();
  void repeat();
  return {
    notice() {
      noticeAt ??= isoTime(clock.now());
      void report();
    },
    async end(reason) {
      ended.abort();
      await report({ endedAt: isoTime(clock.now()), reason });
    },
  };
}
