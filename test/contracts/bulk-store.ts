/** What every store of bulk runs must do: its runs, its queue and its logs together. */
import { describe } from "vitest";
import { describeBulkLogs } from "./bulk-logs.ts";
import { describeBulkQueue } from "./bulk-queue.ts";
import { describeBulkRuns } from "./bulk-runs.ts";
import type { BulkStoreUnderTest } from "./bulk-world.ts";

export function describeBulkStore(
  name: string,
  makeStore: () => Promise<BulkStoreUnderTest> | BulkStoreUnderTest,
): void {
  describe(`${name} as a store of bulk runs`, () => {
    describeBulkRuns(makeStore);
    describeBulkQueue(makeStore);
    describeBulkLogs(makeStore);
  });
}
