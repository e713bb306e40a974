/** What reading task files needs from outside. */
import type { ObjectStore } from "../../payload/object-store.ts";

export interface TaskFilePorts {
  /** Of `s3://` files. */
  readonly objects: ObjectStore;
  /** Of the file `-`. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Plain HTTP and private addresses may be read. */
  readonly allowLocal?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}
