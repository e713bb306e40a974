import { describe, expect, it } from "vitest";
import { only, run, START, start } from "./harness.ts";

async function secondsOf(wait: Readonly<Record<string, unknown>>, input = {}): Promise<number> {
  const { result, clock } = start(only({ Type: "Wait", ...wait }), { input });
  expect(await result).toEqual({ status: "SUCCEEDED", output: input });
  return (clock.now() - Date.parse(START)) / 1000;
}

describe("Wait", () => {
  it("waits for Seconds or SecondsPath", async () => {
    expect(await secondsOf({ Seconds: 90_000 })).toBe(90_000);
    expect(await secondsOf({ SecondsPath: "$.s" }, { s: 7 })).toBe(7);
    expect(await secondsOf({ Seconds: 0 })).toBe(0);
  });

  it("waits to Timestamp or TimestampPath, and not at all where it is past", async () => {
    expect(await secondsOf({ Timestamp: "2030-01-01T00:01:00Z" })).toBe(60);
    expect(await secondsOf({ TimestampPath: "$.t" }, { t: "2030-01-01T02:00:30+02:00" })).toBe(30);
    expect(await secondsOf({ Timestamp: "2029-01-01T00:00:00Z" })).toBe(0);
  });

  it("fails with States.Runtime where the path holds nothing to wait for", async () => {
    for (const [wait, input] of [
      [{ SecondsPath: "$.s" }, { s: -1 }],
      [{ SecondsPath: "$.s" }, { s: 1.5 }],
      [{ SecondsPath: "$.s" }, {}],
      [{ TimestampPath: "$.t" }, { t: "tomorrow" }],
    ] as const) {
      expect(await run(only({ Type: "Wait", ...wait }), { input })).toMatchObject({ error: "States.Runtime" });
    }
  });
});
