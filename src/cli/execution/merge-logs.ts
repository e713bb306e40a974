/** Joins the lines of several logs by their times. */
import type { LogLine } from "../../executions/jobs.ts";

export interface LogOf<From> {
  readonly from: From;
  readonly lines: readonly LogLine[];
}

/** Within a log the order stays whatever its clock said; lines of the same time keep the order of their logs. */
export function mergeLines<From>(logs: readonly LogOf<From>[]): readonly (LogLine & { readonly from: From })[] {
  const placed = logs.flatMap(({ from, lines }) => {
    let latest = "";
    return lines.map((line) => {
      latest = line.at > latest ? line.at : latest;
      return { place: latest, line: { ...line, from } };
    });
  });
  const sorted = placed.toSorted((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  return sorted.map(({ line }) => line);
}
