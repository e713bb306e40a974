/** An entry as the database holds it. */
import type { Entry } from "../../bulk/entry.ts";
import type { JsonObject } from "../../json.ts";

export interface EntryColumns {
  readonly id: string;
  readonly line: number | null;
  /** JSON, as it was loaded. */
  readonly data: string;
}

export function toEntry({ id, line, data }: EntryColumns): Entry {
  const parsed = JSON.parse(data) as JsonObject; // an entry's data when it was stored
  return line === null ? { id, data: parsed } : { id, data: parsed, line };
}
