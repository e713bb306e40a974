/** What an execution writes while it runs: into its log, line by line with the time, and by cell for the executed notebook. */
import type { Clock } from "../../clock.ts";
import { type LogLimits, openLogFile } from "../../embedded/logs/log-file.ts";
import { makeLineSplitter } from "../../embedded/logs/log-lines.ts";

export interface ExecutionLog {
  /** Of its processes, both streams in one. */
  write(bytes: Uint8Array): void;
  /** Ours: what is done for it. */
  note(lines: readonly string[]): void;
  /** What is written from now on is of this cell. */
  begin(cell: number): void;
  /** Nothing more comes of its processes: what lacks its line end is written too. */
  end(): void;
  /** What each cell wrote, with its line ends. */
  outputs(): ReadonlyMap<number, string>;
  /** The last lines of its processes. */
  lastLines(): readonly string[];
  close(): void;
}

/** A thousand executions are kept of each task: 5 MB each at most, and most have a few lines. */
export const EXECUTION_LOG_LIMITS: LogLimits = { head: 512 * 1024, tail: 2 * 1024 * 1024 };
/** Characters of a cell's output in the executed notebook: browsers show them all at once. */
const CELL_HEAD = 100_000;
const CELL_TAIL = 100_000;
/** How often a progress bar that has not ended its line is shown. */
const PROGRESS_MS = 10_000;
const LAST_LINES = 20;

export function openExecutionLog(path: string, clock: Clock, limits = EXECUTION_LOG_LIMITS): ExecutionLog {
  const file = openLogFile(path, clock.now, limits);
  const cells = new Map<number, CellOutput>();
  let cell: CellOutput | undefined;
  let last: readonly string[] = [];
  let shownAt = clock.now();

  const splitter = makeLineSplitter(
    (lines) => {
      file.append(lines);
      cell?.add(lines);
      last = [...last, ...lines.slice(-LAST_LINES)].slice(-LAST_LINES);
      shownAt = clock.now();
    },
    {
      onOverwritten(text) {
        if (clock.now() - shownAt < PROGRESS_MS) return;
        shownAt = clock.now();
        file.append([text]);
      },
    },
  );
  return {
    write: splitter.write,
    note: (lines) => file.append(lines),
    begin(number) {
      splitter.end();
      cell = cells.get(number) ?? makeCellOutput();
      cells.set(number, cell);
    },
    end: splitter.end,
    outputs: () => new Map([...cells].map(([number, output]) => [number, output.text()])),
    lastLines: () => last,
    close: file.close,
  };
}

interface CellOutput {
  add(lines: readonly string[]): void;
  text(): string;
}

/** Its beginning and its end, whatever it writes in between. */
function makeCellOutput(): CellOutput {
  let head = "";
  let tail = "";
  let leftOut = 0;
  return {
    add(lines) {
      const text = lines.map((line) => `${line}\n`).join("");
      const room = Math.max(0, tail === "" ? CELL_HEAD - head.length : 0);
      head += text.slice(0, room);
      tail += text.slice(room);
      if (tail.length <= 2 * CELL_TAIL) return;
      leftOut += tail.length - CELL_TAIL;
      tail = tail.slice(-CELL_TAIL);
    },
    text: () =>
      (leftOut === 0 ? head + tail : `${head}\n[${leftOut} characters left out here]\n${tail}`).toWellFormed(),
  };
}
