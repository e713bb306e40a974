/** Objects that were stored within a span of time, however they came into their bucket's folder. */
import type { ObjectUrl } from "../../payload/object-store.ts";
import { listEntries } from "./object-listing.ts";

export interface ChangedObject {
  readonly url: ObjectUrl;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

export interface Span {
  /** Milliseconds since 1970: behind the first, up to the second. */
  readonly after: number;
  readonly until: number;
}

/**
 * By the time at which the file system noted the change: unlike that of the content, which comes along with a file, it is
 * always the time at which the file came, or was written to last. Only files of a folder that was moved as a whole keep theirs.
 */
export async function* changedObjects(
  directory: string,
  prefix: ObjectUrl,
  { after, until }: Span,
): AsyncIterable<ChangedObject> {
  for await (const listed of listEntries(directory, prefix)) {
    if (listed.kind !== "object" || listed.changed <= after || listed.changed > until) continue;
    yield { url: listed.head.url, size: listed.head.size, changed: listed.changed };
  }
}
