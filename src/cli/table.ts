/** Tables without lines, as wide as the terminal: a person reads them, a pipe gets them unwrapped. */
import { stripVTControlCharacters } from "node:util";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Takes the room that the others leave and wraps in it; at most one column of a table. */
  readonly grows?: boolean;
}

const GAP = "  ";
const NARROWEST = 24;

/** Cells may hold line breaks and colours. `width` undefined: nothing is wrapped. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const all = [columns.map(({ title }) => title), ...rows];
  const natural = columns.map((_, index) => Math.max(...all.flatMap((row) => lines(row[index]).map(visibleLength))));
  const others = natural.reduce((sum, length, index) => sum + (columns[index]?.grows ? 0 : length + GAP.length), 0);
  const widths = natural.map((length, index) =>
    columns[index]?.grows && width !== undefined ? Math.min(length, Math.max(NARROWEST, width - others)) : length,
  );
  return all.flatMap((row) => renderRow(row, columns, widths)).join("\n");
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

/** Breaks at spaces, and within a word only where the word alone is too long (a URL). */
function wrap(line: string, width: number): string[] {
  if (visibleLength(line) <= width) return [line];
  const wrapped: string[] = [];
  let current = "";
  for (const word of line.split(" ").flatMap((part) => chunks(part, width))) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (visibleLength(longer) <= width) current = longer;
    else {
      wrapped.push(current);
      current = word;
    }
  }
  return [...wrapped, current].filter((part, index) => part !== "" || index > 0);
}

function chunks(word: string, width: number): string[] {
  return word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, "gs")) ?? [word]);
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - visibleLength(text)));
  return align === "right" ? space + text : text + space;
}

export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
