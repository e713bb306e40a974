/** How payloads ended, hour by hour or day by day: bars of which each is a stack of states. */
import type { Home } from "../../../../src/api/shapes/home.ts";
import type { PayloadState } from "../../parts/marks.ts";
import { totalOf } from "./home-figures.ts";

/** From the base up. */
export const ENDS: readonly PayloadState[] = ["SUCCEEDED", "FAILED", "INVALID", "ABORTED"];

export interface Stack {
  /** The beginning of the hour or day. */
  readonly period: string;
  readonly counts: Readonly<Partial<Record<PayloadState, number>>>;
  readonly all: number;
}

export function stacksOf({ matrix, periods }: Pick<Home, "matrix" | "periods">): readonly Stack[] {
  const { series } = totalOf(matrix);
  return periods.map((period, index) => {
    const counts = Object.fromEntries(ENDS.map((state) => [state, series[state]?.[index] ?? 0]));
    return { period, counts, all: ENDS.reduce((sum, state) => sum + (counts[state] ?? 0), 0) };
  });
}

export interface Segment {
  readonly state: PayloadState;
  /** From 0 at the base to 1 at the top of the highest stack. */
  readonly from: number;
  readonly to: number;
}

const THINNEST = 0.01;

/** What is there can be seen, however few it is among many; the thickest makes room for the thin ones. */
export function segmentsOf({ counts }: Stack, most: number): readonly Segment[] {
  const parts = ENDS.flatMap((state) => {
    const count = counts[state] ?? 0;
    return count === 0 ? [] : [{ state, size: Math.max(THINNEST, count / most) }];
  });
  const excess = parts.reduce((sum, { size }) => sum + size, 0) - 1;
  const thickest = Math.max(...parts.map(({ size }) => size));
  const shrunk = parts.findIndex(({ size }) => size === thickest);
  let from = 0;
  return parts.map(({ state, size }, index) => {
    const to = from + (index === shrunk && excess > 0 ? size - excess : size);
    const segment = { state, from, to };
    from = to;
    return segment;
  });
}
