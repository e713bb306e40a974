/** Where something stands in a notebook, and how people are told. */

export interface Place {
  /** From 0, among all cells of the notebook. */
  readonly cell: number;
  /** From 1, within the cell. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** `x.ipynb[cell 2]:3:5` */
export function placeText(notebook: string, { cell, line, column }: Place): string {
  return `${notebook}[cell ${cell}]:${line}:${column}`;
}

/** Of an offset in a text. Both from 1. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

export function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(start + column - 1, text.length);
}
