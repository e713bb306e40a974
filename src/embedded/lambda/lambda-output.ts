/** What a worker process writes, given to the invocation it belongs to. */
import type { Readable } from "node:stream";
import { makeLineSplitter } from "../logs/log-lines.ts";
import { endOfOutput } from "./lambda-messages.ts";

export interface WorkerOutput {
  /** From here on lines are this invocation's. `complete` resolves when its mark has come on every stream. */
  begin(requestId: string, onLines: (lines: readonly string[]) => void): { readonly complete: Promise<void> };
  /** What comes now is nobody's. */
  end(): void;
  /** The last lines, whosever they were: what Node says when it dies. */
  last(): readonly string[];
}

const LAST_LINES = 20;

export function readWorkerOutput(streams: readonly Readable[]): WorkerOutput {
  let last: readonly string[] = [];
  let mark: string | undefined;
  let onLines: ((lines: readonly string[]) => void) | undefined;
  let onMark: (() => void) | undefined;

  const take = (lines: readonly string[]) => {
    last = [...last, ...lines.slice(-LAST_LINES)].slice(-LAST_LINES);
    if (mark === undefined) return;
    const end = mark;
    // A last line without an end stands right before the mark.
    const written = lines.flatMap((line) => (line.endsWith(end) ? line.slice(0, -end.length) || [] : line));
    if (written.length > 0) onLines?.(written);
    for (const line of lines) if (line.endsWith(end)) onMark?.();
  };
  for (const stream of streams) {
    const splitter = makeLineSplitter(take);
    stream.on("data", (chunk: Buffer) => splitter.write(chunk));
    stream.on("end", () => splitter.end());
    stream.on("error", () => {});
  }

  return {
    begin(requestId, listener) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = streams.length;
      mark = endOfOutput(requestId);
      onLines = listener;
      onMark = () => --left === 0 && resolve();
      return { complete: promise };
    },
    end() {
      mark = undefined;
      onLines = undefined;
      onMark = undefined;
    },
    last: () => last,
  };
}
