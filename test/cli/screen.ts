/** A terminal's screen, as far as redrawing in place needs one: it understands lines, cursor moves and erasing. */
import { Writable } from "node:stream";

export interface Screen {
  readonly stream: Writable & { readonly isTTY: true; readonly columns: number; readonly rows: number };
  /** What a person sees now, without the blank lines at its end. */
  lines(): readonly string[];
}

const CONTROL = new RegExp(`${String.fromCharCode(27)}\\[(\\??)(\\d*)([A-Za-z])`, "y");

export function makeScreen({ columns = 100, rows = 40 } = {}): Screen {
  const lines: string[] = [""];
  let [row, column] = [0, 0];

  function put(character: string): void {
    const line = (lines[row] ?? "").padEnd(column);
    lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  }

  function control(count: number, letter: string): void {
    if (letter === "A") row = Math.max(0, row - count);
    else if (letter === "B") row += count;
    else if (letter === "C") column += count;
    else if (letter === "D") column = Math.max(0, column - count);
    else if (letter === "E") [row, column] = [row + count, 0];
    else if (letter === "F") [row, column] = [Math.max(0, row - count), 0];
    else if (letter === "G") column = count - 1;
    else if (letter === "K") lines[row] = count === 2 ? "" : (lines[row] ?? "").slice(0, column);
    else if (letter === "J") lines.splice(row, lines.length, (lines[row] ?? "").slice(0, column));
    else if (letter !== "m") throw new Error(`The screen does not know ESC[${count}${letter}.`);
  }

  function write(text: string): void {
    for (let at = 0; at < text.length; ) {
      CONTROL.lastIndex = at;
      const match = CONTROL.exec(text);
      if (match) {
        const [whole, isPrivate, count, letter = ""] = match;
        // The cursor's looks and synchronised output change nothing that is seen.
        if (isPrivate === "") control(count === "" ? (/[JK]/.test(letter) ? 0 : 1) : Number(count), letter);
        at += whole.length;
        continue;
      }
      const character = text[at] ?? "";
      if (character === "\n") [row, column] = [row + 1, 0];
      else if (character === "\r") column = 0;
      else put(character);
      at += 1;
    }
  }

  const stream = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        write(chunk);
        done();
      },
    }),
    { isTTY: true as const, columns, rows },
  );
  return {
    stream,
    lines: () =>
      Array.from(lines, (line = "") => line.trimEnd())
        .join("\n")
        .trimEnd()
        .split("\n"),
  };
}
