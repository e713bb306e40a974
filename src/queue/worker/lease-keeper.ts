/** Keeps the entries that a worker holds its own: a heartbeat at each third of the time that they are held for. */
import type { BulkQueue, Lease } from "../../bulk/bulk-store.ts";
import type { Clock } from "../../clock.ts";

export interface LeaseKeeper {
  /** `onLost` is called when somebody else has it. */
  hold(lease: Lease, onLost: () => void): void;
  drop(lease: Lease): void;
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
  void beat();

  async function beat(): Promise<void> {
    while (!signal.aborted) {
      // Rejects when the worker ends.
      await clock.sleep(leaseMs / 3, signal).catch(() => {});
      if (signal.aborted || held.size === 0) continue;
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
  }

  return {
    hold: (lease, onLost) => void held.set(lease.receipt, { lease, onLost }),
    drop: (lease) => void held.delete(lease.receipt),
  };
}
