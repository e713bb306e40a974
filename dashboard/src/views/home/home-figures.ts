/** What the matrix and the figures of the first view say, worked out from one answer of the API. */
import type { Home } from "../../../../src/api/shapes/home.ts";
import { PAYLOAD_STATES, type PayloadState } from "../../parts/marks.ts";

export type MatrixRow = Home["matrix"][number];

export const WINDOWS = ["1h", "24h", "7d", "30d"] as const;
export type Window = (typeof WINDOWS)[number];

/** For people: `24 hours`. */
export const WINDOW_TEXT: Readonly<Record<Window, string>> = {
  "1h": "hour",
  "24h": "24 hours",
  "7d": "7 days",
  "30d": "30 days",
};

/** What stands in the URL may be anything. */
export function windowOf(text: string | null): Window {
  return WINDOWS.find((window) => window === text) ?? "24h";
}

export interface Cell {
  readonly state: PayloadState;
  /** How many are in the state. */
  readonly now: number;
  /** How many came into it in the window, and how many more that is than in the window before. */
  readonly came: number;
  readonly more: number;
  readonly series: readonly number[];
}

/** Only where payloads await others is there a column for those that wait. */
export function statesOf(rows: readonly MatrixRow[]): readonly PayloadState[] {
  const someWait = rows.some(({ now, window }) => (now.WAITING ?? 0) + (window.WAITING ?? 0) > 0);
  return PAYLOAD_STATES.filter((state) => state !== "WAITING" || someWait);
}

export function cellsOf(row: MatrixRow, states: readonly PayloadState[] = statesOf([row])): readonly Cell[] {
  return states.map((state) => {
    const came = row.window[state] ?? 0;
    return {
      state,
      now: row.now[state] ?? 0,
      came,
      more: came - (row.before[state] ?? 0),
      series: row.series[state] ?? [],
    };
  });
}

/** All workflows together. */
export function totalOf(rows: readonly MatrixRow[]): MatrixRow {
  return {
    workflow: "all workflows",
    now: sumOf(rows.map(({ now }) => now)),
    window: sumOf(rows.map(({ window }) => window)),
    before: sumOf(rows.map(({ before }) => before)),
    series: Object.fromEntries(PAYLOAD_STATES.map((state) => [state, added(rows.map(({ series }) => series[state]))])),
  };
}

type Counts = MatrixRow["now"];

function sumOf(counts: readonly Counts[]): Counts {
  return Object.fromEntries(
    PAYLOAD_STATES.map((state) => [state, counts.reduce((sum, one) => sum + (one[state] ?? 0), 0)]),
  );
}

function added(series: readonly (readonly number[] | undefined)[]): number[] {
  const longest = Math.max(0, ...series.map((one) => one?.length ?? 0));
  return Array.from({ length: longest }, (_, index) => series.reduce((sum, one) => sum + (one?.[index] ?? 0), 0));
}

/** `+3`, `−2`, `±0`. */
export function deltaText(more: number): string {
  if (more === 0) return "±0";
  return more > 0 ? `+${more.toLocaleString("en")}` : `−${(-more).toLocaleString("en")}`;
}

/** Whether no payload has ever been here. */
export function isUntouched({ matrix }: Home): boolean {
  return matrix.every(({ now }) => Object.values(now).every((count) => count === 0));
}

/** The list of them may hold the first ones only. */
export function runningIn({ matrix, running }: Home): number {
  const counted = matrix.reduce((sum, { now }) => sum + (now.PROCESSING ?? 0), 0);
  return Math.max(counted, running.length);
}

/** What has changed for the worse between two answers, for those who listen; undefined where nothing has. */
export function newsBetween(before: Home, after: Home): string | undefined {
  const failed = (home: Home) => home.matrix.reduce((sum, { now }) => sum + (now.FAILED ?? 0), 0);
  const dead = (home: Home) => home.queues.reduce((sum, queue) => sum + queue.dead, 0);
  const news = [
    grown(failed(after) - failed(before), "payload FAILED", "payloads FAILED"),
    grown(dead(after) - dead(before), "dead letter", "dead letters"),
    grown(after.stuck.count - before.stuck.count, "payload is stuck", "payloads are stuck"),
  ].filter((sentence) => sentence !== undefined);
  return news.length === 0 ? undefined : `${news.join(", ")}.`;
}

function grown(more: number, one: string, several: string): string | undefined {
  return more > 0 ? `${more} more ${more === 1 ? one : several}` : undefined;
}
