/** Where each of many rows stands in a list, when most heights are only guessed: sums by blocks, so that a change costs little. */

export interface Offsets {
  count(): number;
  /** More rows, or fewer. */
  resize(count: number): void;
  /** All heights are guessed anew. */
  reset(guess: number): void;
  /** The row as it was measured. True where that changes anything. */
  measure(index: number, height: number): boolean;
  heightOf(index: number): number;
  /** Pixels above the row; of `count()` the height of all. */
  offsetOf(index: number): number;
  /** The row at so many pixels from the top. */
  indexAt(offset: number): number;
}

const BLOCK = 1024;

export function makeOffsets(firstGuess: number): Offsets {
  let guess = firstGuess;
  let rows = 0;
  /** 0: not measured. */
  let heights = new Uint16Array(BLOCK);
  /** Of each block: what its measured rows are higher than guessed. */
  let extra = new Float64Array(1);

  const blockHeight = (block: number): number => Math.min(BLOCK, rows - block * BLOCK) * guess + (extra[block] ?? 0);

  const self: Offsets = {
    count: () => rows,
    resize(count) {
      for (let index = count; index < rows; index += 1) {
        self.measure(index, guess);
        heights[index] = 0;
      }
      rows = count;
      if (count <= heights.length) return;
      const room = Math.ceil((count * 1.5) / BLOCK) * BLOCK;
      heights = grown(heights, new Uint16Array(room));
      extra = grown(extra, new Float64Array(room / BLOCK));
    },
    reset(newGuess) {
      guess = newGuess;
      heights.fill(0);
      extra.fill(0);
    },
    measure(index, height) {
      const before = self.heightOf(index);
      const rounded = Math.max(1, Math.round(height));
      if (rounded === before) return false;
      heights[index] = rounded;
      const block = Math.floor(index / BLOCK);
      extra[block] = (extra[block] ?? 0) + rounded - before;
      return true;
    },
    heightOf: (index) => heights[index] || guess,
    offsetOf(index) {
      let offset = 0;
      const block = Math.floor(index / BLOCK);
      for (let one = 0; one < block; one += 1) offset += blockHeight(one);
      for (let one = block * BLOCK; one < index; one += 1) offset += self.heightOf(one);
      return offset;
    },
    indexAt(offset) {
      let rest = offset;
      let block = 0;
      for (; (block + 1) * BLOCK < rows && rest >= blockHeight(block); block += 1) rest -= blockHeight(block);
      let index = block * BLOCK;
      for (; index < rows - 1 && rest >= self.heightOf(index); index += 1) rest -= self.heightOf(index);
      return Math.max(0, index);
    },
  };
  return self;
}

function grown<Numbers extends Uint16Array | Float64Array>(old: Numbers, room: Numbers): Numbers {
  room.set(old);
  return room;
}
