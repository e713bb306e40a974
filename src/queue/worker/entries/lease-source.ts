/** Gives a worker's slots the entries that they run: as many as they can begin soon, until there are no more. */
import type { BulkQueue, Lease, Received } from "../../../bulk/bulk-store.ts";
import type { Clock } from "../../../clock.ts";
import type { WorkerOptions } from "../worker-options.ts";
import { type Patience, patiently } from "./patiently.ts";

export interface LeaseSource {
  /** Undefined when there will be no more. */
  next(): Promise<Lease | undefined>;
  /** Nothing is given out any more. The first reason stays. */
  stop(reason: string): void;
  /** Given out, and not run after all. */
  putBack(lease: Lease): void;
  /** Takes what was received and not given out. */
  leftover(): readonly Lease[];
  /** Resolves when the store is not being asked any more; rejects with what it said where it does not answer. */
  settled(): Promise<void>;
  /** Why it has stopped; undefined while it gives. */
  reason(): string | undefined;
  /** Something has happened after which there may be entries again. */
  wake(): void;
}

export interface SourceOptions {
  readonly queue: Pick<BulkQueue, "receive">;
  readonly clock: Clock;
  readonly worker: Pick<WorkerOptions, "run" | "worker" | "idle" | "idleMs">;
  readonly leaseMs: number;
  readonly patience: Patience;
  /** Every entry that was received, before it is given out. */
  onReceived(lease: Lease): void;
  /** Tasks that run or whose ends are not stored: they may come back. */
  busy(): boolean;
  /** How many to hold beyond those that begin at once. */
  ahead(): number;
}

const FIRST_POLL_MS = 50;
const MOST_POLL_MS = 1000;
/** What a store takes in one call. */
const MOST_AT_ONCE = 500;

export function makeLeaseSource(options: SourceOptions): LeaseSource {
  const { clock, worker, busy } = options;
  const buffer: Lease[] = [];
  const waiters: ((lease: Lease | undefined) => void)[] = [];
  let ended: string | undefined;
  let filling: Promise<void> | undefined;
  let pollMs = FIRST_POLL_MS;
  let emptySince: number | undefined;
  let waker = new AbortController();

  function wake(): void {
    pollMs = FIRST_POLL_MS;
    waker.abort();
    waker = new AbortController();
  }

  function stop(reason: string): void {
    ended ??= reason;
    wake();
    for (const give of waiters.splice(0)) give(undefined);
  }

  async function fill(): Promise<void> {
    try {
      await receiveWhileWanted();
    } catch (error) {
      // `filling` stays: whoever settles is told.
      stop("the store does not answer");
      throw error;
    }
  }

  async function receiveWhileWanted(): Promise<void> {
    while (ended === undefined && waiters.length > 0) {
      const max = Math.min(waiters.length + options.ahead(), MOST_AT_ONCE);
      const { run, worker: name } = worker;
      const request = { run, worker: name, max, leaseMs: options.leaseMs };
      const received = await patiently(() => options.queue.receive(request), options.patience);
      for (const lease of received.leases) options.onReceived(lease);
      buffer.push(...received.leases);
      while (buffer.length > 0 && waiters.length > 0 && ended === undefined) waiters.shift()?.(buffer.shift());
      if (received.leases.length > 0) {
        emptySince = undefined;
        pollMs = FIRST_POLL_MS;
      } else await waitFor(received.state);
    }
    // In the same turn as the last look at the waiters: one who comes later has to find that nobody asks for it.
    filling = undefined;
  }

  async function waitFor(state: Received["state"]): Promise<void> {
    const why = reasonToEnd(state);
    if (why !== undefined) return stop(why);
    await clock.sleep(pollMs, waker.signal).catch(() => {});
    pollMs = Math.min(pollMs * 2, MOST_POLL_MS);
  }

  function reasonToEnd(state: Received["state"]): string | undefined {
    if (state === "missing") return `there is no run ${worker.run}`;
    if (state === "STOPPED") return "the run was stopped";
    if (state === "FINISHED") return "every entry has ended";
    if (busy()) emptySince = undefined;
    else emptySince ??= clock.now();
    const isOver = emptySince !== undefined && clock.now() - emptySince >= worker.idleMs;
    return worker.idle === "exit" && state === "OPEN" && isOver ? "the queue is empty" : undefined;
  }

  return {
    next() {
      const lease = buffer.shift();
      if (lease !== undefined || ended !== undefined) return Promise.resolve(lease);
      const { promise, resolve } = Promise.withResolvers<Lease | undefined>();
      waiters.push(resolve);
      if (filling === undefined) {
        filling = fill();
        filling.catch(() => {});
      }
      return promise;
    },
    stop,
    putBack: (lease) => void buffer.push(lease),
    leftover: () => buffer.splice(0),
    async settled() {
      await filling;
    },
    reason: () => ended,
    wake,
  };
}
