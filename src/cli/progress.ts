/** Shows payloads while they run: redrawn in place on a terminal, a line per change where there is none. */
import { createLogUpdate } from "log-update";
import type { Clock } from "../clock.ts";
import type { Followed, Follower } from "../runtime/follow.ts";
import { formatDuration } from "./duration.ts";
import { type Io, isLive, paint } from "./io.ts";
import { type Shown, stateMark } from "./state-mark.ts";
import { renderTable } from "./table.ts";

const REDRAW_MS = 100;

/** What a payload's current execution is doing, e.g. `add-preview` and its second try. */
export type StepOf = (followed: Followed) => { readonly state: string; readonly tries: number } | undefined;

export interface ProgressOptions {
  readonly follower: Follower;
  readonly stepOf: StepOf;
  readonly clock: Clock;
}

/** Resolves when everything has settled; rejects with the signal's reason when the command is stopped. */
export async function showUntilSettled(
  io: Io,
  { follower, stepOf, clock }: ProgressOptions,
): Promise<readonly Followed[]> {
  const draw = isLive(io) ? makeLiveView(io, stepOf, clock) : makeLineView(io, stepOf, clock);
  try {
    for (;;) {
      const followed = await follower.look();
      draw.show(followed);
      if (followed.every(({ settled }) => settled)) return followed;
      await clock.sleep(REDRAW_MS, io.signal);
    }
  } finally {
    draw.end();
  }
}

interface View {
  show(followed: readonly Followed[]): void;
  end(): void;
}

function makeLiveView(io: Io, stepOf: StepOf, clock: Clock): View {
  // log-update needs a real stream; on a terminal standard error is one.
  const update = createLogUpdate(io.stderr as unknown as NodeJS.WritableStream);
  return {
    show(followed) {
      const rows = followed.map((one) => {
        const step = stepOf(one);
        return [
          stateMark(io, io.stderr, shownState(one)),
          step ? `${step.state}${step.tries > 1 ? ` (try ${step.tries})` : ""}` : "",
          one.record ? String(one.record.attempt) : "",
          elapsed(one, clock),
          `${"  ".repeat(one.depth)}${one.depth > 0 ? "└ " : ""}${one.payloadId ?? one.source}`,
        ];
      });
      const columns = [
        { title: "state" },
        { title: "step" },
        { title: "attempt" },
        { title: "elapsed" },
        { title: "payload" },
      ];
      const table = renderTable(columns, rows);
      const width = io.stderr.columns ?? 80;
      update(
        table
          .split("\n")
          .map((line, index) => (index === 0 ? paint(io, io.stderr, "dim", line) : cut(line, width)))
          .join("\n"),
      );
    },
    end: () => update.clear(),
  };
}

/** A line that is broken by the terminal cannot be redrawn in place. */
function cut(line: string, width: number): string {
  const characters = [...line];
  // Colours take characters but no room: cutting is left to lines that are surely too long.
  return characters.length > width + 12 ? `${characters.slice(0, width + 11).join("")}…` : line;
}

function makeLineView(io: Io, stepOf: StepOf, clock: Clock): View {
  const last = new Map<string, string>();
  return {
    show(followed) {
      for (const one of followed) {
        const step = stepOf(one);
        const state = shownState(one);
        const news = `${state} ${step?.state ?? ""} ${one.record?.attempt ?? ""} ${step?.tries ?? ""}`;
        if (state === "WAITING" || last.get(one.message) === news) continue;
        last.set(one.message, news);
        const details = [
          step && `step ${step.state}${step.tries > 1 ? `, try ${step.tries}` : ""}`,
          one.record && `attempt ${one.record.attempt}`,
          elapsed(one, clock),
        ].filter(Boolean);
        io.stderr.write(`${stateMark(io, io.stderr, state)} ${one.payloadId ?? one.source} (${details.join(", ")})\n`);
      }
    },
    end() {},
  };
}

export function shownState({ outcome, record, settled }: Followed): Shown {
  if (record) return record.state;
  if (!outcome) return "WAITING";
  if (outcome.outcome === "rejected") return "REJECTED";
  return settled ? "CHAIN ENDED" : "WAITING";
}

/** From the claim to the end, or to now. */
export function elapsed({ record }: Followed, clock: Pick<Clock, "now">): string {
  if (!record) return "";
  const end = record.endedAt === undefined ? clock.now() : Date.parse(record.endedAt);
  return formatDuration(Math.max(0, end - Date.parse(record.claimedAt)));
}
