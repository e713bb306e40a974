/** Shows loops while this process runs them: drawn in place on a terminal, a line for each event on other outputs. */
import { type Clock, isoTime } from "../../clock.ts";
import type { Registration } from "../../loop/registration.ts";
import type { LoopEvent } from "../../scheduler/loop-events.ts";
import { type Io, isLive, paint } from "../terminal/io.ts";
import { openLiveDrawing } from "../terminal/live-drawing.ts";
import { writeLines } from "../terminal/live-region.ts";
import { foundLines, problemLines } from "./found-text.ts";
import { holderText } from "./holder-text.ts";
import { loopMark } from "./loop-marks.ts";
import { makeLoopsFollower } from "./loops-follower.ts";
import { beginLine, endLine, renderLoops } from "./loops-view.ts";

export interface RunShown {
  tell(event: LoopEvent): void;
  end(): void;
}

const REDRAW_MS = 250;

/** `first`: what was found before anything ran, and told already. */
export function showRun(io: Io, first: Registration, clock: Pick<Clock, "now">): RunShown {
  const lineOf = makeLines(io, first, clock);
  const write = (line: string | undefined) => {
    if (line !== undefined) writeLines(io.stderr, `${line}\n`);
  };
  if (!isLive(io)) return { tell: (event) => write(lineOf(event)), end: () => {} };

  const follower = makeLoopsFollower((registration) => problemLines(io, registration));
  const drawing = openLiveDrawing(io);
  const draw = () => drawing.draw(renderLoops(io, follower.now(), clock.now()));
  const timer = setInterval(draw, REDRAW_MS);
  return {
    tell(event) {
      follower.take(event);
      const line = lineOf(event);
      if (staysOnScreen(event)) write(line);
    },
    end() {
      clearInterval(timer);
      drawing.end();
    },
  };
}

/** What goes on is seen in the table; what did not succeed has to be there still when somebody comes back. */
function staysOnScreen(event: LoopEvent): boolean {
  if (event.type === "ended") return event.execution.end.outcome !== "SUCCEEDED";
  return event.type === "registered" || event.type === "problem";
}

/** Undefined for what need not be told. */
function makeLines(io: Io, first: Registration, clock: Pick<Clock, "now">): (event: LoopEvent) => string | undefined {
  let told = first.id;
  return (event) => {
    if (event.type !== "registered") return lineOf(io, event, isoTime(clock.now()));
    const { registration } = event;
    if (registration.id === told) return undefined;
    told = registration.id;
    return foundLines(io, registration).join("\n");
  };
}

function lineOf(io: Io, event: LoopEvent, now: string): string | undefined {
  switch (event.type) {
    case "began":
      return beginLine(io, event.execution);
    case "ended":
      return endLine(io, event.execution, event.execution.end);
    case "paused": {
      const { note, by } = event.pause;
      return `${now} ${loopMark(io, io.stderr, "PAUSED")} the loop ${event.loop}${note ? `: ${note}` : ""} (${by})`;
    }
    case "busy":
      return `${now} ${holderText(event.holder)} runs the loop ${event.loop}.`;
    case "problem": {
      const where = event.loop === undefined ? "" : `the loop ${event.loop}: `;
      const hint = event.hint === undefined ? "" : ` ${event.hint}`;
      return `${paint(io, io.stderr, "yellow", "warning:")} ${where}${event.message}${hint}`;
    }
    default:
      return undefined;
  }
}
