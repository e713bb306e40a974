/** The figures of a task in a window: how its tries ended, and the percentiles of how long they took. */
import type { TaskView } from "../../../../src/api/shapes/workflows.ts";
import { type Figure, Figures } from "../../parts/figures.tsx";
import { Moment } from "../../parts/moment.tsx";
import { durationText } from "../../parts/time-text.ts";

export function TaskFigures({ task: { figures, window } }: { readonly task: TaskView }) {
  const { succeeded, failed, running, p50Ms, p95Ms, p99Ms } = figures;
  const percentiles = [
    ["p50", p50Ms, "half took at most so long"],
    ["p95", p95Ms, "19 of 20"],
    ["p99", p99Ms, "99 of 100"],
  ] as const;
  const shown: readonly Figure[] = [
    { name: "Succeeded", value: succeeded.toLocaleString("en") },
    { name: "Failed", value: failed.toLocaleString("en"), note: failed === 0 ? undefined : shareFailed(figures) },
    ...(running > 0 ? [{ name: "Running", value: running.toLocaleString("en") }] : []),
    ...percentiles.flatMap(([name, ms, note]) => (ms === undefined ? [] : [{ name, value: durationText(ms), note }])),
  ];
  return (
    <>
      <Figures figures={shown} />
      <p class="faint">
        Tries in {window.all ? "all" : "the newest"} {window.executions.toLocaleString("en")} executions since{" "}
        <Moment at={window.since} exact />. Percentiles are of those that succeeded.
      </p>
    </>
  );
}

function shareFailed({ succeeded, failed }: TaskView["figures"]): string {
  const percent = (100 * failed) / (succeeded + failed);
  return `${percent < 1 ? "less than 1" : Math.round(percent)} % of those that ended`;
}
