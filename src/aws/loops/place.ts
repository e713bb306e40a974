/** What the parts of the store of loops need: the table, the bucket, and where time and chance come from. */
import type { Clock } from "../../clock.ts";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { LoopUrls } from "../../payload/object-urls.ts";
import type { Table } from "../state/table.ts";

export interface Place {
  table(): Promise<Table>;
  readonly objects: ObjectStore;
  /** Where loops keep what has no room in the table. */
  readonly urls: LoopUrls;
  readonly clock: Clock;
  /** A text that nobody else makes up. */
  readonly newId: () => string;
}
