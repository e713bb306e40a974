/** `-o, --output`: the same formats with the same meaning for every command that prints data. */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { stringify } from "yaml";
import { type Io, paint } from "./io.ts";
import { type Column, columnsThatFit, renderTable } from "./table.ts";

export type Format = "table" | "json" | "jsonl" | "yaml" | "name";

export interface OutputOptions {
  readonly output: Format;
  readonly json?: boolean;
}

/** The first format is the one that is used unless told otherwise. */
export function addFormats(command: Command, formats: readonly [Format, ...Format[]]): Command {
  const choices = formats.join(", ");
  const parse = (text: string): Format => {
    const format = formats.find((one) => one === text);
    if (format === undefined) throw new InvalidArgumentError(`There are: ${choices}.`);
    return format;
  };
  command.option("-o, --output <format>", choices, parse, formats[0]);
  return command.option("--json", "the same as -o json");
}

export function formatOf({ output, json }: OutputOptions): Format {
  return json ? "json" : output;
}

/** One thing: for reading as JSON, or as YAML. */
export function printOne(io: Pick<Io, "stdout">, format: Format, value: unknown): void {
  if (format === "yaml") io.stdout.write(stringify(value, { lineWidth: 0 }));
  else io.stdout.write(`${JSON.stringify(value, null, format === "jsonl" ? undefined : 2)}\n`);
}

export interface Rows<Row> {
  readonly columns: readonly Column[];
  cells(row: Row): readonly string[];
  name(row: Row): string;
}

/** Many of a kind. Nothing but the data goes to standard output; where there is none the table says so beside it. */
export function printRows<Row>(
  io: Io,
  format: Format,
  rows: readonly Row[],
  { columns, cells, name, none }: Rows<Row> & { readonly none: string },
): void {
  if (format === "json" || format === "yaml") {
    printOne(io, format, rows);
  } else if (format !== "table") {
    for (const row of rows) io.stdout.write(`${format === "name" ? name(row) : JSON.stringify(row)}\n`);
  } else if (rows.length === 0) {
    io.stderr.write(`${none}\n`);
  } else {
    io.stdout.write(`${tableOf(io, columns, rows.map(cells))}\n`);
  }
}

function tableOf(io: Io, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titled = columns.map((column) => ({ ...column, title: paint(io, io.stdout, "bold", column.title) }));
  const width = io.stdout.isTTY ? io.stdout.columns : undefined;
  if (width === undefined) return renderTable(titled, rows);
  const fitting = columnsThatFit(columns, rows, width);
  const left = columns.filter((_, index) => !fitting.includes(index)).map(({ title }) => title);
  if (left.length > 0) {
    const note = `Not shown, as the terminal is too narrow: ${left.join(", ")}. All of it: -o json`;
    io.stderr.write(`${paint(io, io.stderr, "dim", note)}\n`);
  }
  const kept = <Cell>(cells: readonly Cell[]) => cells.filter((_, index) => fitting.includes(index));
  return renderTable(kept(titled), rows.map(kept<string>), width);
}
