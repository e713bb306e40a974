/** One execution, however it ends. */
import { expect, test } from "vitest";
import type { Controls } from "../../src/loop/controls.ts";
import type { Execute } from "../../src/loop/execute.ts";
import { runTurn } from "../../src/scheduler/run-turn.ts";
import type { Look } from "../../src/scheduler/watch.ts";
import { endOf, executionOf } from "../contracts/loop-world.ts";
import { NO_CONTROLS, requestOf, task } from "../loop/turns/turn-world.ts";

const execution = executionOf(task("debr/a"), { startedAt: "2030-01-01T00:00:00.000Z" });
const clock = { now: () => Date.parse("2030-01-01T00:00:03.000Z") };

function run(execute: Execute, signals: readonly AbortSignal[] = []) {
  const listeners = new Set<(look: Look) => void>();
  const watch = {
    listen(listener: (look: Look) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const look = (cancels: Controls["cancels"]) => {
    for (const listener of listeners) listener({ registration: undefined, controls: { ...NO_CONTROLS, cancels } });
  };
  return { ended: runTurn({ execute, watch, clock }, execution, signals), look, listeners };
}

/** Ends as soon as it is told to, with whatever error. */
const untilTold: Execute = (_execution, { signal, cancelled }) =>
  new Promise((resolve) => {
    const end = (name: string) => () => resolve(endOf("CANCELLED", { error: { name, message: "told" } }));
    signal.addEventListener("abort", end("Killed"));
    cancelled.addEventListener("abort", end("Cancelled"));
  });

test("how it ended is told as it is", async () => {
  const end = endOf("TIMED_OUT", { result: 3 });
  const { ended, listeners } = run(async () => end);
  expect(await ended).toEqual(end);
  expect(listeners.size).toBe(0);
});

test("P7: what throws is an execution that failed", async () => {
  const { ended, listeners } = run(() => Promise.reject(new RangeError("too much")));
  expect(await ended).toEqual({
    outcome: "FAILED",
    endedAt: "2030-01-01T00:00:03.000Z",
    durationMs: 3000,
    error: { name: "RangeError", message: "too much" },
  });
  expect(listeners.size).toBe(0);
});

test("a cancel of this execution, and of no other, reaches it with the request", async () => {
  const reasons: unknown[] = [];
  const { ended, look } = run((one, control) => {
    control.cancelled.addEventListener("abort", () => reasons.push(control.cancelled.reason));
    return untilTold(one, control);
  });
  look({ other: requestOf() });
  expect(reasons).toEqual([]);
  const request = requestOf({ note: "wrong data" });
  look({ [execution.id]: request });
  expect((await ended).error?.name).toBe("Cancelled");
  expect(reasons).toEqual([request]);
});

test("one that is stopped says so, by whichever signal and whatever it said itself", async () => {
  const [stop, lost] = [new AbortController(), new AbortController()];
  const { ended } = run(untilTold, [stop.signal, lost.signal]);
  lost.abort(new Error("lost"));
  expect(await ended).toMatchObject({ outcome: "CANCELLED", error: { name: "Stopped" } });
});

test("one that throws because it is stopped was stopped", async () => {
  const stop = new AbortController();
  const execute: Execute = (_execution, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { ended } = run(execute, [stop.signal]);
  stop.abort();
  expect(await ended).toMatchObject({ outcome: "CANCELLED", error: { name: "Stopped" } });
});

test("one that ended by itself although it was stopped keeps its end", async () => {
  const stop = new AbortController();
  const { ended } = run(async () => endOf("SUCCEEDED"), [stop.signal]);
  stop.abort();
  expect((await ended).outcome).toBe("SUCCEEDED");
});

test("one that is stopped before it began is never begun", async () => {
  let begun = 0;
  const { ended } = run(async () => {
    begun += 1;
    return endOf("SUCCEEDED");
  }, [AbortSignal.abort()]);
  expect(await ended).toMatchObject({ outcome: "CANCELLED", error: { name: "Stopped" } });
  expect(begun).toBe(0);
});
