/** A state as symbol and word: never by colour alone. */
import type { State } from "../../state/states.ts";
import { type Io, type Output, paint, type Style } from "./io.ts";

export type Shown = State | "QUEUED" | "REJECTED" | "GIVEN UP" | "CHAIN ENDED" | "SKIPPED";

const MARKS: Readonly<Record<Shown, readonly [symbol: string, Style]>> = {
  QUEUED: ["·", "dim"],
  WAITING: ["⋯", "cyan"],
  CLAIMED: ["◌", "cyan"],
  PROCESSING: ["▶", "cyan"],
  SUCCEEDED: ["✓", "green"],
  FAILED: ["✗", "red"],
  INVALID: ["!", "yellow"],
  ABORTED: ["■", "yellow"],
  REJECTED: ["✗", "red"],
  "GIVEN UP": ["✗", "red"],
  "CHAIN ENDED": ["–", "dim"],
  SKIPPED: ["–", "dim"],
};

export function stateMark(io: Pick<Io, "env">, output: Output, state: Shown): string {
  const [symbol, style] = MARKS[state];
  return paint(io, output, style, `${symbol} ${state}`);
}
