/** How long at least one worker was there: a run that was stopped overnight did not take all night. */
import type { WorkerRecord } from "../../bulk/worker-record.ts";

export interface Span {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** From its start until it ended, or was last heard of. */
export function lifeOf({ startedAt, seenAt, endedAt }: WorkerRecord): Span {
  const from = Date.parse(startedAt);
  return { from, to: Math.max(from, Date.parse(endedAt ?? seenAt)) };
}

/** Milliseconds that are within at least one of the spans. */
export function coveredMs(spans: readonly Span[]): number {
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return covered;
}
