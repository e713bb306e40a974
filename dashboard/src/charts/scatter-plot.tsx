/** The drawn part of a duration graph with what answers to pointer and keys: a tooltip, a brush, the way to an execution. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { navigate } from "../location.ts";
import { Loading } from "../parts/loading.tsx";
import type { Drawing } from "./paint-scatter.ts";
import type { CanvasEvents, ScatterCanvas } from "./scatter-canvas.ts";
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
  // By its key: what was the tenth point may be the ninth when there is news.
  const [shownKey, setShownKey] = useState<string>();
  const [, setDrawings] = useState(0);
  const shown = useMemo(() => indexOf(drawing, shownKey), [drawing, shownKey]);
  const setShown = (index: number | undefined) =>
    setShownKey(index === undefined ? undefined : drawing.points[index]?.key);
  const leave = useLeave(() => setShown(undefined));
  const canvas = useCanvas(root, drawing, {
    onPoint(index) {
      if (index === undefined) return leave.soon();
      leave.not();
      setShown(index);
    },
    onPress() {
      leave.not();
      setShown(undefined);
    },
    onOpen: (index) => open(drawing, index),
    onBrush,
    onDrawn: () => setDrawings((times) => times + 1),
  });
  const point = shown === undefined ? undefined : drawing.points[shown];
  const place = point && canvas?.placeOf(point);

  const onKeyDown = useKeys({ drawing, shown, onShow: setShown, onBrush, stay: leave.not });

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
      {point && place && (
        <>
          <div class="scatter-ring" style={{ left: `${place[0]}px`, top: `${place[1]}px` }} />
          <ScatterTip
            point={point}
            place={place}
            onEnter={leave.not}
            onLeave={leave.soon}
            onDismiss={() => setShown(undefined)}
          />
        </>
      )}
    </div>
  );
}

/** A point that is gone is shown no more. */
function indexOf({ points }: Drawing, key: string | undefined): number | undefined {
  const index = key === undefined ? -1 : points.findIndex((point) => point.key === key);
  return index < 0 ? undefined : index;
}

function open({ points }: Drawing, index: number): void {
  const point = points[index];
  if (point) navigate(point.href);
}

interface Keys {
  readonly drawing: Drawing;
  readonly shown: number | undefined;
  readonly onShow: (index: number | undefined) => void;
  readonly onBrush: (brush: Brush | undefined) => void;
  readonly stay: () => void;
}

function useKeys({ drawing, shown, onShow, onBrush, stay }: Keys): (event: KeyboardEvent) => void {
  // Where a selection by keys began.
  const anchor = useRef<number | undefined>(undefined);
  return (event) => {
    if (event.key === "Escape") {
      if (shown === undefined) onBrush(undefined);
      onShow(undefined);
      anchor.current = undefined;
      return;
    }
    // Keys in the tooltip are its link's.
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter" && shown !== undefined) return open(drawing, shown);
    const to = keyTarget(event.key, shown, drawing.points.length);
    if (to === undefined) return;
    event.preventDefault();
    stay();
    if (event.shiftKey) {
      anchor.current ??= shown ?? to;
      onBrush(strokeBetween(drawing, anchor.current, to));
    } else {
      anchor.current = undefined;
    }
    onShow(to);
  };
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
        onPress: () => latest.current.onPress(),
        onOpen: (index) => latest.current.onOpen(index),
        onDrawn: () => latest.current.onDrawn(),
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
