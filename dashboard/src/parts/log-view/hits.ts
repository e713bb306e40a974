/** The lines that a search found, in their order, and where in each: a million of them in little room. */
import type { Found } from "./find-in-block.ts";

export interface Hits {
  count(): number;
  /** Lines of the block that were there already, or are not wanted, are passed over. */
  take(found: Found, isWanted: (line: number) => boolean): void;
  lineAt(index: number): number | undefined;
  /** The hit in a line; undefined where it has none. */
  in(line: number): { readonly index: number; readonly start: number; readonly end: number } | undefined;
  /** The first hit after a line, or the last before it; round about at the ends. */
  next(line: number): number | undefined;
  previous(line: number): number | undefined;
}

export function makeHits(): Hits {
  // Line, start and end of each.
  let numbers = new Uint32Array(3 * 256);
  let count = 0;

  /** The first hit at or after a line. */
  const place = (line: number): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[middle * 3] ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const lineAt = (index: number): number | undefined => (index >= 0 && index < count ? numbers[index * 3] : undefined);

  return {
    count: () => count,
    lineAt,
    take({ lines, starts, ends }, isWanted) {
      for (const [index, line] of lines.entries()) {
        if (!isWanted(line) || line <= (lineAt(count - 1) ?? -1)) continue;
        if (count * 3 + 3 > numbers.length) {
          const larger = new Uint32Array(numbers.length * 2);
          larger.set(numbers);
          numbers = larger;
        }
        numbers.set([line, starts[index] ?? 0, ends[index] ?? 0], count * 3);
        count += 1;
      }
    },
    in(line) {
      const index = place(line);
      if (lineAt(index) !== line) return undefined;
      return { index, start: numbers[index * 3 + 1] ?? 0, end: numbers[index * 3 + 2] ?? 0 };
    },
    next: (line) => lineAt(place(line + 1)) ?? lineAt(0),
    previous: (line) => lineAt(place(line) - 1) ?? lineAt(count - 1),
  };
}
