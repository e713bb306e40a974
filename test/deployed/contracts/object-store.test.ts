/** The ObjectStore on S3. */
import { inject } from "vitest";
import { describeObjectStore } from "../../contracts/object-store.ts";
import { storeWithBuckets } from "./buckets.ts";

describeObjectStore("S3", async () => ({
  store: await storeWithBuckets(inject("endpoint"), ["data", "data2"]),
  close: () => undefined,
}));
