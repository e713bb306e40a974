/** The pipe that a job's output comes through: a named one, so that both streams keep their order in it. */
import { spawnSync } from "node:child_process";
import { constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { makeLineSplitter } from "../logs/log-lines.ts";
import { orAfter } from "../processes/or-after.ts";

export interface JobOutput {
  /** What the command opens for its output. */
  readonly path: string;
  /** Everything that was written until now has been handed over. */
  drain(): Promise<void>;
}

/** Written last, by this side: a process that left the group may hold the pipe open for ever. */
const MARK = "\u0000end of the job's output\u0000";
const DRAIN_MS = 5000;

export function openJobOutput(path: string, onLines: (lines: readonly string[]) => void): JobOutput {
  rmSync(path, { force: true });
  const { status, stderr } = spawnSync("mkfifo", ["-m", "600", path], { encoding: "utf8" });
  if (status !== 0) throw new Error(`cannot make a pipe for the output: mkfifo ${path}: ${stderr}`);
  // Opened for both, or it would be at its end before the command has opened it.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: true, writable: true });
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  const splitter = makeLineSplitter((lines) => {
    const written = lines.flatMap((line) => (line.endsWith(MARK) ? line.slice(0, -MARK.length) || [] : line));
    if (written.length > 0) onLines(written);
    if (lines.some((line) => line.endsWith(MARK))) resolve();
  });
  pipe.on("data", (chunk: Buffer) => splitter.write(chunk));
  pipe.on("error", () => resolve());
  return {
    path,
    async drain() {
      pipe.write(`${MARK}\n`);
      await orAfter(DRAIN_MS, drained);
      pipe.destroy();
      rmSync(path, { force: true });
    },
  };
}
