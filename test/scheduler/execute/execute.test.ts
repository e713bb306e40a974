/** An execution from its checkout to its end, with real processes. */
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { executionOf, makeSetting } from "./executing.ts";
import { makeHandClock } from "./hand-clock.ts";

const clock = systemClock;

describe("an execution", () => {
  test("P8: runs in a checkout of its commit, and gives back what its function returned", async () => {
    const { run, checkedOut } = makeSetting({ clock, files: { "data/a.txt": "from the commit" } });
    const execution = executionOf(`say({"result": {"read": open("data/a.txt").read()}})`, { clock });
    const { end } = await run(execution);
    expect(end).toMatchObject({ outcome: "SUCCEEDED", result: { read: "from the commit" } });
    expect(checkedOut).toEqual([execution.version.headCommit]);
  });

  test("P10: says when it ended and how long it took since it was begun", async () => {
    const hand = makeHandClock();
    const execution = executionOf(`say({"result": None})`, { clock: hand });
    await hand.advance(1500);
    const { end } = await makeSetting({ clock: hand }).run(execution);
    expect(end).toEqual({
      ...{ outcome: "SUCCEEDED", result: null, endedAt: "2030-01-01T00:00:01.500Z", durationMs: 1500 },
      ...(end.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: end.peakMemoryBytes }),
    });
  });

  test("that fails has the error that its program tells, with the trace", async () => {
    const error = { name: "ValueError", message: "no rows", trace: "a.ipynb[3], line 2" };
    const { end } = await makeSetting({ clock }).run(
      executionOf(`say({"error": ${JSON.stringify(error)}})`, { clock }),
    );
    expect(end).toMatchObject({ outcome: "FAILED", error });
  });
});
