import { once } from "../../once.ts";
import type { BatchPools } from "../services/batch-pools.ts";
import type { ClientOptions } from "../services/settings.ts";

export function lazyBatchPools(options: ClientOptions): () => Promise<BatchPools> {
  return once(async () => (await import("../services/batch-pools.ts")).connectBatchPools(options));
}
