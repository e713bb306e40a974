/** How many payloads a feeder has found, on standard error: in place on a terminal, else a line now and then. */
import type { Clock } from "../../clock.ts";
import type { Log, LogFields } from "../../log.ts";
import { type Io, isLive, paint } from "../terminal/io.ts";
import { type LiveDrawing, openLiveDrawing } from "../terminal/live-drawing.ts";
import { writeLines } from "../terminal/live-region.ts";

export interface FeedProgress {
  readonly log: Log;
  /** So many more. */
  add(count: number): void;
  /** Takes the drawing away, and gives the count. */
  end(): number;
}

const DRAW_EVERY_MS = 100;
const SAY_EVERY_MS = 10_000;

export function makeFeedProgress(io: Io, name: string, clock: Pick<Clock, "now">): FeedProgress {
  // Where the payloads themselves go to the terminal, they show how far it is.
  const live: LiveDrawing | undefined = isLive(io) && io.stdout.isTTY !== true ? openLiveDrawing(io) : undefined;
  let count = 0;
  let shownAt = clock.now();

  function add(more: number): void {
    count += more;
    if (clock.now() - shownAt < (live === undefined ? SAY_EVERY_MS : DRAW_EVERY_MS)) return;
    shownAt = clock.now();
    if (live === undefined) io.stderr.write(`${name}: ${countText(count)} so far\n`);
    else live.draw(`${name}: ${countText(count)}`);
  }

  const line =
    (label: string) =>
    (message: string, fields: LogFields = {}): void => {
      const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
      const text = [message, ...shown.map(([key, value]) => `${key}=${value}`)].join(" ");
      writeLines(io.stderr, `${label}${text}\n`);
    };
  const warn = line(`${paint(io, io.stderr, "yellow", "warning:")} `);
  return {
    log: { debug() {}, info: line(""), warn, error: line(`${paint(io, io.stderr, "red", "error:")} `) },
    add,
    end() {
      live?.end();
      return count;
    },
  };
}

export function countText(count: number): string {
  return count === 1 ? "1 payload" : `${count.toLocaleString("en")} payloads`;
}
