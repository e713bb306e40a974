/**
 * Footprints as rings that can be drawn: a ring that crosses the antimeridian goes on past 180° instead of back across the
 * map, and one that holds a pole is closed along it. Nothing here trusts that a geometry is what its type says.
 */

export type Point = readonly [longitude: number, latitude: number];

/** What can be drawn. Longitudes of a ring run on without a jump and may leave -180 … 180. */
export interface Shape {
  readonly rings: readonly (readonly Point[])[];
  readonly lines: readonly (readonly Point[])[];
  readonly points: readonly Point[];
}

export const NO_SHAPE: Shape = { rings: [], lines: [], points: [] };

/** Undefined where there is nothing in it that can be drawn. */
export function shapeOf(geometry: unknown): Shape | undefined {
  const shape = collect(geometry, 0);
  return shape.rings.length + shape.lines.length + shape.points.length === 0 ? undefined : shape;
}

/** For items without a geometry: west, south, east, north, of two or three dimensions; west > east crosses the antimeridian. */
export function shapeOfBox(box: unknown): Shape | undefined {
  if (!Array.isArray(box) || !(box.length === 4 || box.length === 6) || !box.every(Number.isFinite)) return undefined;
  const [west, south] = box as number[]; // numbers: the line above asked
  const [east, north] = box.slice(box.length / 2) as number[];
  if (west === undefined || south === undefined || east === undefined || north === undefined) return undefined;
  const right = east < west ? east + 360 : east;
  const ring: Point[] = [
    [west, south],
    [right, south],
    [right, north],
    [west, north],
    [west, south],
  ];
  return { ...NO_SHAPE, rings: [ring] };
}

const MOST_DEPTH = 8;

function collect(geometry: unknown, depth: number): Shape {
  if (typeof geometry !== "object" || geometry === null || depth > MOST_DEPTH) return NO_SHAPE;
  const { type, coordinates, geometries } = geometry as Record<string, unknown>; // members are looked at one by one
  switch (type) {
    case "Point":
      return { ...NO_SHAPE, points: pointsOf([coordinates]) };
    case "MultiPoint":
      return { ...NO_SHAPE, points: pointsOf(coordinates) };
    case "LineString":
      return { ...NO_SHAPE, lines: linesOf([coordinates]) };
    case "MultiLineString":
      return { ...NO_SHAPE, lines: linesOf(coordinates) };
    case "Polygon":
      return { ...NO_SHAPE, rings: ringsOf(coordinates) };
    case "MultiPolygon":
      return { ...NO_SHAPE, rings: Array.isArray(coordinates) ? coordinates.flatMap(ringsOf) : [] };
    case "GeometryCollection":
      return merged(Array.isArray(geometries) ? geometries.map((each) => collect(each, depth + 1)) : []);
    default:
      return NO_SHAPE;
  }
}

export function merged(shapes: readonly Shape[]): Shape {
  return {
    rings: shapes.flatMap(({ rings }) => rings),
    lines: shapes.flatMap(({ lines }) => lines),
    points: shapes.flatMap(({ points }) => points),
  };
}

function pointsOf(positions: unknown): readonly Point[] {
  return Array.isArray(positions) ? positions.flatMap((each) => pointOf(each) ?? []) : [];
}

function pointOf(position: unknown): [Point] | undefined {
  if (!Array.isArray(position)) return undefined;
  const [longitude, latitude] = position as unknown[];
  if (typeof longitude !== "number" || typeof latitude !== "number") return undefined;
  if (!Number.isFinite(longitude) || Math.abs(longitude) > 720 || !(Math.abs(latitude) <= 90)) return undefined;
  return [[longitude, latitude]];
}

function linesOf(lines: unknown): readonly (readonly Point[])[] {
  if (!Array.isArray(lines)) return [];
  return lines.map((line) => unwrapped(pointsOf(line))).filter(({ length }) => length >= 2);
}

function ringsOf(polygon: unknown): readonly (readonly Point[])[] {
  if (!Array.isArray(polygon)) return [];
  return polygon
    .map((ring) => pointsOf(ring))
    .filter(({ length }) => length >= 3)
    .map((ring) => closedAtPole(unwrapped(ring)));
}

/** Takes the short way from each point to the next: a step of more than half the world is one across the antimeridian. */
export function unwrapped(points: readonly Point[]): readonly Point[] {
  let before: number | undefined;
  return points.map(([longitude, latitude]) => {
    // A step of exactly half the world goes the way in which it was written: a box around the world stays one.
    const turns = before === undefined ? 0 : halfAway(before - longitude);
    before = longitude + turns * 360;
    return [before, latitude] as const;
  });
}

function halfAway(step: number): number {
  return Math.abs(step) <= 180 ? 0 : Math.round(step / 360);
}

/** A ring that goes once around the world has a pole inside: the one that it is nearer to. It is closed along that edge. */
function closedAtPole(ring: readonly Point[]): readonly Point[] {
  const first = ring[0];
  const last = ring.at(-1);
  if (!first || !last) return ring;
  const around = Math.round((last[0] - first[0]) / 360);
  if (around === 0) return ring;
  const middle = ring.reduce((sum, [, latitude]) => sum + latitude, 0) / ring.length;
  const pole = middle >= 0 ? 90 : -90;
  return [...ring, [last[0], pole], [first[0], pole], first];
}
