/** What the parts of the bulk store need: the table, the queues, the bucket, and where time and chance come from. */
import type { Clock } from "../../clock.ts";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { BulkUrls } from "../../payload/object-urls.ts";
import type { Sqs } from "../services/sqs.ts";
import type { Table } from "../state/table.ts";
import type { Lanes } from "./records/lanes.ts";

export interface Place {
  table(): Promise<Table>;
  sqs(): Promise<Sqs>;
  readonly objects: ObjectStore;
  /** Where a run keeps what has no room in the table. */
  readonly urls: (run: string) => BulkUrls;
  readonly clock: Clock;
  /** A text that nobody else makes up. */
  readonly newId: () => string;
  readonly lanes: Lanes;
}
