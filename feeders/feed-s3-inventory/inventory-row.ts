/** One object as an inventory lists it, whatever the format and spelling of its columns. */

export interface InventoryRow {
  readonly bucket: string;
  /** As the object has it: what CSV escapes is unescaped. */
  readonly key: string;
  /** Bytes; undefined where the inventory has no such column. */
  readonly size: number | undefined;
  /** What the column that was asked for says of the object's time, ISO 8601. */
  readonly datetime: string | undefined;
  /** A version that a newer one has replaced, or the mark of a deletion: there is nothing to process. */
  readonly gone: boolean;
}

/** `LastModifiedDate` of CSV and `last_modified_date` of Parquet are the same column. */
export function columnName(written: string): string {
  return written.trim().replaceAll("_", "").toLowerCase();
}

/** The columns that are read, as `columnName` writes them. */
export const COLUMNS = {
  bucket: "bucket",
  key: "key",
  size: "size",
  latest: "islatest",
  deleted: "isdeletemarker",
} as const;
