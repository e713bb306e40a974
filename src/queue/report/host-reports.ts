/** What each machine did, and what it cost. */
import type { AttemptRecord } from "../../bulk/attempt.ts";
import type { WorkerRecord } from "../../bulk/worker-record.ts";
import { lifeOf } from "./active-time.ts";

export interface HostReport {
  readonly host: string;
  readonly provider?: string | undefined;
  readonly instanceType?: string | undefined;
  readonly zone?: string | undefined;
  readonly spot?: boolean | undefined;
  readonly workers: number;
  /** How long its workers lived, together. */
  readonly workerSeconds: number;
  /** Attempts that ended there, how many of them well, and the time that all of them took. */
  readonly attempts: number;
  readonly done: number;
  readonly taskSeconds: number;
  /** USD; undefined where no worker has a price. */
  readonly cost?: number | undefined;
}

export interface HostReports {
  addAttempt(attempt: AttemptRecord, seconds: number): void;
  addWorker(worker: WorkerRecord): void;
  /** The busiest first. */
  all(): readonly HostReport[];
}

export function makeHostReports(): HostReports {
  const hosts = new Map<string, HostReport>();
  const of = (host: string): HostReport =>
    hosts.get(host) ?? { host, workers: 0, workerSeconds: 0, attempts: 0, done: 0, taskSeconds: 0 };
  return {
    addAttempt({ host, outcome }, seconds) {
      const before = of(host);
      hosts.set(host, {
        ...before,
        attempts: before.attempts + 1,
        done: before.done + (outcome === "done" ? 1 : 0),
        taskSeconds: before.taskSeconds + seconds,
      });
    },
    addWorker(worker) {
      const before = of(worker.host);
      const { provider, instanceType, zone, spot } = worker;
      const cost = costOf(worker);
      hosts.set(worker.host, {
        ...before,
        provider,
        instanceType,
        zone,
        spot,
        workers: before.workers + 1,
        workerSeconds: before.workerSeconds + secondsOf(worker),
        ...(cost !== undefined && { cost: (before.cost ?? 0) + cost }),
      });
    },
    all: () => [...hosts.values()].sort((a, b) => b.taskSeconds - a.taskSeconds || (a.host < b.host ? -1 : 1)),
  };
}

export function secondsOf(worker: WorkerRecord): number {
  const { from, to } = lifeOf(worker);
  return (to - from) / 1000;
}

/** USD for the time that it lived. */
export function costOf(worker: WorkerRecord): number | undefined {
  return worker.pricePerHour === undefined ? undefined : (worker.pricePerHour * secondsOf(worker)) / 3600;
}
