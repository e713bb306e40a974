import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AXES, durationAxis, labelledTicks, tickText } from "../../../dashboard/src/charts/duration-axis.ts";

const durations = fc.array(fc.double({ min: 0, max: 1e11, noNaN: true }), { minLength: 1, maxLength: 50 });
const kinds = fc.constantFrom(...AXES);

describe("the axis of a duration graph", () => {
  it("has room for every duration, and leads from each place back to its duration", () => {
    fc.assert(
      fc.property(durations, kinds, (all, kind) => {
        const axis = durationAxis(all, kind);
        for (const duration of all) {
          const place = axis.place(duration);
          expect(place).toBeGreaterThanOrEqual(0);
          expect(place).toBeLessThanOrEqual(1 + 1e-9);
          const least = kind === "log" ? Math.max(duration, axis.ticks[0] ?? 0) : duration;
          expect(Math.abs(axis.at(place) - least)).toBeLessThanOrEqual(1e-6 * Math.max(1, least));
        }
      }),
    );
  });

  it("begins and ends with a tick, and ticks rise", () => {
    fc.assert(
      fc.property(durations, kinds, (all, kind) => {
        const { ticks, place } = durationAxis(all, kind);
        expect(place(ticks[0] ?? -1)).toBeCloseTo(0);
        expect(place(ticks.at(-1) ?? -1)).toBeCloseTo(1);
        expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
        expect(new Set(ticks).size).toBe(ticks.length);
      }),
    );
  });

  it("keeps short and long apart on a logarithmic scale", () => {
    const axis = durationAxis([20, 3_600_000], "log");
    expect(axis.place(200) - axis.place(20)).toBeGreaterThan(0.1);
    expect(axis.ticks.map(tickText)).toContain("1 min");
  });

  it("begins with nothing on a linear scale", () => {
    expect(durationAxis([900, 5_000], "linear").ticks).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  it("can be drawn with nothing on it, and with a duration of nothing", () => {
    for (const kind of AXES) {
      expect(durationAxis([], kind).ticks.length).toBeGreaterThan(1);
      expect(durationAxis([0], kind).place(0)).toBe(0);
    }
  });

  it("takes very many durations", () => {
    expect(durationAxis(new Array(500_000).fill(10), "log").ticks.at(-1)).toBeGreaterThan(10);
  });

  it("labels both of its ends and no two ticks that are too near", () => {
    fc.assert(
      fc.property(durations, kinds, (all, kind) => {
        const axis = durationAxis(all, kind);
        const places = labelledTicks(axis, 0.1).map(axis.place);
        expect(places[0]).toBeCloseTo(0);
        expect(places.at(-1)).toBeCloseTo(1);
        for (const [index, place] of places.entries()) {
          if (index > 0) expect(place - (places[index - 1] ?? 0)).toBeGreaterThanOrEqual(0.1 - 1e-9);
        }
      }),
    );
  });
});

it.each([
  [0, "0"],
  [200, "200 ms"],
  [5_000, "5 s"],
  [600_000, "10 min"],
  [7_200_000, "2 h"],
  [259_200_000, "3 d"],
])("writes %d ms on the axis as %s", (ms, text) => {
  expect(tickText(ms)).toBe(text);
});

it("has room above and below what took nearly as long", () => {
  const { place } = durationAxis([600, 700, 800], "log");
  expect(place(600)).toBeGreaterThan(0.2);
  expect(place(800)).toBeLessThan(0.8);
});
