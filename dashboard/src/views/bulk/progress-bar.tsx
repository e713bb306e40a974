/** How far a bulk run is: its entries by state, as a bar; the numbers beside it say the same. */
import type { BulkRunRow } from "../../../../src/api/shapes/bulk.ts";
import { markOf } from "../../parts/marks.ts";
import { barParts, shareText } from "./run-texts.ts";

type Progress = Pick<BulkRunRow, "counts" | "entries" | "name">;

interface ProgressBarProps {
  readonly run: Progress;
  readonly isLarge?: boolean;
}

export function ProgressBar({ run, isLarge = false }: ProgressBarProps) {
  const { DONE, FAILED, CANCELLED } = run.counts;
  const ended = DONE + FAILED + CANCELLED;
  return (
    <div
      class={isLarge ? "progress large" : "progress"}
      role="progressbar"
      aria-label={`Progress of ${run.name}`}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, run.entries)}
      aria-valuenow={ended}
      aria-valuetext={`${shareText(ended, run.entries)} of the entries have ended, ${FAILED.toLocaleString("en")} failed`}
    >
      {barParts(run).map(({ state, width }) => (
        <span
          key={state}
          class={`progress-part progress-${state} mark-${markOf(state).tone}`}
          style={{ width: `${width}%` }}
        />
      ))}
    </div>
  );
}
