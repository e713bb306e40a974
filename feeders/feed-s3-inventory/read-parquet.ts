/** Rows of an inventory file in Parquet: a row group at a time, and of each only the columns that are needed. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { CirrusError } from "cirrus-pipeline/feeder";
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { COLUMNS, columnName, type InventoryRow } from "./inventory-row.ts";

export interface ParquetFile {
  /** For errors. */
  readonly url: string;
  /** Reads ranges of the file. */
  readonly body: AsyncBuffer;
  /** The column that an object's time is in. */
  readonly datetimeColumn: string;
  /** Rows before this one are left out; whole row groups of them are not even read. */
  readonly from: number;
}

/** Of a page: writers make them of 1 MiB. A few bytes may unpack to gigabytes. */
const LIMITS = { maxOutputLength: 256 * 1024 ** 2 };

/** hyparquet reads Snappy itself, which is what S3 writes. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input, LIMITS),
  ZSTD: (input) => zstdDecompressSync(input, LIMITS),
  BROTLI: (input) => brotliDecompressSync(input, LIMITS),
};

/** Rows that are turned into objects at a time; a group may have millions. */
const SLICE = 10_000;

export async function* readParquet(file: ParquetFile): AsyncGenerator<InventoryRow> {
  const metadata = await parquetMetadataAsync(file.body).catch((thrown) => unreadable(thrown, file));
  const columns = columnsOf(metadata, file);
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    if (end > file.from) {
      // Without an index of pages every slice of a group reads the group's columns: what was read is kept until it ends.
      const body = remember(file.body);
      for (let rowStart = Math.max(start, file.from); rowStart < end; rowStart += SLICE) {
        const rowEnd = Math.min(end, rowStart + SLICE);
        const rows = await parquetReadObjects({
          file: body,
          metadata,
          columns: [...new Set(Object.values(columns))].filter((name) => name !== undefined),
          rowStart,
          rowEnd,
          compressors: COMPRESSORS,
        }).catch((thrown) => unreadable(thrown, file));
        for (const row of rows) yield rowOf(row, columns);
      }
    }
    start = end;
  }
}

type Columns = Readonly<Partial<Record<"bucket" | "key" | "size" | "datetime" | "latest" | "deleted", string>>>;

/** As the file itself spells them. */
function columnsOf(metadata: FileMetaData, { url, datetimeColumn }: ParquetFile): Columns {
  const there = parquetSchema(metadata).children.map(({ element }) => element.name);
  const find = (column: string) => there.find((name) => columnName(name) === columnName(column));
  const [bucket, key] = [find(COLUMNS.bucket), find(COLUMNS.key)];
  if (bucket === undefined || key === undefined) {
    throw new CirrusError(`${url} has no columns bucket and key; it has ${there.join(", ")}.`, {
      hint: "An inventory names bucket and key of every object.",
    });
  }
  const others = {
    size: find(COLUMNS.size),
    datetime: find(datetimeColumn),
    latest: find(COLUMNS.latest),
    deleted: find(COLUMNS.deleted),
  };
  return { bucket, key, ...Object.fromEntries(Object.entries(others).filter(([, name]) => name !== undefined)) };
}

function rowOf(row: Readonly<Record<string, unknown>>, columns: Columns): InventoryRow {
  const value = (name: string | undefined): unknown => (name === undefined ? undefined : row[name]);
  const size = value(columns.size);
  const datetime = value(columns.datetime);
  return {
    bucket: String(value(columns.bucket)),
    key: String(value(columns.key)),
    size: size === undefined || size === null ? undefined : Number(size),
    datetime: datetime instanceof Date ? datetime.toISOString() : typeof datetime === "string" ? datetime : undefined,
    gone: value(columns.latest) === false || value(columns.deleted) === true,
  };
}

function remember({ byteLength, slice }: AsyncBuffer): AsyncBuffer {
  const read = new Map<string, Promise<ArrayBuffer>>();
  return {
    byteLength,
    slice(start, end) {
      const range = `${start}-${end}`;
      const known = read.get(range) ?? Promise.resolve(slice(start, end));
      read.set(range, known);
      return known;
    },
  };
}

function unreadable(thrown: unknown, { url }: ParquetFile): never {
  // What could not be fetched says so itself; the rest is what hyparquet thinks of the bytes.
  if (!(thrown instanceof Error) || thrown instanceof CirrusError) throw thrown;
  throw new CirrusError(`${url} cannot be read as Parquet: ${thrown.message}.`, {
    hint: "See whether the file is whole, and that it is the inventory's own.",
    cause: thrown,
  });
}
