/** Shows payloads while they run: redrawn in place on a terminal, a line per change where there is none. */
import type { Clock } from "../../clock.ts";
import type { Followed, Follower } from "../../runtime/follow.ts";
import { formatDuration } from "./duration.ts";
import { type Io, isLive, paint } from "./io.ts";
import { openLiveDrawing } from "./live-drawing.ts";
import { type Shown, stateMark } from "./state-mark.ts";
import { renderTable, visibleLength } from "./table.ts";

const REDRAW_MS = 100;
const GOES_ON = "Stopped. What was begun goes on with the next start.";

/** What a payload's current execution is doing, e.g. `add-preview` and its second try. */
export type StepOf = (followed: Followed) => { readonly state: string; readonly tries: number } | undefined;

export interface ProgressOptions {
  readonly follower: Follower;
  readonly stepOf: StepOf;
  readonly clock: Clock;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
  /** What becomes of it when the command is stopped. */
  readonly stopped?: string;
}

/** Resolves when everything has settled; rejects with the signal's reason when the command is stopped. */
export async function showUntilSettled(
  io: Io,
  { follower, stepOf, clock, everyMs = REDRAW_MS, stopped = GOES_ON }: ProgressOptions,
): Promise<readonly Followed[]> {
  const draw = isLive(io) ? makeLiveView(io, stepOf, clock) : makeLineView(io, stepOf, clock);
  try {
    for (;;) {
      const followed = await follower.look();
      draw.show(followed);
      if (followed.every(({ settled }) => settled)) return followed;
      await clock.sleep(everyMs, io.signal);
    }
  } finally {
    draw.end();
    if (io.signal.aborted) io.stderr.write(`${stopped}\n`);
  }
}

interface View {
  show(followed: readonly Followed[]): void;
  end(): void;
}

function makeLiveView(io: Io, stepOf: StepOf, clock: Clock): View {
  const drawing = openLiveDrawing(io);
  const titles = ["state", "workflow", "step", "attempt", "elapsed", "items"];
  return {
    show(followed) {
      const rows = followed.map((one) => {
        const step = stepOf(one);
        return [
          stateMark(io, io.stderr, shownState(one)),
          `${one.depth > 0 ? "└ " : ""}${one.record?.workflow ?? ""}`,
          step ? `${step.state}${step.tries > 1 ? ` (try ${step.tries})` : ""}` : "",
          one.record ? String(one.record.attempt) : "",
          elapsed(one, clock),
          one.record?.itemids ?? one.payloadId ?? one.source,
        ];
      });
      const table = renderTable(
        titles.map((title) => ({ title })),
        shortenLast(rows, titles, io.stderr.columns ?? 80),
      );
      const [head = "", ...body] = table.split("\n");
      drawing.draw([paint(io, io.stderr, "dim", head), ...body].join("\n"));
    },
    end: drawing.end,
  };
}

/** A line that the terminal breaks cannot be redrawn in place: the last cell gives way, in its middle. */
function shortenLast(rows: readonly string[][], titles: readonly string[], width: number): string[][] {
  const others = titles
    .slice(0, -1)
    .reduce(
      (sum, title, index) => sum + 2 + Math.max(title.length, ...rows.map((row) => visibleLength(row[index] ?? ""))),
      0,
    );
  const room = Math.max(8, width - others - 1);
  return rows.map((row) => {
    const last = row.at(-1) ?? "";
    if (last.length <= room) return row;
    const start = Math.ceil((room - 1) / 2);
    return [...row.slice(0, -1), `${last.slice(0, start)}…${last.slice(last.length - (room - 1 - start))}`];
  });
}

function makeLineView(io: Io, stepOf: StepOf, clock: Clock): View {
  const last = new Map<string, string>();
  return {
    show(followed) {
      for (const one of followed) {
        const step = stepOf(one);
        const state = shownState(one);
        const news = `${state} ${step?.state ?? ""} ${one.record?.attempt ?? ""} ${step?.tries ?? ""}`;
        if (state === "QUEUED" || last.get(one.message) === news) continue;
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

export function shownState({ message, outcome, record, settled }: Followed): Shown {
  // The record is that of another message, which ran the same payload before.
  if (outcome?.outcome === "given-up" && !record?.messages.includes(message)) return "GIVEN UP";
  if (record) return record.state;
  if (!outcome) return "QUEUED";
  if (outcome.outcome === "rejected") return "REJECTED";
  return settled ? "CHAIN ENDED" : "QUEUED";
}

/** From the claim to the end, or to now. */
export function elapsed({ record }: Followed, clock: Pick<Clock, "now">): string {
  if (!record) return "";
  const end = record.endedAt === undefined ? clock.now() : Date.parse(record.endedAt);
  return formatDuration(Math.max(0, end - Date.parse(record.claimedAt)));
}
