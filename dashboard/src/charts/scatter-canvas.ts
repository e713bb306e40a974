/** The drawn part of a duration graph: axes and brush by uPlot, marks by hand. Loaded when a graph is first shown. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Zone } from "../parts/time-text.ts";
import { type Colours, drawMark, readColours } from "./draw-marks.ts";
import { type DurationAxis, labelledTicks, tickText } from "./duration-axis.ts";
import type { BandStretch } from "./percentile-band.ts";
import { type Brush, nearestPlace, REACH, type ScatterPoint, type TimeOf, timeOf } from "./scatter-points.ts";
import { timeLabels, timeRange } from "./time-labels.ts";

export interface Drawing {
  /** In order of their times by `which`. */
  readonly points: readonly ScatterPoint[];
  readonly which: TimeOf;
  readonly axis: DurationAxis;
  readonly band: readonly BandStretch[];
  readonly lines: readonly { readonly name: string; readonly durationMs: number }[];
  readonly zone: Zone;
  /** Keys; all others are drawn faintly. Undefined: nothing is selected. */
  readonly selected: ReadonlySet<string> | undefined;
}

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
/** Half of a mark, in pixels of the page. */
const SIZE = 4;

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
        space: 72,
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

function paint(u: uPlot, drawing: Drawing, colours: Colours): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  paintBand(u, drawing, colours);
  paintLines(u, drawing, colours);
  ctx.restore();
  ctx.save();
  // Not clipped: a mark on the edge is seen whole.
  paintPoints(u, drawing, colours);
  ctx.restore();
}

const x = (u: uPlot, time: number) => u.valToPos(time, "x", true);
const y = (u: uPlot, { axis }: Drawing, durationMs: number) => u.valToPos(axis.place(durationMs), "y", true);

function paintBand(u: uPlot, drawing: Drawing, { band }: Colours): void {
  u.ctx.fillStyle = band;
  for (const { from, to, p50Ms, p95Ms } of drawing.band) {
    const top = y(u, drawing, p95Ms);
    u.ctx.fillRect(x(u, from), top, x(u, to) - x(u, from), Math.max(1, y(u, drawing, p50Ms) - top));
  }
}

function paintLines(u: uPlot, drawing: Drawing, { median, text }: Colours): void {
  const { ctx, bbox } = u;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.font = `${11 * uPlot.pxRatio}px ${getComputedStyle(u.root).fontFamily}`;
  ctx.textAlign = "right";
  for (const { name, durationMs } of drawing.lines) {
    const height = y(u, drawing, durationMs);
    ctx.strokeStyle = median;
    ctx.setLineDash(name === "p50" ? [] : [5 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, height);
    ctx.lineTo(bbox.left + bbox.width, height);
    ctx.stroke();
    ctx.fillStyle = text;
    // Both can be read where they are one line.
    const away = name === "p50" ? 13 : -4;
    ctx.fillText(name, bbox.left + bbox.width - 4 * uPlot.pxRatio, height + away * uPlot.pxRatio);
  }
  ctx.setLineDash([]);
}

/** What succeeded first, so that nothing that failed lies under it; what is selected over all else. */
function paintPoints(u: uPlot, drawing: Drawing, colours: Colours): void {
  const { points, selected, which } = drawing;
  const isFaint = ({ key }: ScatterPoint) => selected !== undefined && !selected.has(key);
  const rank = (point: ScatterPoint) => (isFaint(point) ? 0 : 2) + (point.mark === "succeeded" ? 0 : 1);
  u.ctx.lineWidth = 2 * uPlot.pxRatio;
  for (const point of points.toSorted((a, b) => rank(a) - rank(b))) {
    u.ctx.globalAlpha = isFaint(point) ? 0.2 : 1;
    u.ctx.fillStyle = colours[point.mark];
    u.ctx.strokeStyle = colours[point.mark];
    drawMark(u.ctx, point.mark, x(u, timeOf(point, which)), y(u, drawing, point.durationMs), SIZE * uPlot.pxRatio);
  }
  u.ctx.globalAlpha = 1;
}
