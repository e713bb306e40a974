/** Which lines are shown under a filter of levels: their numbers, kept up as lines come. */
import type { Level } from "./level.ts";
import type { LineStore } from "./line-store.ts";

export interface ShownLines {
  count(): number;
  /** The line's number in the store. */
  at(position: number): number;
  /** Where a line stands, or the first shown one after it. */
  positionOf(line: number): number;
  /** Takes in what has been added to the store. */
  follow(): void;
}

export function makeShownLines(store: Pick<LineStore, "count" | "levelAt">, levels: ReadonlySet<Level>): ShownLines {
  const all = levels.size === 0;
  let lines = new Uint32Array(1024);
  let count = 0;
  let seen = 0;
  const self: ShownLines = {
    count: () => (all ? seen : count),
    at: (position) => (all ? position : (lines[position] ?? 0)),
    positionOf(line) {
      if (all) return line;
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((lines[middle] ?? 0) < line) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    follow() {
      const until = store.count();
      for (; !all && seen < until; seen += 1) {
        if (!levels.has(store.levelAt(seen))) continue;
        if (count === lines.length) {
          const larger = new Uint32Array(lines.length * 2);
          larger.set(lines);
          lines = larger;
        }
        lines[count] = seen;
        count += 1;
      }
      seen = until;
    },
  };
  self.follow();
  return self;
}
