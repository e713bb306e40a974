/** How the ends of tasks are told from each other, in each mode in which they can be. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEFAULT_POLICY, withLimits } from "../../../src/bulk/retry-policy.ts";
import { loadWorker } from "../../../src/queue/worker/runners/load-worker.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { work } from "./work.ts";

describe.each(["process", "reuse", "in-process"] as const)("in the mode %s", (mode) => {
  test("a task that is done keeps its result", async () => {
    const { endOf, summary } = await work({ one: { do: "add", a: 1, b: 2 }, two: { do: "add", a: 3, b: 4 } }, { mode });
    expect(endOf("one")).toMatchObject({ outcome: "done", result: { sum: 3 } });
    expect(endOf("two")).toMatchObject({ outcome: "done", result: { sum: 7 } });
    expect(summary).toMatchObject({ reason: "every entry has ended", attempts: { done: 2 }, lost: 0, released: 0 });
  });

  test("an exception is kept with its name, message and trace", async () => {
    const { endOf } = await work({ error: { do: "throw" }, text: { do: "throw-text" } }, { mode });
    expect(endOf("error")).toMatchObject({
      outcome: "exception",
      error: { name: "RangeError", message: "no such band", trace: expect.stringContaining("troublemaker.ts") },
    });
    expect(endOf("text")).toMatchObject({ outcome: "exception", error: { name: "Error", message: "just a text" } });
  });

  test("what says nothing of how it ended is refused with what to return", async () => {
    const { endOf } = await work({ true: { do: "true" }, pair: { do: "pair" }, nothing: { do: "nothing" } }, { mode });
    const advice = "which does not say how it ended. Return done(result), retry(reason) or failed(reason).";
    const messages = ["true", "pair", "nothing"].map((id) => endOf(id).error?.message);
    expect(messages).toEqual([
      `The task returned true, ${advice}`,
      `The task returned a list of 2 members, ${advice}`,
      `The task returned nothing, ${advice}`,
    ]);
    expect(endOf("true")).toMatchObject({ outcome: "exception", error: { name: "InvalidOutcome" } });
  });

  test("a result that JSON cannot hold is an exception that names the place", async () => {
    const { endOf } = await work({ one: { do: "not-json" } }, { mode });
    const message = "The result cannot be stored as JSON: $.list[1].when is a Map.";
    expect(endOf("one")).toMatchObject({ outcome: "exception", error: { message } });
  });

  test("a task that asks for it is tried again, as often as the policy says", async () => {
    const policy = { ...DEFAULT_POLICY, requested: { limit: 5, delaySeconds: 0.01, factor: 1 } };
    const { endOf, queue } = await work({ one: { do: "retry" } }, { mode, policy, idle: "wait-for-retries" });
    expect(queue.ends.map(({ attempt, end }) => [attempt, end.outcome, end.result])).toEqual([
      [1, "requested", { attempt: 1 }],
      [2, "requested", { attempt: 2 }],
      [3, "done", { attempt: 3 }],
    ]);
    expect(endOf("one")).toMatchObject({ outcome: "done" });
  });

  test("a task that failed for good keeps its reason and result", async () => {
    const { endOf, queue } = await work({ one: { do: "failed" } }, { mode });
    expect(endOf("one")).toMatchObject({
      outcome: "failed",
      result: { tried: 2 },
      error: { name: "Failed", message: "no such place" },
    });
    expect(queue.stateOf("one")).toBe("FAILED");
  });

  test("a task that awaits for too long is a timeout", async () => {
    const { endOf } = await work({ one: { do: "hang" } }, { mode, limits: { maxRuntimeSeconds: 0.3 } });
    expect(endOf("one")).toMatchObject({
      outcome: "timeout",
      error: { name: "Timeout", message: "It ran longer than 0.3 s" },
    });
  });

  test("a task knows where it runs", async () => {
    const { endOf } = await work({ one: { do: "facts" } }, { mode });
    const limits = { maxRuntimeSeconds: 30, cpus: 1, graceSeconds: 1 };
    expect(endOf("one").result).toEqual({ run: "test", attempt: 1, host: "here", slots: 2, limits });
  });
});

describe.each(["process", "reuse"] as const)("in processes of their own (%s)", (mode) => {
  test("a process that ends without an outcome is an exit, whatever its status", async () => {
    const { endOf } = await work(
      {
        three: { do: "exit", code: 3 },
        zero: { do: "exit", code: 0 },
        killed: { do: "abort" },
        never: { do: "never" },
      },
      { mode },
    );
    const message = "It ended with exit status 3 and without an outcome";
    expect(endOf("three")).toMatchObject({ outcome: "exit", exitCode: 3, error: { name: "Exit", message } });
    expect(endOf("zero")).toMatchObject({ outcome: "exit", exitCode: 0 });
    expect(endOf("killed")).toMatchObject({ outcome: "exit", signal: "SIGSEGV" });
    expect(endOf("never")).toMatchObject({ outcome: "exit" });
  });

  test("an exception that nobody awaited ends the task", async () => {
    const { endOf } = await work({ one: { do: "throw-later" } }, { mode });
    expect(endOf("one")).toMatchObject({ outcome: "exception", error: { name: "TypeError" } });
  });

  test("a task that writes where only the worker's program may harms nobody but itself", async () => {
    const { endOf } = await work({ one: { do: "scribble" }, two: { do: "add", a: 1, b: 2 } }, { mode, slots: 1 });
    expect(endOf("one")).toMatchObject({ outcome: "exception", error: { name: "InvalidOutcome" } });
    expect(endOf("two")).toMatchObject({ outcome: "done", result: { sum: 3 } });
  });

  test("a computation without end is a timeout", async () => {
    const { endOf } = await work({ one: { do: "spin" } }, { mode, limits: { maxRuntimeSeconds: 0.3 } });
    expect(endOf("one")).toMatchObject({ outcome: "timeout", signal: "SIGTERM" });
  });

  test("a task has its time of grace to finish in, and is killed after it", async () => {
    const before = performance.now();
    await work({ one: { do: "add", a: 1, b: 2 }, two: { do: "add", a: 3, b: 4 } }, { mode });
    // By then both listen, however long it takes to start them here.
    const limits = { maxRuntimeSeconds: Math.max(1, (3 * (performance.now() - before)) / 1000), graceSeconds: 2 };
    const { endOf } = await work({ deaf: { do: "hang-deaf" }, quick: { do: "finish-on-term" } }, { mode, limits });
    expect(endOf("deaf")).toMatchObject({ outcome: "timeout", signal: "SIGKILL" });
    expect(endOf("quick")).toMatchObject({ outcome: "done", result: "in time" });
  });

  test("a task with more resident memory than it may have is ended, its children counted", async () => {
    const { endOf } = await work(
      { own: { do: "memory", megabytes: 400 }, children: { do: "children-memory", megabytes: 400 } },
      { mode, limits: { maxMemoryBytes: 200e6 } },
    );
    const error = { name: "OutOfMemory", message: expect.stringMatching(/used \d+ MB of resident memory; 200 MB/) };
    expect(endOf("own")).toMatchObject({ outcome: "memory", error });
    expect(endOf("children")).toMatchObject({ outcome: "memory", error });
    expect(endOf("own").peakMemoryBytes).toBeGreaterThan(200e6);
  });

  test("a heap that V8 gives up on is a lack of memory", async () => {
    const { endOf } = await work({ one: { do: "heap" } }, { mode, limits: { maxMemoryBytes: 60e6 } });
    expect(endOf("one")).toMatchObject({ outcome: "memory", error: { name: "OutOfMemory" } });
  });

  test("causes are retried as the policy says, each by itself", async () => {
    const policy = withLimits(DEFAULT_POLICY, { exit: 1 });
    const rules = { ...policy, exit: { ...policy.exit, delaySeconds: 0 } };
    const { queue } = await work(
      { exits: { do: "exit", code: 1 }, throws: { do: "throw" } },
      { mode, policy: rules, idle: "wait-for-retries" },
    );
    expect([queue.attemptsOf("exits"), queue.attemptsOf("throws")]).toEqual([2, 1]);
    expect([queue.stateOf("exits"), queue.stateOf("throws")]).toEqual(["FAILED", "FAILED"]);
  });
});

test.each([
  ["process.exit(0);", 60, "it calls process.exit(0) while it is loaded"],
  ["await new Promise(() => {});", 0.5, "it is not loaded after 0.5 s"],
])("a module that does not load is told before anything runs: %s", async (text, seconds, message) => {
  const file = join(temporaryFolder(), "worker.ts");
  writeFileSync(file, text);
  await expect(loadWorker({ kind: "module", file, exportName: "handler" }, seconds)).rejects.toThrow(message);
});
