import { expect, test } from "vitest";
import { placeText } from "../../../dashboard/src/parts/map/place-text.ts";
import { NO_SHAPE, shapeOf, shapeOfBox } from "../../../dashboard/src/parts/map/rings.ts";

const box = (...bounds: number[]) => ({ shape: shapeOfBox(bounds) ?? NO_SHAPE });

test("A footprint is told by its bounds, with the hemispheres", () => {
  expect(placeText([box(-63.6, -24.3, -61.2, -22.1)])).toBe("24.3° S to 22.1° S, 63.6° W to 61.2° W");
});

test("One that crosses the antimeridian is told from east to west", () => {
  expect(placeText([box(175, -10, -175, 10)])).toBe("10.0° S to 10.0° N, 175.0° E to 175.0° W");
});

test("A point is one place, several footprints are counted, and none is said", () => {
  expect(placeText([{ shape: shapeOf({ type: "Point", coordinates: [13.4, 52.5] }) ?? NO_SHAPE }])).toBe(
    "52.5° N, 13.4° E",
  );
  expect(placeText([box(0, 0, 1, 1), box(2, 2, 3, 3)])).toBe("2 footprints, 0.0° N to 3.0° N, 0.0° E to 3.0° E");
  expect(placeText([{ shape: NO_SHAPE }])).toBe("No footprint that can be drawn.");
  expect(placeText([box(-180, -60, 180, 60)])).toBe("60.0° S to 60.0° N, around the world");
});
