/** The drawn part of a duration graph with what answers to pointer and keys: a tooltip, a brush, the way to an execution. */
import { useEffect, useRef, useState } from "preact/hooks";
import { navigate } from "../location.ts";
import { Loading } from "../parts/loading.tsx";
import type { CanvasEvents, Drawing, ScatterCanvas } from "./scatter-canvas.ts";
import { keyTarget, strokeBetween } from "./scatter-keys.ts";
import type { Brush } from "./scatter-points.ts";
import { ScatterTip } from "./scatter-tip.tsx";

/** Long enough for the pointer's way from a point to its tooltip. */
const STAY_MS = 250;

interface ScatterPlotProps {
  readonly label: string;
  readonly drawing: Drawing;
  readonly onBrush: (brush: Brush | undefined) => void;
}

export function ScatterPlot({ label, drawing, onBrush }: ScatterPlotProps) {
  const root = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<number>();
  const anchor = useRef<number | undefined>(undefined);
  const leave = useLeave(() => setShown(undefined));
  const canvas = useCanvas(root, drawing, {
    onPoint(index) {
      if (index === undefined) return leave.soon();
      leave.not();
      setShown(index);
    },
    onOpen: (index) => open(drawing, index),
    onBrush,
  });
  useEffect(() => canvas?.ring(shown), [canvas, shown, drawing]);
  // A point that is gone has nothing to tell.
  const point = shown === undefined ? undefined : drawing.points[shown];
  const place = shown === undefined ? undefined : canvas?.placeOf(shown);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget && event.key !== "Escape") return;
    if (event.key === "Escape") {
      if (shown === undefined) onBrush(undefined);
      setShown(undefined);
      anchor.current = undefined;
      return;
    }
    if (event.key === "Enter" && shown !== undefined) return open(drawing, shown);
    const to = keyTarget(event.key, shown, drawing.points.length);
    if (to === undefined) return;
    event.preventDefault();
    leave.not();
    if (event.shiftKey) {
      anchor.current ??= shown ?? to;
      onBrush(strokeBetween(drawing, anchor.current, to));
    } else {
      anchor.current = undefined;
    }
    setShown(to);
  };

  return (
    <div
      class="scatter-plot"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved through by keys
      tabIndex={0}
      aria-label={`${label}: ${drawing.points.length} points. Arrows go from point to point, Enter opens one, Shift with arrows selects, Escape lets go. The table below says the same.`}
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) leave.soon();
      }}
    >
      <div class="scatter-canvas" ref={root} aria-hidden="true" />
      {!canvas && <Loading what="Drawing" />}
      {point && place && <ScatterTip point={point} place={place} onEnter={leave.not} onLeave={leave.soon} />}
    </div>
  );
}

function open({ points }: Drawing, index: number): void {
  const point = points[index];
  if (point) navigate(point.href);
}

/** Something that goes away after a while unless somebody comes back to it. */
function useLeave(go: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(go);
  latest.current = go;
  const not = () => clearTimeout(timer.current);
  useEffect(() => not, []);
  const soon = () => {
    not();
    timer.current = setTimeout(() => latest.current(), STAY_MS);
  };
  return { soon, not };
}

/** The canvas, loaded when it is first needed; it shows what is newest. */
function useCanvas(
  root: { readonly current: HTMLDivElement | null },
  drawing: Drawing,
  events: CanvasEvents,
): ScatterCanvas | undefined {
  const [canvas, setCanvas] = useState<ScatterCanvas>();
  const latest = useRef(events);
  latest.current = events;
  useEffect(() => {
    let made: ScatterCanvas | undefined;
    let gone = false;
    void import("./scatter-canvas.ts").then(({ makeScatterCanvas }) => {
      if (gone || !root.current) return;
      made = makeScatterCanvas(root.current, {
        onPoint: (index) => latest.current.onPoint(index),
        onOpen: (index) => latest.current.onOpen(index),
        onBrush: (brush) => latest.current.onBrush(brush),
      });
      setCanvas(made);
    });
    return () => {
      gone = true;
      made?.end();
    };
  }, [root]);
  useEffect(() => canvas?.show(drawing), [canvas, drawing]);
  return canvas;
}
