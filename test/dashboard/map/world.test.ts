import { expect, test } from "vitest";
import type { Point } from "../../../dashboard/src/parts/map/rings.ts";
import { worldBorders, worldLand } from "../../../dashboard/src/parts/map/world.ts";

/** How far it is from one point to the next, but for the way along a pole. */
function farthest(parts: readonly (readonly Point[])[]): number {
  const steps = parts.flatMap((part) =>
    part.map((point, at) => {
      const before = part[at - 1] ?? point;
      return Math.abs(before[1]) === 90 && Math.abs(point[1]) === 90 ? 0 : Math.abs(point[0] - before[0]);
    }),
  );
  return Math.max(...steps);
}

test("No coast and no border goes back across the map where it crosses the antimeridian", () => {
  expect(worldLand().rings.length).toBeGreaterThan(100);
  expect(farthest(worldLand().rings)).toBeLessThan(180);
  expect(worldBorders().lines.length).toBeGreaterThan(100);
  expect(farthest(worldBorders().lines)).toBeLessThan(180);
});

test("Antarctica reaches to its pole", () => {
  expect(worldLand().rings.some((ring) => ring.some(([, latitude]) => latitude === -90))).toBe(true);
});
