/** Draws how long executions took, one beside the other: a dot for each that succeeded, a cross for each that failed. */
import type { Outcome } from "../../loop/loop-execution.ts";
import type { Style } from "../terminal/io.ts";
import { type AxisKind, type DurationAxis, durationAxis, tickText } from "./duration-axis.ts";

export interface GraphPoint {
  /** ISO 8601 */
  readonly at: string;
  readonly durationMs: number;
  readonly outcome: Outcome;
}

export interface GraphOptions {
  /** Of the whole drawing, in characters. */
  readonly width: number;
  readonly axis?: AxisKind | undefined;
  readonly paint: (style: Style, text: string) => string;
}

const HEIGHT = 9;
/** With few executions the marks would be lost in a corner. */
const WIDEST_STEP = 4;

const MARKS: Readonly<Record<Outcome, readonly [symbol: string, Style, meaning: string]>> = {
  SUCCEEDED: ["●", "blue", "succeeded"],
  CANCELLED: ["■", "yellow", "cancelled"],
  FAILED: ["×", "red", "failed"],
  TIMED_OUT: ["×", "red", "failed"],
  LOST: ["×", "red", "failed"],
};

/** From the oldest to the newest; nothing where there are none. */
export function renderDurationGraph(points: readonly GraphPoint[], { width, axis: kind, paint }: GraphOptions): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const axis = durationAxis(
    points.map(({ durationMs }) => durationMs),
    kind,
  );
  const labels = labelRows(axis);
  const margin = Math.max(...labels.values().map((label) => label.length));
  const columns = Math.max(10, width - margin - 2);
  const cells = placePoints(points, axis, columns);
  const lines = Array.from({ length: HEIGHT }, (_, line) => {
    const row = HEIGHT - 1 - line;
    const label = labels.get(row);
    const marks = Array.from({ length: columns }, (_, column) => {
      const outcome = cells.get(`${row}:${column}`);
      return outcome === undefined ? " " : paint(MARKS[outcome][1], MARKS[outcome][0]);
    });
    return `${(label ?? "").padStart(margin)} ${label === undefined ? "│" : "┤"}${marks.join("")}`.trimEnd();
  });
  const caption = `${shortTime(first.at)} to ${shortTime(last.at)}${axis.kind === "log" ? ", logarithmic" : ""}`;
  return [
    ...lines,
    `${" ".repeat(margin)} └${"─".repeat(columns)}`,
    `${" ".repeat(margin + 2)}${caption}`,
    `${" ".repeat(margin + 2)}${legend(points, paint)}`,
  ].join("\n");
}

/** The text of each row that has one. Neighbouring rows stay free: the ends first, then what finds room. */
function labelRows({ ticks, place }: DurationAxis): ReadonlyMap<number, string> {
  const labels = new Map<number, string>();
  for (const tick of [ticks.at(-1) ?? 0, ticks[0] ?? 0, ...ticks.slice(1, -1)]) {
    const row = rowOf(place(tick));
    if (![row - 1, row, row + 1].some((near) => labels.has(near))) labels.set(row, tickText(tick));
  }
  return labels;
}

/** By row and column. Of several that share a place one that did not succeed is seen. */
function placePoints(points: readonly GraphPoint[], axis: DurationAxis, columns: number): ReadonlyMap<string, Outcome> {
  const step = Math.min(WIDEST_STEP, columns / points.length);
  const cells = new Map<string, Outcome>();
  for (const [index, { durationMs, outcome }] of points.entries()) {
    const cell = `${rowOf(axis.place(durationMs))}:${Math.floor(index * step)}`;
    const there = cells.get(cell);
    if (there === undefined || there === "SUCCEEDED") cells.set(cell, outcome);
  }
  return cells;
}

function rowOf(place: number): number {
  return Math.min(HEIGHT - 1, Math.max(0, Math.round(place * (HEIGHT - 1))));
}

/** What the marks in this drawing say, each once. */
function legend(points: readonly GraphPoint[], paint: GraphOptions["paint"]): string {
  const used = new Set(points.map(({ outcome }) => outcome));
  const said = new Map(
    Object.entries(MARKS)
      // The keys are those of the record above.
      .filter(([outcome]) => used.has(outcome as Outcome))
      .map(([, [symbol, style, meaning]]) => [meaning, paint(style, symbol)]),
  );
  return [...said].map(([meaning, mark]) => `${mark} ${meaning}`).join("  ");
}

function shortTime(at: string): string {
  return at.replace(/\.\d+Z$/, "Z");
}
