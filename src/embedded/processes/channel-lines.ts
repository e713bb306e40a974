/** Reads what a process says at its channel, a line at a time, however it comes in parts; of a line too long only the beginning. */
import type { Readable } from "node:stream";

export interface ChannelLines {
  /** The next line, without its end; undefined when there will be none. */
  next(): Promise<string | undefined>;
}

/** Whoever says more has to wait, as some write to every descriptor that there is: others must not wait for that. */
const LINES_PER_TURN = 1_000;
const TURN_MS = 50;

/** `longest`: bytes of a line that are kept. */
export function readChannelLines(channel: Readable, longest = Number.POSITIVE_INFINITY): ChannelLines {
  /** In reverse order: what is taken first is last. */
  let lines: string[] = [];
  let rest: Buffer[] = [];
  let restBytes = 0;
  let ended = false;
  let waiting: ((line: string | undefined) => void) | undefined;
  let thisTurn = 0;
  let resume: NodeJS.Timeout | undefined;

  const give = () => {
    if (waiting === undefined || (lines.length === 0 && !ended)) return;
    waiting(lines.pop());
    waiting = undefined;
  };
  const keep = (part: Buffer) => {
    const kept = part.subarray(0, Math.max(0, longest - restBytes));
    if (kept.length > 0) rest.push(kept);
    restBytes += kept.length;
  };
  const takeTurns = () => {
    if (thisTurn < LINES_PER_TURN) return;
    thisTurn = 0;
    channel.pause();
    resume = setTimeout(() => channel.resume(), TURN_MS);
  };
  const end = () => {
    ended = true;
    clearTimeout(resume);
    give();
  };
  channel.on("data", (part: Buffer) => {
    const added: string[] = [];
    let start = 0;
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, start)) {
      keep(part.subarray(start, at));
      added.push(Buffer.concat(rest).toString("utf8"));
      rest = [];
      restBytes = 0;
      start = at + 1;
    }
    keep(part.subarray(start));
    lines = [...added.reverse(), ...lines];
    thisTurn += added.length;
    takeTurns();
    give();
  });
  // The process may be killed in the middle of a line.
  channel.on("error", end);
  channel.on("close", end);
  channel.on("end", end);
  return {
    next() {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      waiting = resolve;
      give();
      return promise;
    },
  };
}
