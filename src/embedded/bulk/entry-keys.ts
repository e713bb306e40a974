/** How an entry is known in the database: its run and its position in one integer, which a tree orders and packs well. */

/** More entries than any run has, and room for two million runs below 2^53. */
const POSITIONS = 2 ** 32;

export function entryKey(run: number, position: number): number {
  return run * POSITIONS + position;
}

export function positionOf(key: number): number {
  return key % POSITIONS;
}
