import { describe, expect, it } from "vitest";
import { only, run } from "./harness.ts";

const input = { error: { Error: "Broken", Cause: '{"n":1}' }, n: 5 };

describe("Fail", () => {
  it("ends the execution with its Error and Cause, or with none", async () => {
    expect(await run(only({ Type: "Fail", Error: "E", Cause: "why" }))).toEqual({
      status: "FAILED",
      error: "E",
      cause: "why",
    });
    expect(await run(only({ Type: "Fail" }))).toEqual({ status: "FAILED", error: "", cause: "" });
  });

  it("reads ErrorPath and CausePath from its input", async () => {
    const state = { Type: "Fail", ErrorPath: "$.error.Error", CausePath: "$.error.Cause" };
    expect(await run(only(state), { input })).toEqual({ status: "FAILED", error: "Broken", cause: '{"n":1}' });
  });

  it("computes them with intrinsic functions", async () => {
    const state = {
      Type: "Fail",
      Error: "E",
      CausePath: "States.Format('{} of {}', $.n, States.JsonToString($.error))",
    };
    expect(await run(only(state), { input })).toMatchObject({ cause: `5 of ${JSON.stringify(input.error)}` });
  });

  it("fails with States.Runtime where the path leads to no text", async () => {
    for (const ErrorPath of ["$.n", "$.absent"]) {
      expect(await run(only({ Type: "Fail", ErrorPath }), { input })).toMatchObject({ error: "States.Runtime" });
    }
  });
});
