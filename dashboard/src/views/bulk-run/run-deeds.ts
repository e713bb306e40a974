/** What can be asked of a bulk run as it stands: nothing that would be refused, and nothing that would do nothing. */
import type { BulkRunRow } from "../../../../src/api/shapes/bulk.ts";

export type RunDeed = "retry-failed" | "stop" | "resume" | "purge";

export function runDeeds({
  state,
  counts,
}: Pick<BulkRunRow, "state" | "counts">): readonly { readonly deed: RunDeed; readonly label: string }[] {
  const amount = (count: number) => count.toLocaleString("en");
  return [
    ...(counts.FAILED > 0 && state !== "LOADING"
      ? [{ deed: "retry-failed" as const, label: `Retry the ${amount(counts.FAILED)} that failed` }]
      : []),
    ...(state === "OPEN" ? [{ deed: "stop" as const, label: "Stop" }] : []),
    ...(state === "STOPPED" ? [{ deed: "resume" as const, label: "Resume" }] : []),
    ...(counts.QUEUED > 0 && state !== "LOADING"
      ? [{ deed: "purge" as const, label: `Cancel the ${amount(counts.QUEUED)} that wait` }]
      : []),
  ];
}
