/** Keeps the entries that a worker holds its own: a heartbeat at each third of the time that they are held for. */
import type { BulkQueue, Lease } from "../../../bulk/bulk-store.ts";
import type { Clock } from "../../../clock.ts";

export interface LeaseKeeper {
  /** `onLost` is called when somebody else has it. */
  hold(lease: Lease, onLost: () => void): void;
  drop(lease: Lease): void;
  /**
   * To be called before the store is asked for entries: a machine that was asleep wakes up with leases that have run out
   * and tasks that still run. Without a heartbeat first, the store would give this worker its own entries again.
   */
  catchUp(): Promise<void>;
}

export interface KeeperOptions {
  readonly queue: Pick<BulkQueue, "extend">;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** The worker has ended. */
  readonly signal: AbortSignal;
  onProblem(error: unknown): void;
}

export function makeLeaseKeeper({ queue, clock, leaseMs, signal, onProblem }: KeeperOptions): LeaseKeeper {
  const held = new Map<string, { readonly lease: Lease; onLost(): void }>();
  let beatAt = clock.now();
  void repeat();

  async function repeat(): Promise<void> {
    while (!signal.aborted) {
      // Rejects when the worker ends.
      await clock.sleep(leaseMs / 3, signal).catch(() => {});
      if (!signal.aborted) await beat();
    }
  }

  async function beat(): Promise<void> {
    beatAt = clock.now();
    if (held.size > 0) await extend();
  }

  async function extend(): Promise<void> {
    try {
      const lost = await queue.extend(
        [...held.values()].map(({ lease }) => lease),
        leaseMs,
      );
      for (const { receipt } of lost) held.get(receipt)?.onLost();
    } catch (error) {
      // Two more beats fit into the lease.
      onProblem(error);
    }
  }

  return {
    hold: (lease, onLost) => void held.set(lease.receipt, { lease, onLost }),
    drop: (lease) => void held.delete(lease.receipt),
    async catchUp() {
      if (clock.now() - beatAt > (leaseMs * 2) / 3) await beat();
    },
  };
}
