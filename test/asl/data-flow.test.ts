import { describe, expect, it } from "vitest";
import { only, outputOf, run, START, start, task } from "./harness.ts";

describe("the order in which fields shape the data", () => {
  const input = { a: { n: 1 }, keep: true };

  it("applies InputPath, Parameters, ResultSelector, ResultPath and OutputPath in this order", async () => {
    const state = task("t", {
      InputPath: "$.a",
      Parameters: { "given.$": "$.n" },
      ResultSelector: { "picked.$": "$.out.x" },
      ResultPath: "$.result",
      OutputPath: "$.result.picked",
    });
    const { result, calls } = start(only(state), { input, tasks: { t: () => ({ out: { x: 9 } }) } });
    expect(await result).toEqual({ status: "SUCCEEDED", output: 9 });
    expect(calls[0]?.input).toEqual({ given: 1 });
  });

  it("places the result into the raw input, not into what InputPath left of it", async () => {
    const state = task("t", { InputPath: "$.a", ResultPath: "$.b.c" });
    expect(await outputOf(only(state), { input })).toEqual({ ...input, b: { c: { n: 1 } } });
  });

  it("replaces the input where there is no ResultPath, and discards the result where it is null", async () => {
    const tasks = { t: () => "result" };
    expect(await outputOf(only(task("t")), { input, tasks })).toBe("result");
    expect(await outputOf(only(task("t", { ResultPath: null })), { input, tasks })).toEqual(input);
  });

  it("reads null as an empty object in InputPath and OutputPath", async () => {
    const { result, calls } = start(only(task("t", { InputPath: null, OutputPath: null })), { input });
    expect(await result).toEqual({ status: "SUCCEEDED", output: {} });
    expect(calls[0]?.input).toEqual({});
  });

  it("fails with States.Runtime, caught by nothing, when a path leads nowhere", async () => {
    for (const fields of [{ InputPath: "$.no" }, { Parameters: { "x.$": "$.no" } }, { OutputPath: "$.no" }]) {
      const Catch = [{ ErrorEquals: ["States.ALL"], Next: "caught" }];
      const definition = {
        StartAt: "t",
        States: { t: task("t", { ...fields, Catch, End: true }), caught: { Type: "Succeed" } },
      };
      const result = await run(definition, { input });
      expect(result).toMatchObject({ status: "FAILED", error: "States.Runtime" });
      expect("cause" in result && result.cause).toMatch(/state 't'.*\$\.no/);
    }
  });

  it("fails with States.ResultPathMatchFailure, which can be caught, when the result has no place", async () => {
    const Catch = [{ ErrorEquals: ["States.ResultPathMatchFailure"], Next: "caught" }];
    const t = task("t", { ResultPath: "$.keep.inner", Catch, End: true });
    const output = await outputOf({ StartAt: "t", States: { t, caught: { Type: "Succeed" } } }, { input });
    expect(output).toMatchObject({ Error: "States.ResultPathMatchFailure" });
  });

  it("hands on what Pass makes of it: Result before Parameters before the input", async () => {
    expect(await outputOf(only({ Type: "Pass" }), { input })).toEqual(input);
    expect(await outputOf(only({ Type: "Pass", Parameters: { "n.$": "$.a.n" } }), { input })).toEqual({ n: 1 });
    expect(await outputOf(only({ Type: "Pass", Result: null, ResultPath: "$.r" }), { input })).toEqual({
      ...input,
      r: null,
    });
  });

  it("never computes the fields of a Result", async () => {
    expect(await outputOf(only({ Type: "Pass", Result: { "x.$": "$.a" } }), { input })).toEqual({ "x.$": "$.a" });
  });

  it("computes templates in nested objects and arrays, and leaves other fields as they are", async () => {
    const Parameters = { list: [{ "n.$": "$.a.n" }, 2, "$.a"], deep: { "__proto__.$": "$.keep", plain: "$.a.n" } };
    const output = await outputOf(only({ Type: "Pass", Parameters }), { input });
    expect(JSON.stringify(output)).toBe('{"list":[{"n":1},2,"$.a"],"deep":{"__proto__":true,"plain":"$.a.n"}}');
  });
});

describe("the context object", () => {
  it("tells of the execution, the state machine and the state", async () => {
    const output = await outputOf(only({ Type: "Pass", Parameters: { "all.$": "$$" } }), { input: { x: 1 } });
    expect(output).toMatchObject({
      all: {
        Execution: {
          Id: "arn:aws:states:local:000000000000:execution:machine:one",
          Name: "one",
          Input: { x: 1 },
          StartTime: START,
          RedriveCount: 0,
        },
        StateMachine: { Name: "machine" },
        State: { Name: "only", EnteredTime: START, RetryCount: 0 },
      },
    });
  });

  it("can be the input by InputPath", async () => {
    expect(await outputOf(only({ Type: "Pass", InputPath: "$$.Execution.Name" }))).toBe("one");
  });
});

describe("the limit of 262,144 bytes", () => {
  // Two quotes take two bytes; é takes two.
  const fits = "é".repeat(131_071);

  it("lets exactly that much pass and fails one byte more with States.DataLimitExceeded", async () => {
    const output = await outputOf(only(task("t")), { tasks: { t: () => fits } });
    expect(output).toBe(fits);
    const result = await run(only(task("t")), { tasks: { t: () => `${fits}x` } });
    expect(result).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it("escapes States.ALL and is caught under its own name", async () => {
    const withCatch = (name: string) => ({
      StartAt: "t",
      States: {
        t: task("t", { Catch: [{ ErrorEquals: [name], Next: "caught" }], End: true }),
        caught: { Type: "Pass", Result: "caught", End: true },
      },
    });
    const tasks = { t: () => `${fits}x` };
    expect(await run(withCatch("States.ALL"), { tasks })).toMatchObject({ error: "States.DataLimitExceeded" });
    expect(await run(withCatch("States.TaskFailed"), { tasks })).toMatchObject({ error: "States.DataLimitExceeded" });
    expect(await outputOf(withCatch("States.DataLimitExceeded"), { tasks })).toBe("caught");
  });

  it("holds for what Parameters makes and for what ResultPath adds up to", async () => {
    const half = "x".repeat(140_000);
    const input = { half };
    const doubled = only({ Type: "Pass", Parameters: { "a.$": "$.half", "b.$": "$.half" } });
    const added = only({ Type: "Pass", InputPath: "$.half", ResultPath: "$.more" });
    for (const definition of [doubled, added]) {
      expect(await run(definition, { input })).toMatchObject({ error: "States.DataLimitExceeded" });
    }
  });
});
