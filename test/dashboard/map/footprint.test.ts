import fc from "fast-check";
import { expect, test } from "vitest";
import { frameOf, pathOf, project, turnsIn, WORLD, zoomed } from "../../../dashboard/src/parts/map/frame.ts";
import {
  merged,
  NO_SHAPE,
  type Point,
  shapeOf,
  shapeOfBox,
  unwrapped,
} from "../../../dashboard/src/parts/map/rings.ts";

const square = (west: number, south: number, size: number) => ({
  type: "Polygon",
  coordinates: [
    [
      [west, south],
      [west + size, south],
      [west + size, south + size],
      [west, south + size],
      [west, south],
    ],
  ],
});

const framed = (geometry: unknown) => {
  const shape = shapeOf(geometry);
  const frame = shape && frameOf(shape);
  if (!shape || !frame) throw new Error("nothing to frame");
  return { shape, frame };
};

test("Polygons, multipolygons, lines, points and collections of them are drawn", () => {
  const polygon = square(0, 0, 1);
  expect(shapeOf(polygon)?.rings).toHaveLength(1);
  expect(
    shapeOf({ type: "MultiPolygon", coordinates: [polygon.coordinates, polygon.coordinates] })?.rings,
  ).toHaveLength(2);
  expect(shapeOf({ type: "Point", coordinates: [5, 6, 700] })?.points).toEqual([[5, 6]]);
  expect(
    shapeOf({
      type: "LineString",
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    })?.lines,
  ).toHaveLength(1);
  expect(
    shapeOf({ type: "GeometryCollection", geometries: [polygon, { type: "Point", coordinates: [1, 2] }] }),
  ).toMatchObject({
    points: [[1, 2]],
  });
});

test("Whatever else comes as a geometry is no shape, and throws nothing", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom("Point", "Polygon", "MultiPolygon", "GeometryCollection", "x"),
      (value, type) => {
        shapeOf(value);
        shapeOf({ type, coordinates: value, geometries: value });
        shapeOfBox(value);
      },
    ),
  );
  expect(shapeOf({ type: "Point", coordinates: [0, 91] })).toBeUndefined();
  expect(shapeOf({ type: "Point", coordinates: ["0", 1] })).toBeUndefined();
  expect(shapeOf(null)).toBeUndefined();
});

test("A ring across the antimeridian goes on past 180° instead of back across the map", () => {
  const ring: Point[] = [
    [179, 10],
    [-179, 10],
    [-179, 12],
    [179, 12],
    [179, 10],
  ];
  expect(unwrapped(ring).map(([longitude]) => longitude)).toEqual([179, 181, 181, 179, 179]);
  const { frame } = framed({ type: "Polygon", coordinates: [ring] });
  expect(frame.east - frame.west).toBeLessThan(40);
  expect((frame.west + frame.east) / 2).toBeCloseTo(180);
});

test("Two halves that were cut at the antimeridian are framed as one", () => {
  const halves = { type: "MultiPolygon", coordinates: [square(178, 0, 2).coordinates, square(-180, 0, 2).coordinates] };
  const { frame, shape } = framed(halves);
  expect(frame.east - frame.west).toBeLessThan(40);
  expect((frame.west + frame.east) / 2).toBeCloseTo(180);
  expect(turnsIn(frame, shape).length).toBeGreaterThan(1);
});

test("A box whose west is east of its east crosses the antimeridian", () => {
  expect(shapeOfBox([170, -10, -170, 10])?.rings[0]?.map(([longitude]) => longitude)).toEqual([
    170, 190, 190, 170, 170,
  ]);
  expect(shapeOfBox([0, 1, 2, 10, 11, 12])?.rings[0]?.[2]).toEqual([10, 11]);
  expect(shapeOfBox([0, 1, 2])).toBeUndefined();
});

test("A ring around a pole is closed along it", () => {
  const ring = [-180, -90, 0, 90, 180].map((longitude) => [longitude, -70]);
  const { shape, frame } = framed({ type: "Polygon", coordinates: [ring] });
  const latitudes = shape.rings[0]?.map(([, latitude]) => latitude) ?? [];
  expect(Math.min(...latitudes)).toBe(-90);
  expect(frame.east - frame.west).toBe(360);
  expect(frame.south).toBe(-90);
});

test("A polar ring in steps across the antimeridian is one too", () => {
  const ring = [0, 120, -120, 0].map((longitude) => [longitude, 80]);
  const { shape } = framed({ type: "Polygon", coordinates: [ring] });
  expect(shape.rings[0]?.some(([, latitude]) => latitude === 90)).toBe(true);
});

test("The frame holds every point of the shape, on some turn around the world", () => {
  const box = fc.tuple(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -90, max: 70, noNaN: true }),
    fc.double({ min: 0.01, max: 20, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(box, { minLength: 1, maxLength: 5 }), (boxes) => {
      const shape = merged(boxes.map(([west, south, size]) => shapeOf(square(west, south, size)) ?? NO_SHAPE));
      const frame = frameOf(shape);
      if (!frame) throw new Error("no frame");
      for (const ring of shape.rings) {
        for (const [longitude, latitude] of ring) {
          const reached = [-2, -1, 0, 1, 2].map((turn) => longitude + turn * 360);
          expect(reached.some((each) => each >= frame.west - 1e-6 && each <= frame.east + 1e-6)).toBe(true);
          expect(latitude).toBeGreaterThanOrEqual(frame.south - 1e-6);
          expect(latitude).toBeLessThanOrEqual(frame.north + 1e-6);
        }
      }
      expect(frame.south).toBeGreaterThanOrEqual(-90);
      expect(frame.north).toBeLessThanOrEqual(90 + 1e-9);
      expect(frame.east - frame.west).toBeLessThanOrEqual(360);
    }),
  );
});

test("The narrowest part of the world is framed, not the way around it", () => {
  const { frame } = framed({
    type: "MultiPoint",
    coordinates: [
      [-170, 0],
      [170, 0],
      [175, 0],
    ],
  });
  expect(frame.east - frame.west).toBeLessThan(60);
});

test("Zooming out ends at the world", () => {
  const { frame } = framed(square(10, 50, 1));
  const out = [1, 2, 3, 4, 5].reduce((each) => zoomed(each, 4), frame);
  expect([out.east - out.west, out.north - out.south]).toEqual([360, 180]);
  expect([out.south, out.north]).toEqual([-90, 90]);
});

test("The world is a picture twice as wide as it is high, with its corners in the corners", () => {
  const projection = project(WORLD, 720);
  expect(projection.height).toBe(360);
  expect(projection.place([-180, 90])).toEqual([0, 0]);
  expect(projection.place([180, -90])).toEqual([720, 360]);
  expect(
    pathOf(
      [
        [
          [-180, 90],
          [0, 0],
          [180, -90],
        ],
      ],
      projection,
      true,
    ),
  ).toBe("M0 0L360 180L720 360Z");
});

test("Nothing has no frame", () => {
  expect(frameOf(NO_SHAPE)).toBeUndefined();
  expect(turnsIn(WORLD, NO_SHAPE)).toEqual([]);
});
