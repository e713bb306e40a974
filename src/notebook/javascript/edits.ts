/** Changes of a text that remember where everything was. */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Edited {
  readonly text: string;
  /** The offset before the changes; within a replaced piece its beginning. */
  toOriginal(offset: number): number;
}

/** The edits do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): Edited {
  const inOrder = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const kept: { readonly at: number; readonly original: number; readonly length: number }[] = [];
  let result = "";
  let position = 0;
  const keep = (end: number) => {
    kept.push({ at: result.length, original: position, length: end - position });
    result += text.slice(position, end);
  };
  for (const edit of inOrder) {
    keep(edit.start);
    result += edit.text;
    position = edit.end;
  }
  keep(text.length);
  return {
    text: result,
    toOriginal(offset) {
      const piece = kept.findLast(({ at }) => at <= offset);
      return piece === undefined ? 0 : piece.original + Math.min(offset - piece.at, piece.length);
    },
  };
}
