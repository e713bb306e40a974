/** Figures of several rounds as text: the median, and the range that it lies in. */
import { availableParallelism, cpus, release } from "node:os";

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that the given share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** `31 (28–33)` */
export function spread(values: readonly number[], digits = 0): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}

/** What the figures were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  const { node, sqlite } = process.versions;
  return `${availableParallelism()} × ${cpu?.model.trim() ?? "unknown processor"}, ${process.platform} ${release()}, Node ${node}, SQLite ${sqlite}`;
}
