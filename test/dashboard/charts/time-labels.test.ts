import { describe, expect, it } from "vitest";
import { timeLabels, timeRange } from "../../../dashboard/src/charts/time-labels.ts";

const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);

describe("the labels of a time axis", () => {
  it("say the day once, where it begins to be another", () => {
    const ticks = [at("2030-01-30T22:00:00Z"), at("2030-01-30T23:00:00Z"), at("2030-01-31T00:00:00Z")];
    expect(timeLabels(ticks, HOUR, "utc")).toEqual(["22:00\n30 Jan", "23:00", "00:00\n31 Jan"]);
  });

  it("are days alone where ticks are days apart", () => {
    expect(timeLabels([at("2030-01-31T00:00:00Z"), at("2030-02-01T00:00:00Z")], 24 * HOUR, "utc")).toEqual([
      "31 Jan",
      "1 Feb",
    ]);
  });

  it("have seconds and their parts where those differ", () => {
    const tick = at("2030-01-31T12:00:01.250Z");
    expect(timeLabels([tick], 5_000, "utc")).toEqual(["12:00:01\n31 Jan"]);
    expect(timeLabels([tick], 250, "utc")).toEqual(["12:00:01.250\n31 Jan"]);
  });
});

describe("the range of a time axis", () => {
  it("has room on both sides of all times", () => {
    const [from, to] = timeRange([5_000, 1_000, 100_000]);
    expect(from).toBeLessThan(1_000);
    expect(to).toBeGreaterThan(100_000);
  });

  it("is not empty around one moment, nor without any", () => {
    const [from, to] = timeRange([1_000]);
    expect(to - from).toBeGreaterThan(0);
    expect(timeRange([])[1]).toBeGreaterThan(0);
  });
});
