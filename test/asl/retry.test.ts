import { describe, expect, it } from "vitest";
import { TaskError } from "../../src/asl/errors.ts";
import type { HistoryEvent } from "../../src/executions/executions.ts";
import { failing, only, outputOf, run, START, start, task } from "./harness.ts";

/** Seconds after the start at which the attempts were scheduled. */
function attemptTimes(history: readonly HistoryEvent[]): number[] {
  return history
    .filter(({ type }) => type === "TaskScheduled")
    .map(({ at }) => (Date.parse(at) - Date.parse(START)) / 1000);
}

async function timesOf(retrier: Readonly<Record<string, unknown>>, failures: number): Promise<number[]> {
  const Retry = [{ ErrorEquals: ["States.ALL"], ...retrier }];
  const { result, history } = start(only(task("t", { Retry })), { tasks: { t: failing(failures) } });
  await result;
  return attemptTimes(history);
}

function catching(...catchers: readonly Readonly<Record<string, unknown>>[]) {
  return (fields: Readonly<Record<string, unknown>> = {}) => ({
    StartAt: "t",
    States: {
      t: task("t", { ...fields, Catch: catchers.map((catcher) => ({ Next: "caught", ...catcher })), End: true }),
      caught: { Type: "Succeed" },
    },
  });
}

