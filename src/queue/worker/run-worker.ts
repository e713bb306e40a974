/**
 * A worker: takes entries of a run, runs each within its limits and sees to it that its end is stored, until the queue is
 * empty, somebody stops it or its machine is taken away.
 */
import { isoTime } from "../../clock.ts";
import { makeFinisher } from "./entries/finisher.ts";
import { type GiveBack, makeGiveBack } from "./entries/give-back.ts";
import { makeLeaseKeeper } from "./entries/lease-keeper.ts";
import { makeLeaseSource } from "./entries/lease-source.ts";
import { type Patience, patiently } from "./entries/patiently.ts";
import { makeTally } from "./entries/tally.ts";
import { keepReported, type WorkerReports } from "./report-worker.ts";
import { makeRunner } from "./runners/make-runner.ts";
import type { TaskRunner } from "./runners/task-runner.ts";
import { type Parts, serveSlot } from "./serve-slot.ts";
import { watchForEnd } from "./worker-end.ts";
import type { WorkerOptions, WorkerPorts, WorkerSummary } from "./worker-options.ts";

/**
 * A host that is gone is noticed within a minute, however long its tasks may take: a lease as long as the longest task
 * would keep an entry from everybody for all that time. The price is a heartbeat every 20 seconds.
 */
const LEASE_MS = 60_000;
/** SQS holds a message for 12 hours at most. */
const MOST_LEASE_MS = 11 * 3_600_000;
/** About three minutes; then something is wrong that does not pass. The end of an attempt is never given up. */
const RECEIVE_TRIES = 18;

/** A worker at work, and what has to be ended with it. */
interface Works extends Parts {
  readonly giveBack: GiveBack;
  readonly report: WorkerReports;
  close(): Promise<void>;
}

export async function runWorker(ports: WorkerPorts, options: WorkerOptions): Promise<WorkerSummary> {
  const startedAt = isoTime(ports.clock.now());
  const runner = await makeRunner(ports, options, (error) =>
    options.onEvent?.({ type: "problem", what: "keep a log", error }),
  );
  const works = await begin(ports, options, runner, startedAt);
  const { source, finisher, tally, giveBack, report } = works;
  try {
    const slots = Array.from({ length: options.slots }, (_, slot) => serveSlot(slot, works));
    const served = await Promise.allSettled(slots);
    await finisher.drained();
    // First: a store may be asked for entries for 20 seconds, and a job that was told to end has 30 in all.
    await report.end(source.reason() ?? "");
    await giveBack.rest();
    for (const slot of served) if (slot.status === "rejected") throw slot.reason;
    return {
      ...{ worker: options.worker, reason: source.reason() ?? "", startedAt, endedAt: isoTime(ports.clock.now()) },
      ...{ attempts: tally.counts(), lost: tally.lost(), released: giveBack.count() },
    };
  } finally {
    await works.close();
  }
}

async function begin(
  ports: WorkerPorts,
  options: WorkerOptions,
  runner: TaskRunner,
  startedAt: string,
): Promise<Works> {
  const { queue, clock } = ports;
  const { onEvent = () => {}, leaseMs = leaseOf(options) } = options;
  const gone = new AbortController();
  const giveUp = AbortSignal.any([gone.signal, ...(options.kill === undefined ? [] : [options.kill])]);
  const problem = (what: string) => (error: unknown) => onEvent({ type: "problem", what, error });
  const patience = (what: string, tries?: number): Patience => ({
    ...{ clock, tries, signal: giveUp, onProblem: problem(what) },
  });

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
    queue: {
      async receive(request) {
        await keeper.catchUp();
        return queue.receive(request);
      },
    },
    ...{ clock, leaseMs, worker: options, patience: patience("receive entries", RECEIVE_TRIES) },
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
  const close = () => {
    end.close();
    gone.abort();
    return runner.close();
  };
  return { source, keeper, runner, finisher, tally, end, onEvent, giveBack, report, close };
}

/** A function that never awaits lets no heartbeat through while it runs in the worker itself. */
function leaseOf({ mode, limits }: WorkerOptions): number {
  if (mode !== "in-process") return LEASE_MS;
  return Math.min(LEASE_MS + limits.maxRuntimeSeconds * 1000, MOST_LEASE_MS);
}
