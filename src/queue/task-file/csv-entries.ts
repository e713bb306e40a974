/** Tables: a header, then an entry a row. The cells of a row are its data; an empty cell leaves its key out. */
import { Readable } from "node:stream";
import { TextDecoder } from "node:util";
import { CsvError, parse } from "csv-parse";
import type { Problem } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { type Columns, readCell, readHeader } from "./csv-columns.ts";
import { BrokenTaskFile, type Finding, MAX_ENTRY_BYTES, notUtf8 } from "./finding.ts";

export interface TableOptions {
  /** The beginning of the file. */
  readonly head: string;
  readonly idColumn?: string | undefined;
}

const BATCH = 500;

export async function* readTable(
  bytes: AsyncIterable<Uint8Array>,
  { head, idColumn }: TableOptions,
): AsyncGenerator<readonly Finding[]> {
  let columns: Columns | undefined;
  let findings: Finding[] = [];
  try {
    for await (const { cells, line } of readRows(bytes, delimiterOf(head))) {
      if (columns === undefined) columns = readHeader(cells, idColumn);
      else findings.push(readRow(columns, cells, line));
      if (findings.length < BATCH) continue;
      yield findings;
      findings = [];
    }
  } catch (thrown) {
    throw thrown instanceof CsvError ? brokenTable(thrown) : thrown;
  }
  yield findings;
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

async function* readRows(bytes: AsyncIterable<Uint8Array>, delimiter: string): AsyncGenerator<Row> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ENTRY_BYTES,
  });
  const source = Readable.from(checkUtf8(bytes), { objectMode: false });
  source.on("error", (thrown) => parser.destroy(thrown));
  try {
    for await (const parsed of source.pipe(parser)) {
      // With `info` every record comes with the number of its last line.
      const { record, info } = parsed as { record: string[]; info: { lines: number } };
      yield { cells: record, line: info.lines - newlinesIn(record) };
    }
  } finally {
    source.destroy();
  }
}

/** What cannot be decoded would become another text without a word. */
async function* checkUtf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for await (const chunk of bytes) {
    decodeOrThrow(decoder, chunk, line);
    line += linesIn(chunk);
    yield chunk;
  }
  decodeOrThrow(decoder, undefined, line);
}

function decodeOrThrow(decoder: TextDecoder, chunk: Uint8Array | undefined, line: number): void {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (thrown) {
    throw new BrokenTaskFile(notUtf8(line + (chunk === undefined ? 0 : linesBeforeFlaw(chunk))), thrown);
  }
}

/** Lines before the first one that is not UTF-8. A character may have begun in the chunk before. */
function linesBeforeFlaw(chunk: Uint8Array): number {
  const lines = Buffer.from(chunk).toString("utf8").split("\n");
  return Math.max(
    0,
    lines.findIndex((line) => line.includes("\uFFFD")),
  );
}

function linesIn(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}

function newlinesIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) if (cell.includes("\n")) count += cell.split("\n").length - 1;
  return count;
}

/** Spreadsheets write semicolons where the comma is a decimal sign, and databases tabs. */
function delimiterOf(head: string): string {
  const [header = ""] = head.trimStart().split("\n");
  return [",", ";", "\t"].find((delimiter) => header.includes(delimiter)) ?? ",";
}

function readRow({ id, data }: Columns, cells: readonly string[], line: number): Finding {
  if (cells.length !== data.length) {
    const hint = 'A cell with a comma, quote or newline stands in double quotes: "a, b".';
    const message = `this row has ${cells.length} cells, the header ${data.length}`;
    return { problem: { code: "bad-row", line, message, hint } };
  }
  const values: { [key: string]: Json } = {};
  for (const [index, column] of data.entries()) {
    const text = cells[index];
    if (column === undefined || text === undefined || text === "") continue;
    const cell = readCell(column, text);
    if ("problem" in cell) return { problem: { code: "bad-cell", line, ...cell.problem } };
    put(values, column.path, cell.value);
  }
  return { value: { task_id: cells[id], data: values }, line };
}

/** The header was checked: no path leads through the value of another one. */
function put(data: { [key: string]: Json }, path: readonly string[], value: Json): void {
  let at = data;
  for (const key of path.slice(0, -1)) {
    // What stands there was put there by this loop.
    if (!Object.hasOwn(at, key)) at[key] = {};
    at = at[key] as { [key: string]: Json };
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
}

function brokenTable(thrown: CsvError): BrokenTaskFile {
  const line = "lines" in thrown && typeof thrown.lines === "number" ? thrown.lines : undefined;
  const problem: Problem = {
    code: "not-csv",
    line,
    message: `this is not a table of comma-separated values: ${thrown.message}`,
    hint: 'A quote within a cell is written twice, and the cell in quotes: "5"" disk".',
  };
  return new BrokenTaskFile(problem, thrown);
}
