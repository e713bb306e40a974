/** Runs one entry after another in a slot of a worker, and has the end of each stored. */
import type { AttemptEnd } from "../../bulk/attempt.ts";
import type { Lease } from "../../bulk/bulk-store.ts";
import type { Finisher } from "./entries/finisher.ts";
import type { LeaseKeeper } from "./entries/lease-keeper.ts";
import type { LeaseSource } from "./entries/lease-source.ts";
import type { Tally } from "./entries/tally.ts";
import type { TaskRunner } from "./runners/task-runner.ts";
import type { WorkerEnd } from "./worker-end.ts";
import type { WorkerEvent } from "./worker-options.ts";

/** What the slots of a worker share. */
export interface Parts {
  readonly source: LeaseSource;
  readonly keeper: LeaseKeeper;
  readonly runner: TaskRunner;
  readonly finisher: Finisher;
  readonly tally: Tally;
  readonly end: WorkerEnd;
  onEvent(event: WorkerEvent): void;
}

/** Until there are no more. Rejects where tasks cannot be started at all. */
export async function serveSlot(slot: number, parts: Parts): Promise<void> {
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
