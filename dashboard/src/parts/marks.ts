/** How each state looks: a colour, and a shape for those to whom the colour says nothing. */
import type { PayloadRow } from "../../../src/api/shapes/payloads.ts";

export type PayloadState = PayloadRow["state"];

/** Of payloads, in the order in which they are always shown. */
export const PAYLOAD_STATES: readonly PayloadState[] = [
  "WAITING",
  "CLAIMED",
  "PROCESSING",
  "SUCCEEDED",
  "FAILED",
  "INVALID",
  "ABORTED",
];

export type Tone = "good" | "bad" | "busy" | "waiting" | "odd" | "stopped" | "plain";
export type Shape = "dot" | "cross" | "ring" | "clock" | "diamond" | "square" | "dash" | "triangle" | "pause";

export interface Mark {
  readonly tone: Tone;
  readonly shape: Shape;
  readonly word: string;
}

const good = (word: string): Mark => ({ tone: "good", shape: "dot", word });
const bad = (word: string): Mark => ({ tone: "bad", shape: "cross", word });
const busy = (word: string): Mark => ({ tone: "busy", shape: "ring", word });
const waiting = (word: string): Mark => ({ tone: "waiting", shape: "clock", word });
const parked = (word: string): Mark => ({ tone: "waiting", shape: "pause", word });
const odd = (word: string): Mark => ({ tone: "odd", shape: "diamond", word });
const late = (word: string): Mark => ({ tone: "bad", shape: "triangle", word });
const stopped = (word: string): Mark => ({ tone: "stopped", shape: "square", word });
const paused = (word: string): Mark => ({ tone: "stopped", shape: "pause", word });

const MARKS: ReadonlyMap<string, Mark> = new Map(
  [
    // Payloads.
    parked("WAITING"),
    waiting("CLAIMED"),
    busy("PROCESSING"),
    good("SUCCEEDED"),
    bad("FAILED"),
    odd("INVALID"),
    stopped("ABORTED"),
    // Executions, and steps and tries in them.
    busy("RUNNING"),
    late("TIMED_OUT"),
    waiting("PENDING_REDRIVE"),
    busy("running"),
    good("succeeded"),
    bad("failed"),
    late("timed out"),
    stopped("aborted"),
    odd("caught"),
    waiting("waiting"),
    // Actions, bulk runs, entries, loops.
    good("DONE"),
    stopped("STOPPED"),
    stopped("stopped"),
    waiting("PENDING"),
    waiting("QUEUED"),
    waiting("queued"),
    waiting("pending"),
    good("FINISHED"),
    good("done"),
    good("success"),
    late("timeout"),
    paused("paused"),
    paused("PAUSED"),
    odd("invalid"),
    odd("broken"),
    stopped("gone"),
    stopped("cancelled"),
    stopped("CANCELLED"),
    stopped("skipped"),
    odd("lost"),
    odd("LOST"),
    busy("OPEN"),
    waiting("LOADING"),
  ].map((mark) => [mark.word, mark]),
);

/** A word that is not known is shown as it is, without a colour. */
export function markOf(word: string): Mark {
  return MARKS.get(word) ?? { tone: "plain", shape: "dash", word };
}
