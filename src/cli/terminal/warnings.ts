/** The runtime's log for a person at a terminal: what is wrong and goes on by itself, said once and not every second. */
import type { Clock } from "../../clock.ts";
import type { Log, LogFields } from "../../log.ts";
import { type Io, paint } from "./io.ts";
import { writeLines } from "./live-region.ts";

const SAY_AGAIN_AFTER_MS = 30_000;

export function makeWarnings(io: Io, clock: Pick<Clock, "now">): Log {
  const said = new Map<string, number>();
  function warn(message: string, fields: LogFields = {}): void {
    const { reason } = fields;
    const text = reason === undefined ? message : `${message}: ${reason}`;
    const last = said.get(text);
    if (last !== undefined && clock.now() - last < SAY_AGAIN_AFTER_MS) return;
    said.set(text, clock.now());
    writeLines(io.stderr, `${paint(io, io.stderr, "yellow", "warning:")} ${text}\n`);
  }
  return { debug() {}, info() {}, warn, error: warn };
}
