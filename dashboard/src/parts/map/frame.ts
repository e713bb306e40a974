/** Which part of the world a small map shows, and where a place lies on it (plate carrée, true to shape at the middle). */
import type { Point, Shape } from "./rings.ts";

export interface Frame {
  /** Degrees. West may lie below -180, east above 180: the map is the same every 360°. */
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

export const WORLD: Frame = { west: -180, south: -90, east: 180, north: 90 };

/** Less than this is not shown: an outline of the world's coasts says nothing of ten kilometres. */
const LEAST_SPAN = 20;
/** How much wider and higher the frame is than what it shows. */
const ROOM = 2;
/** Of the picture, width to height. */
const ASPECT = 1.6;

/** Everything of a shape, with some of the world around it unless it is `tight`; undefined for nothing. */
export function frameOf(shape: Shape, how: "roomy" | "tight" = "roomy"): Frame | undefined {
  const parts = [...shape.rings, ...shape.lines, ...shape.points.map((point) => [point])];
  const spans = parts.flatMap((part) => spanOf(part) ?? []);
  if (spans.length === 0) return undefined;
  const [west, east] = narrowest(spans);
  const latitudes = parts.flat().map(([, latitude]) => latitude);
  const tight = { west, east, south: least(latitudes), north: most(latitudes) };
  return how === "tight" ? tight : padded(tight);
}

/** Zoomed about its middle; at most the world. */
export function zoomed(frame: Frame, factor: number): Frame {
  const width = Math.min(360, Math.max(LEAST_SPAN / 4, (frame.east - frame.west) * factor));
  const height = Math.min(180, Math.max(LEAST_SPAN / 8, (frame.north - frame.south) * factor));
  return around((frame.west + frame.east) / 2, (frame.south + frame.north) / 2, width, height);
}

export interface Projection {
  readonly width: number;
  readonly height: number;
  /** How far one turn around the world is, in the map's units. */
  readonly turn: number;
  place(point: Point): readonly [x: number, y: number];
}

/** Into a picture of that width. A degree of longitude is shortened as it is at the middle, at most to a fifth. */
export function project(frame: Frame, width: number): Projection {
  const shortened = frame.north - frame.south > 120 ? 1 : shorteningAt((frame.south + frame.north) / 2);
  const scale = width / ((frame.east - frame.west) * shortened);
  return {
    width,
    height: (frame.north - frame.south) * scale,
    turn: 360 * shortened * scale,
    place: ([longitude, latitude]) => [(longitude - frame.west) * shortened * scale, (frame.north - latitude) * scale],
  };
}

/** How much shorter a degree of longitude is than one of latitude. */
function shorteningAt(latitude: number): number {
  return Math.max(0.2, Math.cos((latitude * Math.PI) / 180));
}

/** An SVG path of rings or lines. */
export function pathOf(lines: readonly (readonly Point[])[], { place }: Projection, isClosed: boolean): string {
  return lines
    .map((line) => {
      const steps = line.map((point, at) => {
        const [x, y] = place(point);
        return `${at === 0 ? "M" : "L"}${round(x)} ${round(y)}`;
      });
      return steps.join("") + (isClosed ? "Z" : "");
    })
    .join("");
}

/** By how many turns a shape must be drawn again so that all of it that lies in the frame is seen. */
export function turnsIn(frame: Frame, shape: Shape): readonly number[] {
  const longitudes = [...shape.rings, ...shape.lines, shape.points].flat().map(([longitude]) => longitude);
  if (longitudes.length === 0) return [];
  const first = Math.ceil((frame.west - most(longitudes)) / 360);
  const last = Math.floor((frame.east - least(longitudes)) / 360);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

function spanOf(part: readonly Point[]): [readonly [west: number, east: number]] | undefined {
  const longitudes = part.map(([longitude]) => longitude);
  return longitudes.length === 0 ? undefined : [[least(longitudes), most(longitudes)]];
}

/** The smallest arc that holds all of them: what is left of the circle without its widest gap. */
function narrowest(spans: readonly (readonly [west: number, east: number])[]): readonly [west: number, east: number] {
  if (spans.some(([west, east]) => east - west >= 360)) return [-180, 180];
  const arcs = spans
    .map(([west, east]) => ({ west: onCircle(west), width: east - west }))
    .toSorted((a, b) => a.west - b.west);
  let reached = Math.max(...arcs.map(({ west, width }) => west + width - 360), Number.NEGATIVE_INFINITY);
  let gap = { width: -1, after: 0 };
  for (const { west, width } of arcs) {
    if (west - reached > gap.width && Number.isFinite(reached)) gap = { width: west - reached, after: west };
    reached = Math.max(reached, west + width);
  }
  if (gap.width <= 0) return [-180, 180];
  const west = gap.after > 180 ? gap.after - 360 : gap.after;
  return [west, west + 360 - gap.width];
}

/** 0 … 360. */
function onCircle(longitude: number): number {
  return ((longitude % 360) + 360) % 360;
}

function padded({ west, south, east, north }: Frame): Frame {
  const shortened = shorteningAt((south + north) / 2);
  const least = Math.max(LEAST_SPAN, (north - south) * ROOM);
  const width = Math.min(360, Math.max(LEAST_SPAN, (east - west) * ROOM, (least * ASPECT) / shortened));
  const height = Math.min(180, Math.max(least, (width * shortened) / ASPECT));
  return around((west + east) / 2, (south + north) / 2, width, height);
}

/** Pushed back onto the world where it would reach past a pole. */
function around(longitude: number, latitude: number, width: number, height: number): Frame {
  const south = Math.max(-90, Math.min(90 - height, latitude - height / 2));
  return { west: longitude - width / 2, east: longitude + width / 2, south, north: south + height };
}

// Not Math.min(...values): a footprint may have more points than a call may have arguments.
function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
