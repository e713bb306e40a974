/** The real terminal. Ctrl-C stops in good order; a second one stops at once. */
import process from "node:process";
import { wholeEnvironment } from "../../env.ts";
import { EXIT } from "../../errors.ts";
import type { Io } from "./io.ts";

export function makeProcessIo(): Io {
  const controller = new AbortController();
  const stop = (signal: "SIGINT" | "SIGTERM"): void => {
    if (controller.signal.aborted) process.exit(signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated);
    controller.abort(signal);
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  // A reader that has seen enough (`| head`) closes the pipe: that is no error of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    throw error;
  });
  // A terminal that nobody looks at (`script`, a pseudo-terminal in CI) says that it is 0 wide.
  for (const stream of [process.stdout, process.stderr]) if (stream.columns === 0) stream.columns = 80;
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    env: wholeEnvironment(),
    signal: controller.signal,
  };
}
