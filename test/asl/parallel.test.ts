import { describe, expect, it } from "vitest";
import { type Answer, failing, outputOf, run, START, start, task } from "./harness.ts";

const branch = (name: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  StartAt: name,
  States: { [name]: task(name, { ...fields, End: true }) },
});

function parallel(branches: readonly unknown[], fields: Readonly<Record<string, unknown>> = {}): unknown {
  const group = { Type: "Parallel", Branches: branches, ...fields };
  return {
    StartAt: "group",
    States: { group: { ...group, Next: "after" }, after: { Type: "Succeed" }, ...("Catch" in fields && CAUGHT) },
  };
}
const CAUGHT = { caught: { Type: "Pass", Parameters: { "caught.$": "$" }, End: true } };
const CATCH_ALL = { Catch: [{ ErrorEquals: ["States.ALL"], Next: "caught" }] };

const taking =
  (seconds: number, answer: Answer = ({ input }) => input): Answer =>
  async (call, clock) => {
    await clock.sleep(seconds * 1000, call.signal);
    return answer(call, clock);
  };

describe("Parallel", () => {
  it("gives every branch the same input and returns their outputs in order, whoever ends first", async () => {
    const tasks = { a: taking(3, () => "A"), b: taking(1, ({ input }) => input) };
    const { result, clock } = start(parallel([branch("a"), branch("b")], { Parameters: { "n.$": "$.n" } }), {
      input: { n: 1 },
      tasks,
    });
    expect(await result).toEqual({ status: "SUCCEEDED", output: ["A", { n: 1 }] });
    expect(clock.now() - Date.parse(START)).toBe(3000);
  });

  it("shapes the array of outputs like any result", async () => {
    const fields = { ResultSelector: { "second.$": "$[1]" }, ResultPath: "$.group", OutputPath: "$.group.second" };
    expect(await outputOf(parallel([branch("a"), branch("b")], fields), { tasks: { b: () => "B" } })).toBe("B");
  });

  it("fails as its first branch fails, aborts the others and journals what it aborted", async () => {
    const tasks = { a: taking(1, failing(1, "Broken")), b: taking(9), c: taking(0) };
    const definition = parallel([branch("a"), branch("b"), branch("c")]);
    const { result, calls, clock, history } = start(definition, { tasks });
    expect(await result).toEqual({ status: "FAILED", error: "Broken", cause: "Broken happened" });
    expect(clock.now() - Date.parse(START)).toBe(1000);
    expect(calls.find(({ resource }) => resource === "b")?.signal.aborted).toBe(true);
    const ends = history.filter(({ type }) => /Failed|Aborted/.test(type)).map(({ type, path }) => [type, path]);
    expect(ends).toEqual([
      ["TaskFailed", "/group#1/0/a#1"],
      ["TaskStateAborted", "/group#1/1/b#1"],
      ["ParallelStateFailed", "/group#1"],
    ]);
  });

  it("retries all branches together, each at a new place", async () => {
    const Retry = [{ ErrorEquals: ["Broken"], IntervalSeconds: 10 }];
    const tasks = { a: failing(1, "Broken") };
    const { result, calls } = start(parallel([branch("a"), branch("b")], { Retry }), { input: { n: 1 }, tasks });
    expect(await result).toEqual({ status: "SUCCEEDED", output: [{ n: 1 }, { n: 1 }] });
    expect(calls.map(({ path }) => path).sort()).toEqual([
      "/group#1/0/a#1",
      "/group#1/1/b#1",
      "/group#1~2/0/a#1",
      "/group#1~2/1/b#1",
    ]);
    expect(new Set(calls.map(({ token }) => token)).size).toBe(4);
  });

  it("is caught by the branch's own error name, by States.BranchFailed and by States.ALL", async () => {
    const tasks = { a: failing(9, "Broken") };
    for (const name of ["Broken", "States.BranchFailed", "States.ALL", "States.TaskFailed"]) {
      const fields = { Catch: [{ ErrorEquals: [name], Next: "caught" }] };
      const output = await outputOf(parallel([branch("a")], fields), { tasks });
      expect(output).toEqual({ caught: { Error: "Broken", Cause: "Broken happened" } });
    }
  });

  it("catches what a Fail state in a branch says", async () => {
    const stop = { StartAt: "stop", States: { stop: { Type: "Fail", Error: "Stop", Cause: "enough" } } };
    expect(await outputOf(parallel([stop], CATCH_ALL))).toEqual({ caught: { Error: "Stop", Cause: "enough" } });
  });

  it("lets States.Runtime of a branch fail the execution", async () => {
    const definition = parallel([branch("a", { InputPath: "$.no" })], CATCH_ALL);
    expect(await run(definition)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("waits for the retries of a branch before it counts as failed", async () => {
    const Retry = [{ ErrorEquals: ["States.ALL"], MaxAttempts: 2 }];
    const definition = parallel([branch("a", { Retry })]);
    expect(await run(definition, { tasks: { a: failing(2) } })).toMatchObject({ status: "SUCCEEDED" });
  });

  it("aborts nested branches with the outer ones", async () => {
    const inner = {
      StartAt: "inner",
      States: { inner: { Type: "Parallel", Branches: [branch("deep"), waiting("sleep")], End: true } },
    };
    const tasks = { a: taking(1, failing(1)), deep: taking(9) };
    const { result, history } = start(parallel([branch("a"), inner]), { tasks });
    await result;
    const aborted = history.filter(({ type }) => type.endsWith("Aborted")).map(({ type, path }) => `${type} ${path}`);
    expect(aborted.sort()).toEqual([
      "ParallelStateAborted /group#1/1/inner#1",
      "TaskStateAborted /group#1/1/inner#1/0/deep#1",
      "WaitStateAborted /group#1/1/inner#1/1/sleep#1",
    ]);
  });
});

function waiting(name: string) {
  return { StartAt: name, States: { [name]: { Type: "Wait", Seconds: 100, End: true } } };
}