describe("Retry", () => {
  it("tries three times more by default, after 1, 2 and 4 seconds", async () => {
    expect(await timesOf({}, 9)).toEqual([0, 1, 3, 7]);
  });

  it("grows the delay by BackoffRate up to MaxDelaySeconds", async () => {
    const retrier = { IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 10 };
    expect(await timesOf(retrier, 9)).toEqual([0, 2, 8, 18, 28]);
  });

  it("never tries again with MaxAttempts 0, which shields the retriers after it", async () => {
    const Retry = [
      { ErrorEquals: ["InvalidInput"], MaxAttempts: 0 },
      { ErrorEquals: ["States.ALL"], MaxAttempts: 5 },
    ];
    const { result, calls } = start(only(task("t", { Retry })), { tasks: { t: failing(9, "InvalidInput") } });
    expect(await result).toEqual({ status: "FAILED", error: "InvalidInput", cause: "InvalidInput happened" });
    expect(calls).toHaveLength(1);
  });

  it("spreads delays with FULL jitter between nothing and the whole delay, the same way in every replay", async () => {
    const retrier = { IntervalSeconds: 100, BackoffRate: 1, MaxAttempts: 20, JitterStrategy: "FULL" };
    const times = await timesOf(retrier, 20);
    const delays = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...delays)).toBeLessThan(100);
    expect(Math.max(...delays)).toBeGreaterThan(60);
    expect(Math.min(...delays)).toBeLessThan(40);
    expect(await timesOf(retrier, 20)).toEqual(times);
  });

  it("counts for each retrier on its own", async () => {
    const Retry = [
      { ErrorEquals: ["A", "B"], MaxAttempts: 2 },
      { ErrorEquals: ["C"], IntervalSeconds: 5 },
    ];
    const errors = ["A", "B", "C", "B"];
    const t = () => {
      throw new TaskError(errors.shift() ?? "none left", "");
    };
    const { result, history } = start(only(task("t", { Retry })), { tasks: { t } });
    expect(await result).toMatchObject({ status: "FAILED", error: "B" });
    expect(attemptTimes(history)).toEqual([0, 1, 3, 8]);
  });

  it("starts counting anew when the state is entered again", async () => {
    const Retry = [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }];
    const definition = {
      StartAt: "t",
      States: {
        t: task("t", { Retry, Next: "again" }),
        again: {
          Type: "Choice",
          Choices: [{ Variable: "$.round", NumericLessThan: 3, Next: "t" }],
          Default: "done",
        },
        done: { Type: "Succeed" },
      },
    };
    let calls = 0;
    const t = () => {
      calls += 1;
      if (calls % 2 === 1) throw new TaskError("Odd", "");
      return { round: calls / 2 };
    };
    const { result, history } = start(definition, { tasks: { t } });
    expect(await result).toEqual({ status: "SUCCEEDED", output: { round: 3 } });
    expect(history.filter(({ type }) => type === "TaskScheduled").map(({ path }) => path)).toEqual([
      "/t#1",
      "/t#1",
      "/t#2",
      "/t#2",
      "/t#3",
      "/t#3",
    ]);
  });

  it("tells the task the number of retries so far in $$.State.RetryCount, and the attempt from 1 on", async () => {
    const Parameters = { "retries.$": "$$.State.RetryCount" };
    const state = task("t", { Parameters, Retry: [{ ErrorEquals: ["States.ALL"] }] });
    const { result, calls } = start(only(state), { tasks: { t: failing(2) } });
    expect(await result).toEqual({ status: "SUCCEEDED", output: { retries: 2 } });
    expect(calls.map(({ attempt, input }) => [attempt, input])).toEqual([
      [1, { retries: 0 }],
      [2, { retries: 1 }],
      [3, { retries: 2 }],
    ]);
  });

  it("gives every attempt a token of its own", async () => {
    const state = task("t", { Retry: [{ ErrorEquals: ["States.ALL"] }] });
    const { result, calls } = start(only(state), { tasks: { t: failing(2) } });
    await result;
    expect(new Set(calls.map(({ token }) => token)).size).toBe(3);
    expect(calls[0]?.token).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("Catch", () => {
  const tasks = { t: failing(Number.POSITIVE_INFINITY, "Broken") };
  const errorOutput = { Error: "Broken", Cause: "Broken happened" };

  it("hands {Error, Cause} to the next state, in place of the input or where ResultPath says", async () => {
    const input = { keep: 1 };
    const names = { ErrorEquals: ["States.ALL"] };
    expect(await outputOf(catching(names)(), { input, tasks })).toEqual(errorOutput);
    const placed = await outputOf(catching({ ...names, ResultPath: "$.error" })({ InputPath: null }), { input, tasks });
    expect(placed).toEqual({ keep: 1, error: errorOutput });
    expect(await outputOf(catching({ ...names, ResultPath: null })(), { input, tasks })).toEqual(input);
  });

  it("takes over only when the retries are used up", async () => {
    const { result, calls } = start(catching({ ErrorEquals: ["Broken"] })({ Retry: [{ ErrorEquals: ["Broken"] }] }), {
      tasks,
    });
    expect(await result).toEqual({ status: "SUCCEEDED", output: errorOutput });
    expect(calls).toHaveLength(4);
  });

  it("uses the first catcher that names the error", async () => {
    const definition = catching(
      { ErrorEquals: ["Other"], ResultPath: "$.first" },
      { ErrorEquals: ["More", "Broken"], ResultPath: "$.second" },
      { ErrorEquals: ["States.ALL"], ResultPath: "$.third" },
    )();
    expect(await outputOf(definition, { tasks })).toEqual({ second: errorOutput });
  });

  it("leaves an error that it does not name to fail the execution", async () => {
    const result = await run(catching({ ErrorEquals: ["Other"] })(), { tasks });
    expect(result).toEqual({ status: "FAILED", error: "Broken", cause: "Broken happened" });
  });

  it.each([
    ["States.TaskFailed", "Broken", true],
    ["States.TaskFailed", "States.Timeout", false],
    ["States.TaskFailed", "States.Permissions", true],
    ["States.Timeout", "States.Timeout", true],
    ["States.Timeout", "States.HeartbeatTimeout", true],
    ["States.HeartbeatTimeout", "States.HeartbeatTimeout", true],
    ["States.HeartbeatTimeout", "States.Timeout", false],
    ["States.ALL", "States.Timeout", true],
    ["States.ALL", "States.Runtime", false],
    ["States.Runtime", "States.Runtime", false],
    ["States.TaskFailed", "States.Runtime", false],
    ["States.BranchFailed", "Broken", false],
    ["broken", "Broken", false],
  ])("%s against %s: %j", async (name, error, isCaught) => {
    const definition = catching({ ErrorEquals: [name] })();
    const result = await run(definition, { tasks: { t: failing(1, error) } });
    expect(result.status).toBe(isCaught ? "SUCCEEDED" : "FAILED");
  });

  it("cuts the error at 256 and the cause at 32,768 characters", async () => {
    const t = () => {
      throw new TaskError("E".repeat(300), "c".repeat(40_000));
    };
    const result = await run(only(task("t")), { tasks: { t } });
    expect(result).toEqual({ status: "FAILED", error: "E".repeat(256), cause: "c".repeat(32_768) });
  });
});
