/**
 * How long executions took, each a mark: a blue dot for one that succeeded, a red cross for one that failed. Dragging selects
 * rows of the table beside it. Everything that the pointer does the keys do too.
 */
import { useEffect, useMemo, useState } from "preact/hooks";
import { setQuery } from "../location.ts";
import { announce } from "../parts/announce.ts";
import { usePreferences } from "../parts/preferences.ts";
import { brushText } from "./brush-text.ts";
import "./charts.css";
import { ChoiceGroup } from "./choice-group.tsx";
import { AXES, durationAxis } from "./duration-axis.ts";
import { ChartMark } from "./mark-icon.tsx";
import type { Drawing } from "./paint-scatter.ts";
import { percentileBand } from "./percentile-band.ts";
import { ScatterPlot } from "./scatter-plot.tsx";
import { countMarks, MARKS, type ScatterPoint, samplePoints, timeOf } from "./scatter-points.ts";
import { ScatterTable } from "./scatter-table.tsx";

/** More would lie upon each other, and take longer to draw than a hand moves. */
const MOST_POINTS = 5_000;
const MOST_STRETCHES = 24;

interface DurationScatterProps {
  /** What the points are: `Tries of reproject`. */
  readonly label: string;
  readonly points: readonly ScatterPoint[];
  /** How many there are in all, where the points are a choice of them already. */
  readonly all?: number | undefined;
  readonly p50Ms?: number | undefined;
  readonly p95Ms?: number | undefined;
  /** Of the address: how it is looked at stands there. */
  readonly query: URLSearchParams;
  /** Keys of the selected points; undefined while nothing is selected. */
  readonly selected: ReadonlySet<string> | undefined;
}

export function DurationScatter(props: DurationScatterProps) {
  const { label, points, all = points.length, p50Ms, p95Ms, query, selected } = props;
  const { zone } = usePreferences();
  const kind = AXES.find((axis) => axis === query.get("scale")) ?? "log";
  const which = query.get("by") === "start" ? "start" : "end";
  const { drawing, hasEveryFailure } = useMemo(() => {
    const sample = samplePoints(points, MOST_POINTS);
    const drawing: Drawing = {
      points: sample.points.toSorted((a, b) => timeOf(a, which) - timeOf(b, which)),
      which,
      axis: durationAxis(
        sample.points.map(({ durationMs }) => durationMs),
        kind,
      ),
      // Of a choice of extremes the percentiles would be wrong.
      band: points.length === all ? percentileBand(points, which, MOST_STRETCHES) : [],
      lines: [
        ...(p50Ms === undefined ? [] : [{ name: "p50", durationMs: p50Ms }]),
        ...(p95Ms === undefined ? [] : [{ name: "p95", durationMs: p95Ms }]),
      ],
      zone,
      selected,
    };
    return { drawing, hasEveryFailure: sample.hasEveryFailure };
  }, [points, all, kind, which, zone, selected, p50Ms, p95Ms]);

  return (
    <section class="scatter" aria-label={label}>
      <div class="scatter-bar">
        <Legend points={points} hasBand={drawing.band.length > 0} />
        <span class="scatter-choices">
          <ChoiceGroup
            label="Scale"
            choices={AXES.map((value) => ({ value, text: value === "log" ? "logarithmic" : "linear" }))}
            chosen={kind}
            onChoose={(scale) => setQuery({ scale: scale === "log" ? undefined : scale })}
          />
          <ChoiceGroup
            label="By"
            choices={[
              { value: "end", text: "end" },
              { value: "start", text: "start" },
            ]}
            chosen={which}
            // What a rectangle selects depends on where the points are.
            onChoose={(by) => setQuery({ by: by === "end" ? undefined : by, brush: undefined })}
          />
        </span>
      </div>
      <ScatterPlot
        label={label}
        drawing={drawing}
        onBrush={(brush) => setQuery({ brush: brush && brushText(brush) })}
      />
      <Caption drawn={drawing.points.length} all={all} hasEveryFailure={hasEveryFailure} selected={selected} />
      <TableTwin label={label} points={drawing.points} />
    </section>
  );
}

function Legend({ points, hasBand }: { readonly points: readonly ScatterPoint[]; readonly hasBand: boolean }) {
  const counts = countMarks(points);
  return (
    <ul class="scatter-legend">
      {MARKS.filter((mark) => counts.has(mark)).map((mark) => (
        <li key={mark}>
          <ChartMark mark={mark} />
          {mark} {(counts.get(mark) ?? 0).toLocaleString("en")}
        </li>
      ))}
      {hasBand && <li class="faint">shaded: from p50 to p95, stretch by stretch</li>}
    </ul>
  );
}

interface CaptionProps {
  readonly drawn: number;
  readonly all: number;
  readonly hasEveryFailure: boolean;
  readonly selected: ReadonlySet<string> | undefined;
}

function Caption({ drawn, all, hasEveryFailure, selected }: CaptionProps) {
  const chosen = selected?.size;
  useEffect(() => {
    if (chosen !== undefined) announce(`${chosen.toLocaleString("en")} selected.`);
  }, [chosen]);
  const choice = hasEveryFailure
    ? "everything that did not succeed is among them"
    : "the quickest and slowest of each stretch";
  return (
    <p class="faint">
      {drawn < all && `${drawn.toLocaleString("en")} of ${all.toLocaleString("en")} are drawn: ${choice}. `}
      {selected === undefined ? (
        "Drag over points to select them; a click opens one. With the keyboard: arrows, Enter, Shift with arrows."
      ) : (
        <>
          {selected.size.toLocaleString("en")} selected.{" "}
          <button type="button" class="button small" onClick={() => setQuery({ brush: undefined })}>
            Select nothing
          </button>
        </>
      )}
    </p>
  );
}

/** Drawn when it is opened: it may be long. */
function TableTwin({ label, points }: { readonly label: string; readonly points: readonly ScatterPoint[] }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [label]);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The graph as a table</summary>
      {open && <ScatterTable label={label} points={points} />}
    </details>
  );
}
