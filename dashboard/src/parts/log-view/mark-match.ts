/** The pieces of a line with the place that a search found set apart. */
import type { Piece } from "./ansi.ts";

export interface MarkedPiece extends Piece {
  readonly isMatch: boolean;
}

/** `start` and `end` count in the text of all pieces together. */
export function markMatch(pieces: readonly Piece[], start: number, end: number): readonly MarkedPiece[] {
  const marked: MarkedPiece[] = [];
  let at = 0;
  for (const { text, classes } of pieces) {
    const cuts = [0, start - at, end - at, text.length].map((cut) => Math.min(Math.max(0, cut), text.length));
    const [from = 0, first = 0, second = 0, until = 0] = cuts;
    for (const [a, b, isMatch] of [
      [from, first, false],
      [first, second, true],
      [second, until, false],
    ] as const) {
      if (b > a) marked.push({ text: text.slice(a, b), classes, isMatch });
    }
    at += text.length;
  }
  return marked;
}
