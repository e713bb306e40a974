import { expect, test } from "vitest";
import {
  fitted,
  LEAST_SCALE,
  MOST_SCALE,
  pan,
  reveal,
  zoom,
} from "../../../dashboard/src/parts/state-graph/view-box.ts";

const screen = { width: 600, height: 400 };

test("a large drawing is made small enough to be seen whole, in the middle; a small one keeps its size", () => {
  const view = fitted({ width: 2400, height: 400 }, screen);
  expect(2400 * view.scale).toBeLessThanOrEqual(600);
  const left = (0 - view.x) * view.scale;
  const right = 600 - (2400 - view.x) * view.scale;
  expect(left).toBeCloseTo(right, 5);
  expect(fitted({ width: 100, height: 100 }, screen).scale).toBe(1);
});

test("zooming keeps the point under the pointer where it is, and ends at its bounds", () => {
  const view = { x: 10, y: 20, scale: 1 };
  const at = { x: 120, y: 80 };
  const closer = zoom(view, 1.7, at);
  expect(closer.x + at.x / closer.scale).toBeCloseTo(view.x + at.x / view.scale, 9);
  expect(closer.y + at.y / closer.scale).toBeCloseTo(view.y + at.y / view.scale, 9);
  expect(zoom(view, 1_000, at).scale).toBe(MOST_SCALE);
  expect(zoom(view, 0.000_1, at).scale).toBe(LEAST_SCALE);
});

test("moving is by pixels of the screen whatever the scale", () => {
  expect(pan({ x: 0, y: 0, scale: 2 }, 10, -20)).toEqual({ x: -5, y: 10, scale: 2 });
});

test("a box that is chosen comes into view, and nothing moves when it is there already", () => {
  const view = { x: 0, y: 0, scale: 1 };
  expect(reveal(view, screen, { x: 100, y: 100, width: 50, height: 50 })).toEqual(view);
  const moved = reveal(view, screen, { x: 700, y: 900, width: 50, height: 50 });
  expect(moved.x + screen.width).toBeGreaterThanOrEqual(750);
  expect(moved.y + screen.height).toBeGreaterThanOrEqual(950);
  const back = reveal(moved, screen, { x: 0, y: 0, width: 50, height: 50 });
  expect(back.x).toBeLessThanOrEqual(0);
  expect(back.y).toBeLessThanOrEqual(0);
});
