/** All lines of a log, a million or more: as bytes in blocks beside the heap, so that they cost what they say and little more. */
import { levelOf } from "./fold.ts";
import { LEVELS, type Level } from "./level.ts";

export interface Line {
  /** ISO 8601 */
  readonly at: string | undefined;
  readonly from: string | undefined;
  readonly message: string;
}

export interface Block {
  /** The number of its first line, from 0. */
  readonly first: number;
  readonly count: number;
  /** Lines, each with a line feed after it; a line feed within a message is a NUL here. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface LineStore {
  add(
    lines: readonly {
      readonly at?: string | undefined;
      readonly from?: string | undefined;
      readonly message: string;
    }[],
  ): void;
  count(): number;
  counts(): Readonly<Record<Level, number>>;
  line(index: number): Line | undefined;
  levelAt(index: number): Level;
  /** Closed blocks from the one that holds a line, and what is in the open one. */
  blocks(fromLine?: number): readonly Block[];
  bytes(): number;
}

/** Of text: what one question to the worker of a search holds. */
const BLOCK_BYTES = 256 * 1024;
const LINE_FEED = 10;
const NO_TIME = Number.NaN;

interface OpenBlock {
  readonly first: number;
  texts: string[];
  size: number;
}

export function makeLineStore(): LineStore {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const closed: Block[] = [];
  const names: string[] = [];
  const times = makeColumn((size) => new Float64Array(size));
  const froms = makeColumn((size) => new Uint16Array(size));
  const levels = makeColumn((size) => new Uint8Array(size));
  /** Where each line ends in its block. */
  const ends = makeColumn((size) => new Uint32Array(size));
  const counts: Record<Level, number> = { error: 0, warning: 0, info: 0, debug: 0, other: 0 };
  let open: OpenBlock = { first: 0, texts: [], size: 0 };
  let count = 0;
  let textBytes = 0;

  function close({ first, texts, size }: OpenBlock): Block {
    // No character of a text takes more than three bytes.
    const room = new Uint8Array(size * 3 + texts.length);
    let at = 0;
    for (const [index, text] of texts.entries()) {
      at += encoder.encodeInto(text, room.subarray(at)).written;
      ends.set(first + index, at);
      room[at] = LINE_FEED;
      at += 1;
    }
    return { first, count: texts.length, bytes: room.slice(0, at) };
  }

  function textAt(index: number): string {
    if (index >= open.first) return open.texts[index - open.first] ?? "";
    const block = closed[blockOf(closed, index)];
    if (block === undefined) return "";
    const from = index === block.first ? 0 : ends.get(index - 1) + 1;
    return decoder.decode(block.bytes.subarray(from, ends.get(index)));
  }

  return {
    add(lines) {
      for (const { at, from, message } of lines) {
        const level = levelOf(message);
        counts[level] += 1;
        levels.set(count, LEVELS.indexOf(level));
        times.set(count, at === undefined ? NO_TIME : Date.parse(at));
        froms.set(count, from === undefined ? 0 : numberOf(names, from));
        const text = message.replaceAll("\u0000", "\uFFFD").replaceAll("\n", "\u0000");
        open.texts.push(text);
        open.size += text.length;
        count += 1;
        if (open.size < BLOCK_BYTES) continue;
        const block = close(open);
        closed.push(block);
        textBytes += block.bytes.length;
        open = { first: count, texts: [], size: 0 };
      }
    },
    count: () => count,
    counts: () => ({ ...counts }),
    line(index) {
      if (index < 0 || index >= count) return undefined;
      const time = times.get(index);
      const from = froms.get(index);
      return {
        at: Number.isNaN(time) ? undefined : new Date(time).toISOString(),
        from: from === 0 ? undefined : names[from - 1],
        message: textAt(index).replaceAll("\u0000", "\n"),
      };
    },
    levelAt: (index) => LEVELS[levels.get(index)] ?? "other",
    blocks(fromLine = 0) {
      const from = closed.slice(blockOf(closed, fromLine));
      return open.texts.length > 0 ? [...from, close(open)] : from;
    },
    bytes: () => textBytes + open.size + times.bytes() + froms.bytes() + levels.bytes() + ends.bytes(),
  };
}

/** The lines of a block, with NUL where a message has a line feed. */
export function textsOf({ bytes }: Pick<Block, "bytes">): readonly string[] {
  return new TextDecoder().decode(bytes).split("\n").slice(0, -1);
}

/** The last block that begins at or before a line. */
function blockOf(blocks: readonly Block[], line: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block !== undefined && block.first + block.count <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From 1; a log has few writers, those beyond 65,535 share the last name. */
function numberOf(names: string[], name: string): number {
  const known = names.lastIndexOf(name);
  if (known >= 0) return known + 1;
  if (names.length < 65_535) names.push(name);
  return names.length;
}

/** Numbers of one kind, one a line. */
function makeColumn<Numbers extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(
  make: (size: number) => Numbers,
) {
  let values = make(1024);
  return {
    get: (index: number): number => values[index] ?? 0,
    set(index: number, value: number): void {
      if (index >= values.length) {
        const larger = make(values.length * 2);
        larger.set(values);
        values = larger;
      }
      values[index] = value;
    },
    bytes: (): number => values.byteLength,
  };
}
