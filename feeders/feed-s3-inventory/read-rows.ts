/** The objects that one inventory file lists, in its order, whatever its format. */
import { createHash } from "node:crypto";
import { CirrusError, type ObjectStore } from "cirrus-pipeline/feeder";
import type { InventoryFile } from "./find-manifest.ts";
import type { InventoryRow } from "./inventory-row.ts";
import { type OpenFile, openFile } from "./open-file.ts";
import { readCsv } from "./read-csv.ts";
import { readParquet } from "./read-parquet.ts";

export interface NumberedRow extends InventoryRow {
  /** 0 for the first one of its file. */
  readonly number: number;
}

/** Rows before `from` are left out. */
export async function* readRows(
  file: InventoryFile,
  objects: ObjectStore,
  { datetimeColumn, from }: { readonly datetimeColumn: string; readonly from: number },
): AsyncGenerator<NumberedRow> {
  const { url } = file;
  const opened = await openFile(url, objects, file.size);
  if (file.format === "parquet") {
    const body = { byteLength: opened.size, slice: (start: number, end = opened.size) => buffer(opened, start, end) };
    let number = from;
    for await (const row of readParquet({ url, body, datetimeColumn, from })) yield { ...row, number: number++ };
    return;
  }
  const { columns, md5 } = file;
  const gzipped = await isGzip(opened);
  let number = 0;
  for await (const row of readCsv({ url, body: summed(opened, file, md5), gzipped, columns, datetimeColumn })) {
    if (number >= from) yield { ...row, number };
    number++;
  }
}

/** The first two bytes of every gzip file. Not its name: files are unpacked and renamed. */
async function isGzip(file: OpenFile): Promise<boolean> {
  const [first, second] = await file.slice(0, Math.min(2, file.size));
  return first === 0x1f && second === 0x8b;
}

async function* summed(opened: OpenFile, { url }: InventoryFile, md5: string | undefined): AsyncGenerator<Uint8Array> {
  const hash = createHash("md5");
  for await (const part of opened.parts()) {
    hash.update(part);
    yield part;
  }
  const sum = hash.digest("hex");
  if (md5 === undefined || sum === md5.toLowerCase()) return;
  throw new CirrusError(`${url} has the MD5 ${sum}, and its manifest says ${md5}.`, {
    hint: "It was damaged or replaced: take another inventory.",
  });
}

/** As hyparquet takes it: a buffer that holds nothing else. */
async function buffer(file: OpenFile, start: number, end: number): Promise<ArrayBuffer> {
  // A negative start counts from the end, as in Array.slice.
  const bytes = await file.slice(start < 0 ? file.size + start : start, end);
  return new Uint8Array(bytes).buffer;
}
