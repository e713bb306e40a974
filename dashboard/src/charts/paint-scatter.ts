/** Paints what a duration graph shows on uPlot's canvas: the band and lines of percentiles, and a mark for each point. */
import uPlot from "uplot";
import type { Zone } from "../parts/time-text.ts";
import { type Colours, drawMark } from "./draw-marks.ts";
import type { DurationAxis } from "./duration-axis.ts";
import type { BandStretch } from "./percentile-band.ts";
import { type ScatterPoint, type TimeOf, timeOf } from "./scatter-points.ts";

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

/** Half of a mark, in pixels of the page. */
const SIZE = 4;

export function paint(u: uPlot, drawing: Drawing, colours: Colours): void {
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
