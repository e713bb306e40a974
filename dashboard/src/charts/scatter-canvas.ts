/** The drawn part of a duration graph: axes and brush by uPlot. Loaded when a graph is first shown. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Colours, readColours } from "./draw-marks.ts";
import { labelledTicks, tickText } from "./duration-axis.ts";
import { type Drawing, paint } from "./paint-scatter.ts";
import { type Brush, nearestPlace, REACH, type ScatterPoint, timeOf } from "./scatter-points.ts";
import { timeLabels, timeRange } from "./time-labels.ts";

export interface CanvasEvents {
  /** The point under the pointer; undefined where there is none in reach. */
  onPoint(index: number | undefined): void;
  /** The pointer is pressed: nothing may be in its way. */
  onPress(): void;
  onOpen(index: number): void;
  onBrush(brush: Brush): void;
  /** Points may be at other places now. */
  onDrawn(): void;
}

export interface ScatterCanvas {
  show(drawing: Drawing): void;
  /** In pixels of the page, from the upper left corner of the root. */
  placeOf(point: ScatterPoint): readonly [x: number, y: number] | undefined;
  end(): void;
}

const HEIGHT = 280;

export function makeScatterCanvas(root: HTMLElement, events: CanvasEvents): ScatterCanvas {
  let drawing: Drawing | undefined;
  let plot: uPlot | undefined;
  let colours = readColours(root);

  const draw = (u: uPlot) => {
    if (drawing) paint(u, drawing, colours);
    events.onDrawn();
  };
  const make = (first: Drawing): uPlot => {
    const current = () => drawing ?? first;
    const made = new uPlot(options(root, { current, colours: () => colours, draw }, events), dataOf(first), root);
    listen(made, current, events);
    return made;
  };
  const resized = new ResizeObserver(() => {
    if (plot && root.clientWidth > 0) plot.setSize({ width: root.clientWidth, height: HEIGHT });
  });
  resized.observe(root);
  const unfollow = followTheme(() => {
    colours = readColours(root);
    plot?.redraw(false);
  });

  return {
    show(next) {
      drawing = next;
      if (plot) plot.setData(dataOf(next));
      else plot = make(next);
    },
    placeOf(point) {
      if (!plot || !drawing) return undefined;
      const [x, y] = placeIn(plot, drawing, point);
      return [x + plot.over.offsetLeft, y + plot.over.offsetTop];
    },
    end() {
      resized.disconnect();
      unfollow();
      plot?.destroy();
    },
  };
}

/** By the system's setting, or by the page's own switch. */
function followTheme(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const page = new MutationObserver(changed);
  system.addEventListener("change", changed);
  page.observe(document.documentElement, { attributes: true });
  return () => {
    system.removeEventListener("change", changed);
    page.disconnect();
  };
}

function dataOf({ points, which, axis }: Drawing): uPlot.AlignedData {
  return [points.map((point) => timeOf(point, which)), points.map(({ durationMs }) => axis.place(durationMs))];
}

interface Looks {
  current(): Drawing;
  colours(): Colours;
  draw(u: uPlot): void;
}

function options(root: HTMLElement, { current, colours, draw }: Looks, { onBrush }: CanvasEvents): uPlot.Options {
  const line = { stroke: () => colours().grid, width: 1 };
  const common = {
    stroke: () => colours().text,
    font: `12px ${getComputedStyle(root).fontFamily}`,
    grid: line,
    ticks: { ...line, size: 4 },
  };
  const labelled = () => labelledTicks(current().axis, 24 / HEIGHT);
  return {
    width: Math.max(200, root.clientWidth),
    height: HEIGHT,
    ms: 1,
    tzDate: (time) => (current().zone === "utc" ? uPlot.tzDate(new Date(time), "Etc/UTC") : new Date(time)),
    legend: { show: false },
    cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: true, setScale: false, dist: 5 } },
    scales: {
      x: {
        time: true,
        range: () =>
          [...timeRange(current().points.map((point) => timeOf(point, current().which)))] as [number, number],
      },
      y: { range: () => [0, 1] },
    },
    axes: [
      {
        ...common,
        // Labels with milliseconds are longer.
        space: (_u, _axis, from, to) => (to - from < 30_000 ? 112 : 80),
        size: 40,
        values: (_, splits, __, ___, step) => [...timeLabels(splits, step, current().zone)],
      },
      {
        ...common,
        size: 58,
        splits: () => labelled().map(current().axis.place),
        values: () => labelled().map(tickText),
      },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: { draw: [draw], setSelect: [(u) => brushed(u, current(), onBrush)] },
  };
}

function brushed(u: uPlot, { axis }: Drawing, onBrush: CanvasEvents["onBrush"]): void {
  const { left, top, width, height } = u.select;
  if (width === 0 && height === 0) return;
  // A stroke along one direction takes all of the other.
  const [from, to] = width === 0 ? [0, u.over.clientWidth] : [left, left + width];
  const [high, low] = height === 0 ? [0, u.over.clientHeight] : [top, top + height];
  onBrush({
    time: [u.posToVal(from, "x"), u.posToVal(to, "x")],
    durationMs: [axis.at(u.posToVal(low, "y")), axis.at(u.posToVal(high, "y"))],
  });
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** From the upper left corner of the plot's own area, in pixels of the page. */
function placeIn(u: uPlot, { which, axis }: Drawing, point: ScatterPoint): readonly [x: number, y: number] {
  return [u.valToPos(timeOf(point, which), "x"), u.valToPos(axis.place(point.durationMs), "y")];
}

function listen(u: uPlot, current: () => Drawing, { onPoint, onPress, onOpen }: CanvasEvents): void {
  let pressed: readonly [x: number, y: number] | undefined;
  const nearest = (event: MouseEvent) => {
    const drawing = current();
    const box = u.over.getBoundingClientRect();
    const places = drawing.points.map((point) => placeIn(u, drawing, point));
    return nearestPlace(places, [event.clientX - box.left, event.clientY - box.top], REACH);
  };
  u.over.addEventListener("pointermove", (event) => {
    if (event.buttons === 0) onPoint(nearest(event));
  });
  u.over.addEventListener("pointerleave", () => onPoint(undefined));
  u.over.addEventListener("pointerdown", (event) => {
    pressed = [event.clientX, event.clientY];
    onPress();
  });
  u.over.addEventListener("click", (event) => {
    const moved = pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]);
    const index = nearest(event);
    if (index === undefined || (moved ?? 0) > 4) return;
    // A finger cannot hover: its first touch shows what the point is, and the link there opens it.
    if (event instanceof PointerEvent && event.pointerType === "touch") onPoint(index);
    else onOpen(index);
  });
}
