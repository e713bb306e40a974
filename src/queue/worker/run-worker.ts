/**
 * A worker: takes entries of a run, runs each within its limits and sees to it that its end is stored, until the queue is
 * empty, somebody stops it or its machine is taken away.
 */
import type { AttemptEnd } from "../../bulk/attempt.ts";
import type { Lease } from "../../bulk/bulk-store.ts";
import { isoTime } from "../../clock.ts";
import { type Finisher, makeFinisher } from "./finisher.ts";
import { type LeaseKeeper, makeLeaseKeeper } from "./lease-keeper.ts";
import { type LeaseSource, makeLeaseSource } from "./lease-source.ts";
import { makeRunner } from "./make-runner.ts";
import { type Patience, patiently } from "./patiently.ts";
import { keepReported } from "./report-worker.ts";
import { makeTally, type Tally } from "./tally.ts";
import type { TaskRunner } from "./task-runner.ts";
import { type WorkerEnd, watchForEnd } from "./worker-end.ts";
import type { WorkerEvent, WorkerOptions, WorkerPorts, WorkerSummary } from "./worker-options.ts";

/**
 * A host that is gone is noticed within a minute, however long its tasks may take: a lease as long as the longest task
 * would keep an entry from everybody for all that time. The price is a heartbeat every 20 seconds.
 */
const LEASE_MS = 60_000;
/** About three minutes; then something is wrong that does not pass. The end of an attempt is never given up. */
const RECEIVE_TRIES = 18;

/** What the slots of a worker share. */
interface Parts {
  readonly source: LeaseSource;
  readonly keeper: LeaseKeeper;
  readonly runner: TaskRunner;
  readonly finisher: Finisher;
  readonly tally: Tally;
  readonly end: WorkerEnd;
  onEvent(event: WorkerEvent): void;
}

export async function runWorker(ports: WorkerPorts, options: WorkerOptions): Promise<WorkerSummary> {
  const { queue, clock } = ports;
  const { leaseMs = LEASE_MS, onEvent = () => {} } = options;
  const startedAt = isoTime(clock.now());
  const gone = new AbortController();
  const problem = (what: string) => (error: unknown) => onEvent({ type: "problem", what, error });
  const giveUp = AbortSignal.any([gone.signal, ...(options.kill === undefined ? [] : [options.kill])]);
  const patience = (what: string, tries?: number): Patience => ({
    clock,
    tries,
    signal: giveUp,
    onProblem: problem(what),
  });

  const runner = await makeRunner(ports, options, problem("keep a log"));
  const tally = makeTally();
  const finisher = makeFinisher(queue, patience("store the end of an attempt"));
  const keeper = makeLeaseKeeper({
    queue,
    clock,
    leaseMs,
    signal: gone.signal,
    onProblem: problem("send a heartbeat"),
  });
  const source = makeLeaseSource({
    ...{ queue, clock, leaseMs, worker: options, patience: patience("receive entries", RECEIVE_TRIES) },
    onReceived: (lease) => keeper.hold(lease, () => {}),
    busy: () => tally.running() > 0 || finisher.pending() > 0,
    ahead: () => tally.ahead(options.slots),
  });
  const giveBack = makeGiveBack(source, keeper, (leases) =>
    patiently(() => queue.release(leases), patience("give entries back")),
  );
  const report = await keepReported({ queue, clock, options, startedAt, onProblem: problem("report the worker") });
  const end = watchForEnd({
    ...{ clock, options, notices: ports.notices },
    onStop(reason) {
      source.stop(reason);
      void giveBack.now();
    },
    onNotice(notice) {
      report.notice();
      onEvent({ type: "notice", notice });
    },
  });

  try {
    const parts: Parts = { source, keeper, runner, finisher, tally, end, onEvent };
    const slots = Array.from({ length: options.slots }, (_, slot) => serveSlot(slot, parts));
    const served = await Promise.allSettled(slots);
    await finisher.drained();
    // First: a store may be asked for entries for 20 seconds, and a job that was told to end has 30 in all.
    await report.end(source.reason() ?? "");
    await giveBack.rest();
    for (const slot of served) if (slot.status === "rejected") throw slot.reason;
    return {
      ...{ worker: options.worker, reason: source.reason() ?? "", startedAt, endedAt: isoTime(clock.now()) },
      ...{ attempts: tally.counts(), lost: tally.lost(), released: giveBack.count() },
    };
  } finally {
    end.close();
    gone.abort();
    await runner.close();
  }
}

async function serveSlot(slot: number, parts: Parts): Promise<void> {
  const { source, finisher } = parts;
  for (;;) {
    const lease = await source.next();
    if (lease === undefined) return;
    await runLease(lease, slot, parts);
    await finisher.room();
  }
}

async function runLease(lease: Lease, slot: number, parts: Parts): Promise<void> {
  const { source, keeper, runner, tally, end, onEvent } = parts;
  const lost = new AbortController();
  keeper.hold(lease, () => lost.abort());
  tally.started();
  onEvent({ type: "started", lease });
  const { notices, verdict } = end;
  const control = { slot, notices, end: end.end, kills: [end.kill, lost.signal], verdict };
  try {
    const ended = await runner.run(lease, control);
    tally.ended(ended);
    // The slot does not wait for the store: ends that come together are stored together.
    void storeEnd(lease, ended, parts);
  } catch (error) {
    tally.notRun();
    source.stop("its tasks cannot be started");
    source.putBack(lease);
    throw error;
  }
}

async function storeEnd(lease: Lease, ended: AttemptEnd, { finisher, keeper, source, tally, onEvent }: Parts) {
  try {
    const stored = await finisher.finish(lease, ended);
    if (stored.outcome === "lost") tally.lose();
    const next = stored.outcome === "recorded" ? { next: stored.next } : {};
    onEvent({ type: "ended", lease, end: ended, ...next });
    if (next.next?.state === "QUEUED") source.wake();
  } catch {
    // The worker was killed while the store did not answer; that it does not was told.
    tally.lose();
  } finally {
    keeper.drop(lease);
  }
}

interface GiveBack {
  /** What was not started by now. */
  now(): Promise<void>;
  /** And what was still on its way. Rejects where the store does not answer. */
  rest(): Promise<void>;
  count(): number;
}

function makeGiveBack(
  source: LeaseSource,
  keeper: LeaseKeeper,
  release: (leases: readonly Lease[]) => Promise<void>,
): GiveBack {
  let count = 0;
  let giving = Promise.resolve();

  async function give(): Promise<void> {
    const leases = source.leftover();
    if (leases.length === 0) return;
    await release(leases);
    for (const lease of leases) keeper.drop(lease);
    count += leases.length;
  }
  const now = () => {
    giving = giving.then(give);
    return giving;
  };
  return {
    now,
    async rest() {
      await source.settled();
      await now();
    },
    count: () => count,
  };
}
