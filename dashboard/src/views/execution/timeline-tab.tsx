/** Steps and tries over time: bars to be brushed for a closer look, and the same as a table. */
import { useMemo, useState } from "preact/hooks";
import type { ExecutionView } from "../../../../src/api/shapes/executions.ts";
import { Empty } from "../../parts/empty.tsx";
import { useNow } from "../../parts/now.ts";
import { toggled } from "../../parts/table.tsx";
import type { Selection } from "./selection.ts";
import { chooseStep } from "./selection-bar.tsx";
import { StepPanel } from "./step-panel.tsx";
import { TimeBrush } from "./time-brush.tsx";
import { WHOLE } from "./time-window.ts";
import { spanOf, timelineRows } from "./timeline.ts";
import { TimelineBars } from "./timeline-bars.tsx";
import { TimelineTable } from "./timeline-table.tsx";

interface TimelineTabProps {
  readonly execution: ExecutionView;
  readonly selection: Selection;
}

/** More lines than this nobody reads, and no browser draws quickly. */
const MOST_ROWS = 500;

export function TimelineTab({ execution, selection }: TimelineTabProps) {
  const clock = useNow();
  const now = execution.status === "RUNNING" ? Math.max(clock, Date.parse(execution.startedAt)) : endOf(execution);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [shownFrom, setShownFrom] = useState(0);
  const [window, setWindow] = useState(WHOLE);
  const rows = useMemo(() => timelineRows(execution.steps, now, opened), [execution.steps, now, opened]);
  const span = useMemo(() => spanOf(rows), [rows]);
  if (rows.length === 0) return <Empty title="No state has been entered yet." />;
  const from = Math.min(shownFrom, Math.floor((rows.length - 1) / MOST_ROWS) * MOST_ROWS);
  const page = rows.slice(from, from + MOST_ROWS);
  return (
    <>
      <Legend />
      <TimeBrush span={span} window={window} rows={rows} onChange={setWindow} />
      <TimelineBars
        rows={page}
        span={span}
        window={window}
        chosen={selection.step?.path}
        opened={opened}
        onChoose={chooseStep}
        onOpen={(key) => setOpened((keys) => toggled(keys, key))}
      />
      {rows.length > MOST_ROWS && (
        <p class="timeline-pages">
          Rows {from + 1} to {from + page.length} of {rows.length}{" "}
          <button
            type="button"
            class="button small"
            disabled={from === 0}
            onClick={() => setShownFrom(from - MOST_ROWS)}
          >
            Earlier
          </button>{" "}
          <button
            type="button"
            class="button small"
            disabled={from + MOST_ROWS >= rows.length}
            onClick={() => setShownFrom(from + MOST_ROWS)}
          >
            Later
          </button>
        </p>
      )}
      {execution.moreSteps && (
        <p class="faint">
          It has more steps than are told here: of the iterations of Maps those that failed or go on, and the first
          ones.
        </p>
      )}
      {selection.step && <StepPanel step={selection.step} />}
      <details class="twin">
        <summary>The same as a table</summary>
        <TimelineTable rows={page} start={span[0]} />
      </details>
    </>
  );
}

function endOf({ stoppedAt, startedAt, durationMs }: ExecutionView): number {
  return stoppedAt === undefined ? Date.parse(startedAt) + durationMs : Date.parse(stoppedAt);
}

function Legend() {
  return (
    <ul class="timeline-legend">
      {[
        ["queued", "waits for a place"],
        ["running", "runs"],
        ["waiting", "waits for its retry"],
        ["stay", "is in the state"],
      ].map(([kind, words]) => (
        <li key={kind}>
          <span class={`legend-bar bar-${kind}`} aria-hidden="true" /> {words}
        </li>
      ))}
    </ul>
  );
}
