/** Cuts a stream of bytes into lines of text, whatever a task writes: no line end, no UTF-8, no end of a line. */

/** Half of the largest event CloudWatch Logs takes, so that a marker and a time still fit. */
const LONGEST_LINE = 128 * 1024;

export interface LineSplitter {
  write(chunk: Uint8Array): void;
  /** Hands over what came after the last line end. */
  end(): void;
}

export interface LineOptions {
  /** Bytes of a line that are kept. */
  readonly longestLine?: number | undefined;
  /**
   * Given, a carriage return begins the line anew, as on a terminal: a progress bar comes as one line, its last state.
   * It gets the states in between.
   */
  readonly onOverwritten?: ((text: string) => void) | undefined;
}

/** `onLines` gets the lines that a chunk completed, never an empty list. Bytes that are no UTF-8 become U+FFFD. */
export function makeLineSplitter(onLines: (lines: readonly string[]) => void, options: LineOptions = {}): LineSplitter {
  const { longestLine = LONGEST_LINE, onOverwritten } = options;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let cut = false;
  /** The last text of this line that was overwritten. */
  let before = "";
  /** A carriage return was the last byte: it overwrites, unless the line ends with it. */
  let returned = false;

  const keep = (bytes: Buffer) => {
    const room = longestLine - restBytes;
    if (bytes.length > room) cut = true;
    if (room <= 0 || bytes.length === 0) return;
    // Copied, because the chunk it is a part of may be large.
    const kept = Buffer.from(bytes.subarray(0, room));
    rest.push(kept);
    restBytes += kept.length;
  };
  const takeRest = () => {
    const line = Buffer.concat(rest).toString("utf8").replace(/\r$/, "");
    const text = cut ? `${line} [line cut at ${longestLine} bytes]` : line;
    rest = [];
    restBytes = 0;
    cut = false;
    return text;
  };
  const overwrite = () => {
    returned = false;
    const text = takeRest();
    if (text.trim() === "") return;
    before = text;
    onOverwritten?.(text);
  };
  /** Up to the end of a line or of a chunk. */
  const keepOverwriting = (bytes: Buffer) => {
    let start = 0;
    if (returned && bytes.length > 0) overwrite();
    for (let at = bytes.indexOf(13); at >= 0; at = bytes.indexOf(13, start)) {
      keep(bytes.subarray(start, at));
      start = at + 1;
      if (start < bytes.length) overwrite();
      else returned = true;
    }
    keep(bytes.subarray(start));
  };
  const add = onOverwritten === undefined ? keep : keepOverwriting;
  const take = () => {
    const text = takeRest();
    const line = text.trim() === "" && before !== "" ? before : text;
    before = "";
    returned = false;
    return line;
  };

  return {
    write(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lines: string[] = [];
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        add(bytes.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      add(bytes.subarray(start));
      if (lines.length > 0) onLines(lines);
    },
    end() {
      if (restBytes > 0 || cut || before !== "") onLines([take()]);
    },
  };
}
