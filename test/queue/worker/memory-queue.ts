/** A bulk queue in memory with one run: what a worker needs of a store, and how to make it fail. */

import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AttemptEnd } from "../../../src/bulk/attempt.ts";
import type { RunState } from "../../../src/bulk/bulk-run.ts";
import type { BulkLogs, BulkQueue, Lease } from "../../../src/bulk/bulk-store.ts";
import type { Entry } from "../../../src/bulk/entry.ts";
import {
  DEFAULT_POLICY,
  type Next,
  nextAfter,
  type Retries,
  type RetryPolicy,
} from "../../../src/bulk/retry-policy.ts";
import type { WorkerRecord } from "../../../src/bulk/worker-record.ts";
import type { Clock } from "../../../src/clock.ts";

interface Place {
  readonly entry: Entry;
  state: Next["state"] | "RUNNING";
  attempts: number;
  retries: Retries;
  dueAt: number;
  lease?: Lease | undefined;
}

export interface RecordedEnd {
  readonly id: string;
  readonly attempt: number;
  readonly end: AttemptEnd;
  readonly next: Next;
}

export interface MemoryQueue extends BulkQueue {
  readonly ends: readonly RecordedEnd[];
  readonly workers: readonly WorkerRecord[];
  readonly calls: { receive: number; finish: number; extend: number };
  stateOf(id: string): string | undefined;
  attemptsOf(id: string): number;
  /** Somebody else has it from now on. */
  takeAway(id: string): void;
  /** The next calls of this name throw so many times. */
  fail(call: "receive" | "finish" | "extend" | "release", times: number): void;
  setState(state: RunState): void;
}

export function makeMemoryQueue(
  entries: readonly Entry[],
  clock: Pick<Clock, "now">,
  policy: RetryPolicy = DEFAULT_POLICY,
): MemoryQueue {
  const places = new Map<string, Place>(
    entries.map((entry) => [entry.id, { entry, state: "QUEUED", attempts: 0, retries: {}, dueAt: 0 }]),
  );
  const failures = new Map<string, number>();
  const ends: RecordedEnd[] = [];
  const workers: WorkerRecord[] = [];
  const calls = { receive: 0, finish: 0, extend: 0 };
  let waiting = [...places.values()];
  let open = entries.length;
  let given: RunState | undefined;
  const state = (): RunState => given ?? (open === 0 ? "FINISHED" : "OPEN");
  const mayFail = (call: string) => {
    const left = failures.get(call) ?? 0;
    failures.set(call, left - 1);
    if (left > 0) throw new Error(`${call} does not work`);
  };
  const holds = (lease: Lease) => places.get(lease.entry.id)?.lease?.receipt === lease.receipt;

  function settle(lease: Lease, end: AttemptEnd) {
    const place = places.get(lease.entry.id);
    if (place === undefined || !holds(lease)) return { outcome: "lost" } as const;
    const next = nextAfter(policy, place.retries, end);
    ends.push({ id: lease.entry.id, attempt: lease.attempt, end, next });
    place.state = next.state;
    place.lease = undefined;
    if (next.state === "QUEUED") {
      place.retries = next.retries;
      place.dueAt = clock.now() + next.delaySeconds * 1000;
      waiting.push(place);
    } else open--;
    return { outcome: "recorded", next } as const;
  }

  return {
    ...{ ends, workers, calls },
    stateOf: (id) => places.get(id)?.state,
    attemptsOf: (id) => places.get(id)?.attempts ?? 0,
    takeAway(id) {
      const place = places.get(id);
      if (place?.lease !== undefined) place.lease = { ...place.lease, receipt: "somebody else's" };
    },
    fail: (call, times) => void failures.set(call, times),
    setState(state) {
      given = state;
    },
    async receive({ run, worker, max, leaseMs }) {
      calls.receive++;
      mayFail("receive");
      if (state() !== "OPEN") return { leases: [], state: state() };
      const leases: Lease[] = [];
      const rest: Place[] = [];
      for (const place of waiting) {
        if (leases.length === max || place.dueAt > clock.now()) {
          rest.push(place);
          continue;
        }
        const attempt = ++place.attempts;
        const until = clock.now() + leaseMs;
        place.lease = { run, entry: place.entry, attempt, worker, until, receipt: `${place.entry.id}#${attempt}` };
        place.state = "RUNNING";
        leases.push(place.lease);
      }
      waiting = rest;
      return { leases, state: state() };
    },
    async extend(leases) {
      calls.extend++;
      mayFail("extend");
      return leases.filter((lease) => !holds(lease));
    },
    async finish(given) {
      calls.finish++;
      mayFail("finish");
      return given.map(({ lease, end }) => settle(lease, end));
    },
    async release(leases) {
      mayFail("release");
      for (const lease of leases) {
        const place = places.get(lease.entry.id);
        if (place === undefined || !holds(lease)) continue;
        Object.assign(place, { state: "QUEUED", attempts: place.attempts - 1, lease: undefined });
        waiting.unshift(place);
      }
    },
    async reportWorker(worker) {
      workers.push(worker);
    },
  };
}

export function makeFolderLogs(folder: string): BulkLogs {
  const fileOf = (id: string, attempt: number) => join(folder, `${id}-${attempt}.log`);
  return {
    async open({ entry, attempt }) {
      mkdirSync(folder, { recursive: true });
      return fileOf(entry.id, attempt);
    },
    async keep(_lease, file) {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) return file;
      rmSync(file, { force: true });
      return undefined;
    },
    async read(log) {
      return readFileSync(log, "utf8");
    },
  };
}
