/**
 * What a process of a loop's execution says, and how it ends. Whatever its code does, its last words are one result or one
 * error, unless it is killed.
 */
import { writeSync } from "node:fs";
import { readChannelLine, writeChannelLine } from "../../embedded/processes/channel.ts";
import type { Json } from "../../json.ts";
import type { ChannelMessage, Failure } from "../channel-messages.ts";
import { jsonResult } from "./json-result.ts";
import { describeThrown } from "./thrown.ts";

export interface ChildReport {
  say(message: ChannelMessage): void;
  /** Says what the work returns or throws, then ends the process: what is left running does not keep it. */
  end(work: () => unknown): Promise<never>;
}

/** Reads the assignment; undefined where nobody gives one. Blocks, so that nothing is loaded for nothing. */
export function readAssignment(): Json | undefined {
  const line = readChannelLine();
  return line === undefined ? undefined : JSON.parse(line);
}

/** Where the assignment asks for answers, one comes to each cell that begins: a line, whatever it says. */
export function waitForAnswer(): void {
  readChannelLine();
}

export function openReport(): ChildReport {
  let hasEnded = false;
  const say = (message: ChannelMessage) => writeChannelLine(message);
  const lastWord = (message: ChannelMessage) => {
    if (!hasEnded) say(message);
    hasEnded = true;
  };
  const lastError = (error: Failure["error"]) => {
    if (!hasEnded) log(error.trace ?? `${error.name}: ${error.message}`);
    lastWord({ error });
  };
  const fail = (error: Failure["error"]) => {
    lastError(error);
    process.exit(1);
  };

  // An unhandled rejection becomes one of these.
  process.on("uncaughtException", (thrown) => fail(describeThrown(thrown)));
  process.on("beforeExit", () =>
    fail({ name: "NeverSettled", message: "It waits for a promise that nothing can settle: nothing is left running." }),
  );
  process.on("exit", (code) => {
    if (hasEnded) return;
    if (code === 0) lastWord({ result: null, warning: "It called process.exit(0): there is no result." });
    else lastError({ name: "Exited", message: `It called process.exit(${code}).` });
  });

  return {
    say,
    async end(work) {
      try {
        const value = await work();
        // A promise that was forgotten and has failed is told now.
        await new Promise(setImmediate);
        lastWord({ ...jsonResult(value) });
      } catch (thrown) {
        lastError(describeThrown(thrown));
        await flushed();
        return process.exit(1);
      }
      await flushed();
      return process.exit(0);
    },
  };
}

/** Whatever the code has made of `console` and of its streams. */
function log(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {
    // It closed that too, or the pipe is full.
  }
}

/** A pipe that nobody reads fast enough holds back what was printed last. */
async function flushed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      stream.once("error", () => resolve());
      stream.write("", () => resolve());
    });
  }
}
