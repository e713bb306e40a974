/** The rows of a file that are wanted, and now and then how far it was read even if none is. */
import type { ObjectStore } from "cirrus-pipeline/feeder";
import type { Filter } from "./filter-rows.ts";
import type { InventoryFile } from "./find-manifest.ts";
import type { InventoryRow } from "./inventory-row.ts";
import { readRows } from "./read-rows.ts";

export interface Read {
  /** The rows of the file before this one were read. */
  readonly next: number;
  readonly row: InventoryRow | undefined;
}

const STRIDE = 50_000;

export async function* wantedRows(
  file: InventoryFile,
  objects: ObjectStore,
  wanted: Filter,
  place: { readonly datetimeColumn: string; readonly from: number },
): AsyncGenerator<Read> {
  for await (const row of readRows(file, objects, place)) {
    const next = row.number + 1;
    if (wanted(row)) yield { next, row };
    else if (next % STRIDE === 0) yield { next, row: undefined };
  }
}
