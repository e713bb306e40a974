/** Tables without lines, as wide as the terminal: a person reads them, a pipe gets them unwrapped. */
import { stripVTControlCharacters } from "node:util";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Wraps in the room that the other columns leave. */
  readonly grows?: boolean;
  /** May be left out where there is no room for all columns: 1 goes first. */
  readonly spare?: number;
}

const GAP = "  ";
const NARROWEST = 24;

/** Cells may hold line breaks and colours. `width` undefined: nothing is wrapped; too narrow: no table but a list. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const all = [columns.map(({ title }) => title), ...rows];
  const natural = columns.map((_, index) => Math.max(...all.flatMap((row) => lines(row[index]).map(visibleLength))));
  const widths = width === undefined ? natural : shareRoom(columns, natural, width);
  if (width !== undefined && columns.length > 1 && lengthOf(widths) > width) return renderRecords(columns, rows, width);
  const blocks = all.map((row) => renderRow(row, columns, widths));
  // Rows of several lines run into each other without a line between them.
  const tall = blocks.some((block) => block.length > 1);
  return blocks.map((block) => block.join("\n")).join(tall ? "\n\n" : "\n");
}

/** The places of those columns that a terminal has room for beside each other; all of them where leaving out does not help. */
export function columnsThatFit(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly number[] {
  const least = columns.map(({ title, grows }, index) => {
    const cells = [title, ...rows.map((row) => row[index] ?? "")];
    const natural = Math.max(...cells.flatMap((cell) => lines(cell).map(visibleLength)));
    return grows ? Math.min(natural, NARROWEST) : natural;
  });
  const all = columns.map((_, index) => index);
  const spares = all
    .filter((index) => columns[index]?.spare !== undefined)
    .sort((a, b) => (columns[a]?.spare ?? 0) - (columns[b]?.spare ?? 0));
  for (let out = 0; out <= spares.length; out++) {
    const kept = all.filter((index) => !spares.slice(0, out).includes(index));
    if (lengthOf(kept.map((index) => least[index] ?? 0)) <= width) return kept;
  }
  return all;
}

/** What grows shares what the others leave: the narrower ones take what they need, the wider ones the rest alike. */
function shareRoom(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const fixed = natural.reduce(
    (sum, length, index) => sum + GAP.length + (columns[index]?.grows ? 0 : length),
    -GAP.length,
  );
  const growing = natural.flatMap((length, index) => (columns[index]?.grows ? [{ index, length }] : []));
  const widths = [...natural];
  let room = width - fixed;
  for (const [position, { index, length }] of growing.toSorted((a, b) => a.length - b.length).entries()) {
    widths[index] = Math.min(length, Math.max(NARROWEST, Math.floor(room / (growing.length - position))));
    room -= widths[index];
  }
  return widths;
}

function lengthOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + GAP.length + each, -GAP.length);
}

/** Where not all columns fit beside each other: a block a row, a line a cell. IDs and paths stay whole, to be copied. */
function renderRecords(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const longest = Math.max(...columns.map(({ title }) => visibleLength(title)));
  const room = Math.max(NARROWEST, width - longest - GAP.length);
  const blocks = rows.map((row) =>
    columns
      .flatMap(({ title, grows }, index) => {
        const cell = lines(row[index]).flatMap((line) => (grows ? wrap(line.trimStart(), room) : [line.trimStart()]));
        const [first = "", ...more] = cell;
        if (first === "" && more.length === 0) return [];
        const below = more.map((line) => " ".repeat(longest + GAP.length) + line);
        return [pad(title, longest, "left") + GAP + first, ...below];
      })
      .join("\n"),
  );
  return blocks.join("\n\n");
}

function renderRow(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string[] {
  const cells = columns.map(({ grows }, index) =>
    lines(row[index]).flatMap((line) => (grows ? wrap(line, widths[index] ?? 0) : [line])),
  );
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, index) => pad(cell[line] ?? "", widths[index] ?? 0, columns[index]?.align ?? "left"))
      .join(GAP)
      .trimEnd(),
  );
}

function lines(cell = ""): string[] {
  return cell.split("\n");
}

/** Breaks at spaces and after slashes, and within a word only where it alone is too long. */
function wrap(line: string, width: number): string[] {
  if (visibleLength(line) <= width) return [line];
  const wrapped: string[] = [];
  let current = "";
  for (const piece of line.split(/(?<=[ /])/).flatMap((part) => chunks(part, width))) {
    if (visibleLength((current + piece).trimEnd()) <= width) current += piece;
    else {
      wrapped.push(current.trimEnd());
      current = piece;
    }
  }
  return [...wrapped, current.trimEnd()].filter((part, index) => part !== "" || index > 0);
}

function chunks(word: string, width: number): string[] {
  return visibleLength(word.trimEnd()) <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, "gs")) ?? [word]);
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - visibleLength(text)));
  return align === "right" ? space + text : text + space;
}

export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
