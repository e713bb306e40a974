/** Cuts a stream of bytes into lines of text, whatever a task writes: no line end, no UTF-8, no end of a line. */

/** Half of the largest event CloudWatch Logs takes, so that a marker and a time still fit. */
const LONGEST_LINE = 128 * 1024;

export interface LineSplitter {
  write(chunk: Uint8Array): void;
  /** Hands over what came after the last line end. */
  end(): void;
}

/** `onLines` gets the lines that a chunk completed, never an empty list. Bytes that are no UTF-8 become U+FFFD. */
export function makeLineSplitter(
  onLines: (lines: readonly string[]) => void,
  longestLine = LONGEST_LINE,
): LineSplitter {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let cut = false;

  const keep = (bytes: Buffer) => {
    const room = longestLine - restBytes;
    if (bytes.length > room) cut = true;
    if (room <= 0 || bytes.length === 0) return;
    // Copied, because the chunk it is a part of may be large.
    const kept = Buffer.from(bytes.subarray(0, room));
    rest.push(kept);
    restBytes += kept.length;
  };
  const take = () => {
    const line = Buffer.concat(rest).toString("utf8").replace(/\r$/, "");
    const text = cut ? `${line} [line cut at ${longestLine} bytes]` : line;
    rest = [];
    restBytes = 0;
    cut = false;
    return text;
  };

  return {
    write(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lines: string[] = [];
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        keep(bytes.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      keep(bytes.subarray(start));
      if (lines.length > 0) onLines(lines);
    },
    end() {
      if (restBytes > 0 || cut) onLines([take()]);
    },
  };
}
