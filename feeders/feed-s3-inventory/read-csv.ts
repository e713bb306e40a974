/** Rows of an inventory file in CSV, gzipped or not, one after another: the file is never held whole. */
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { CirrusError, TransientError } from "cirrus-pipeline/feeder";
import { parse } from "csv-parse";
import { COLUMNS, columnName, type InventoryRow } from "./inventory-row.ts";

export interface CsvFile {
  /** For errors. */
  readonly url: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly gzipped: boolean;
  /** Inventories have no line of headers: the manifest names the columns. */
  readonly columns: readonly string[];
  /** The column that an object's time is in. */
  readonly datetimeColumn: string;
}

export async function* readCsv(file: CsvFile): AsyncGenerator<InventoryRow> {
  const names = file.columns.map(columnName);
  const place = (column: string): number => names.indexOf(columnName(column));
  const bucket = require(COLUMNS.bucket, place, file);
  const key = require(COLUMNS.key, place, file);
  const [size, latest, deleted] = [place(COLUMNS.size), place(COLUMNS.latest), place(COLUMNS.deleted)];
  const datetime = place(file.datetimeColumn);
  for await (const values of recordsOf(file, names.length)) {
    yield {
      bucket: values[bucket] ?? "",
      key: unescaped(values[key] ?? "", file),
      size: values[size] ? Number(values[size]) : undefined,
      datetime: values[datetime] || undefined,
      gone: values[latest] === "false" || values[deleted] === "true",
    };
  }
}

/** Of a row: a key has 1,024 bytes at most, escaped 3,072. What is no CSV, such as a file of zeros, may have no end of line. */
const MOST_CHARACTERS = 64 * 1024;

async function* recordsOf({ url, body, gzipped }: CsvFile, width: number): AsyncGenerator<readonly string[]> {
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MOST_CHARACTERS,
  });
  const steps: Transform[] = gzipped ? [createGunzip(), parser] : [parser];
  // What fails in any of them ends the parser with that error, which the loop below throws.
  pipeline([Readable.from(body), ...steps], () => {});
  let line = 0;
  try {
    // Without headers every record of the parser is a list of texts.
    for await (const values of parser as AsyncIterable<readonly string[]>) {
      line++;
      if (values.length !== width) {
        throw new CirrusError(`${url} has ${values.length} values in row ${line}, and ${width} columns were named.`, {
          hint: "Name its columns in their order, as the manifest's fileSchema has them.",
        });
      }
      yield values;
    }
  } catch (thrown) {
    throw explain(thrown, url, line);
  }
}

function explain(thrown: unknown, url: string, line: number): unknown {
  if (!(thrown instanceof Error) || !("code" in thrown)) return thrown;
  const code = String(thrown.code);
  const where = `after row ${line}`;
  if (code === "Z_BUF_ERROR") return new TransientError(`${url} ends in the middle of its gzip data, ${where}.`);
  if (code.startsWith("Z_")) {
    return new CirrusError(`${url} is no gzip file or is damaged, ${where}: ${thrown.message}.`, { cause: thrown });
  }
  if (!code.startsWith("CSV_")) return thrown;
  return new CirrusError(`${url} is no CSV, ${where}: ${thrown.message}.`, { cause: thrown });
}

function require(column: string, place: (column: string) => number, { url, columns }: CsvFile): number {
  const found = place(column);
  if (found >= 0) return found;
  throw new CirrusError(`${url} has no column ${column}; it has ${columns.join(", ")}.`, {
    hint: "An inventory names bucket and key of every object.",
  });
}

/** S3 escapes keys in CSV as in a form: a space is a plus. */
function unescaped(key: string, { url }: CsvFile): string {
  if (!/[%+]/.test(key)) return key;
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    throw new CirrusError(`${url} names the key ${JSON.stringify(key)}, whose escapes cannot be read.`);
  }
}
