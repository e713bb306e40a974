/** Shows a run while it goes on: redrawn in place on a terminal, else a line every ten seconds. */
import type { Clock } from "../../clock.ts";
import type { Snapshot } from "../../queue/progress.ts";
import { formatDuration } from "../terminal/duration.ts";
import { type Io, isLive, paint } from "../terminal/io.ts";
import { openLiveDrawing } from "../terminal/live-drawing.ts";

const LINE_EVERY_MS = 10_000;
const LONGEST_BAR = 30;
const SHORTEST_BAR = 8;
/** Columns of the times and counts in front of a line. */
const MARGIN = 10;
const SHOWN_RUNNING = 3;
const SHOWN_ERRORS = 3;
/** A task that runs for less is nothing to be named. */
const SLOW_MS = 1_000;

export interface RunView {
  show(snapshot: Snapshot): void;
  end(): void;
}

export interface ViewOptions {
  readonly run: string;
  /** How many tasks run at a time; undefined where the workers are elsewhere. */
  readonly slots?: number | undefined;
}

export function makeRunView(io: Io, options: ViewOptions, clock: Pick<Clock, "now">): RunView {
  return isLive(io) ? makeLiveView(io, options) : makeLineView(io, options, clock);
}

function makeLiveView(io: Io, options: ViewOptions): RunView {
  const drawing = openLiveDrawing(io);
  return {
    show(snapshot) {
      drawing.draw(renderLive(io, snapshot, options));
    },
    end: drawing.end,
  };
}

function makeLineView(io: Io, { slots }: ViewOptions, clock: Pick<Clock, "now">): RunView {
  let next = clock.now() + LINE_EVERY_MS;
  return {
    show(snapshot) {
      if (clock.now() < next) return;
      next = clock.now() + LINE_EVERY_MS;
      io.stderr.write(`${renderLine(slots === undefined ? snapshot : ofThisProcess(snapshot))}\n`);
    },
    end() {},
  };
}

/** Workers hold a few more entries than they run: those wait like the others. */
function ofThisProcess(snapshot: Snapshot): Snapshot {
  const { counts, running } = snapshot;
  const held = Math.max(0, counts.RUNNING - running.length);
  return { ...snapshot, counts: { ...counts, RUNNING: running.length, QUEUED: counts.QUEUED + held } };
}

/** `58% (5,812 of 10,000): 5,800 done, 12 failed, 31 retries, 84.0/s, 49.0 s left, 10 running, 4,178 waiting` */
export function renderLine(snapshot: Snapshot): string {
  const { counts, ended, entries, retries, perSecond, remainingMs } = snapshot;
  const facts = [
    `${count(counts.DONE)} done`,
    `${count(counts.FAILED)} failed`,
    ...(counts.CANCELLED > 0 ? [`${count(counts.CANCELLED)} cancelled`] : []),
    ...(retries > 0 ? [`${count(retries)} ${retries === 1 ? "retry" : "retries"}`] : []),
    ...(perSecond === undefined ? [] : [rate(perSecond)]),
    ...(remainingMs === undefined ? [] : [`${formatDuration(remainingMs)} left`]),
    `${count(counts.RUNNING)} running`,
    ...(counts.QUEUED > 0 ? [`${count(counts.QUEUED)} waiting`] : []),
  ];
  return `${percent(ended, entries)} (${count(ended)} of ${count(entries)}): ${facts.join(", ")}`;
}

export function renderLive(io: Io, snapshot: Snapshot, { run, slots }: ViewOptions): string {
  const { counts, ended, entries, retries, perSecond, remainingMs, running, errors } = snapshot;
  const style = (name: Parameters<typeof paint>[2], text: string) => paint(io, io.stderr, name, text);
  const width = (io.stderr.columns ?? 80) - 1;
  const share = `${percent(ended, entries)}  ${count(ended)} of ${count(entries)}`;
  const room = Math.min(LONGEST_BAR, Math.max(SHORTEST_BAR, width - run.length - share.length - 3));
  const filled = entries === 0 ? room : Math.floor((ended / entries) * room);
  const bar = `${"█".repeat(filled)}${style("dim", "░".repeat(room - filled))}`;
  const failed = `✗ ${count(counts.FAILED)} failed`;
  const facts = [
    style("green", `✓ ${count(counts.DONE)} done`),
    counts.FAILED > 0 ? style("red", failed) : failed,
    ...(counts.CANCELLED > 0 ? [`■ ${count(counts.CANCELLED)} cancelled`] : []),
    `↻ ${count(retries)} ${retries === 1 ? "retry" : "retries"}`,
    // Workers hold a few more entries than they run.
    `▶ ${slots === undefined ? count(counts.RUNNING) : `${running.length} of ${slots}`} running`,
  ];
  const speed = [
    ...(perSecond === undefined ? [] : [rate(perSecond)]),
    ...(remainingMs === undefined || ended === entries ? [] : [`${formatDuration(remainingMs)} left`]),
    // Nothing is drawn that moves: what everybody waits for is said.
    ...(counts.RUNNING === 0 && counts.QUEUED > 0 ? [`${countEntries(counts.QUEUED)} waiting`] : []),
  ];
  const slow = running.filter(({ ms }) => ms >= SLOW_MS).slice(0, SHOWN_RUNNING);
  return [
    `${style("bold", run)}  ${bar} ${share}`,
    `  ${facts.join("  ")}`,
    ...(speed.length > 0 ? [`  ${speed.join(", ")}`] : []),
    ...slow.map(({ entryId, ms }) =>
      style("dim", `  ${formatDuration(ms).padStart(MARGIN)}  ${cut(entryId, width - MARGIN - 4)}`),
    ),
    ...errors.slice(0, SHOWN_ERRORS).map(({ attempts, error, message }) => {
      const times = style("red", `${count(attempts)}×`.padStart(MARGIN));
      return `  ${times}  ${cut(message === "" ? error : `${error}: ${message}`, width - MARGIN - 4)}`;
    }),
  ].join("\n");
}

/** A line that the terminal breaks cannot be redrawn in place. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}

function percent(part: number, whole: number): string {
  // Rounded down: 100% is said when it is true.
  return `${whole === 0 ? 100 : Math.floor((part / whole) * 100)}%`;
}

export function count(value: number): string {
  return value.toLocaleString("en-GB");
}

/** `1 entry`, `2,000 entries` */
export function countEntries(value: number): string {
  return `${count(value)} ${value === 1 ? "entry" : "entries"}`;
}

function rate(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`;
  const perMinute = perSecond * 60;
  return perMinute >= 1 ? `${perMinute.toFixed(1)}/min` : `${(perMinute * 60).toFixed(1)}/h`;
}
