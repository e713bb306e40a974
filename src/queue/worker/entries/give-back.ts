/** Gives back the entries that a worker has taken and not begun, each time that there are some and it ends. */
import type { Lease } from "../../../bulk/bulk-store.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { LeaseSource } from "./lease-source.ts";

export interface GiveBack {
  /** What was not started by now. */
  now(): Promise<void>;
  /** And what was still on its way. Rejects where the store does not answer. */
  rest(): Promise<void>;
  count(): number;
}

export function makeGiveBack(
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
