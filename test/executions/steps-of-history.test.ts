import { describe, expect, test } from "vitest";
import type { HistoryEvent } from "../../src/executions/executions.ts";
import { stepsOf } from "../../src/executions/steps-of-history.ts";

type Line = readonly [type: string, path: string, details?: HistoryEvent["details"]];

/** One event a second from midnight on. */
function history(...lines: readonly Line[]): readonly HistoryEvent[] {
  return lines.map(([type, path, details = {}], index) => ({
    id: index + 1,
    previousId: index,
    type,
    at: at(index),
    path,
    details,
  }));
}

const at = (second: number) => `2030-01-01T00:00:${String(second).padStart(2, "0")}.000Z`;

const shown = (...lines: readonly Line[]) =>
  stepsOf(history(...lines)).map(({ path, status, tries }) => {
    const shownTries = tries.map((one) => `${one.attempt} ${one.status}`).join(", ");
    return `${path} ${status}${shownTries === "" ? "" : ` (${shownTries})`}`;
  });

const BEGIN: Line = ["ExecutionStarted", ""];
const enter = (type: string, path: string): Line => [`${type}StateEntered`, path, { name: "n" }];
const exit = (type: string, path: string): Line => [`${type}StateExited`, path, { name: "n" }];
const FAILURE = { error: "Boom", cause: "it broke" };

/** As the engine of this machine writes a try, and as Step Functions does. */
const ways = {
  "the engine here": (path: string, attempt: number, end: string, details = {}): readonly Line[] => [
    ["TaskScheduled", path, { attempt, resource: "arn:aws:lambda:local:0:function:x" }],
    ["TaskStarted", path, { attempt }],
    [`Task${end}`, path, { attempt, ...details }],
  ],
  "Step Functions for a function by its ARN": (path: string, _: number, end: string, details = {}): readonly Line[] => [
    ["LambdaFunctionScheduled", path, { resource: "arn:aws:lambda:us-west-2:1:function:x" }],
    ["LambdaFunctionStarted", path],
    [`LambdaFunction${end}`, path, details],
  ],
  "Step Functions for an integration": (path: string, _: number, end: string, details = {}): readonly Line[] => [
    ["TaskScheduled", path, { resource: "invoke", resourceType: "lambda" }],
    ["TaskStarted", path],
    [`Task${end}`, path, details],
  ],
};

describe.each(Object.entries(ways))("the tries of a task as %s tells of them", (_who, tryOf) => {
  test("succeed", () => {
    const lines = [BEGIN, enter("Task", "/a#1"), ...tryOf("/a#1", 1, "Succeeded"), exit("Task", "/a#1")];
    const [step] = stepsOf(history(...lines));
    expect(step).toMatchObject({ status: "succeeded", enteredAt: at(1), exitedAt: at(5), events: [2, 6] });
    expect(step?.tries).toEqual([
      { attempt: 1, event: 3, scheduledAt: at(2), startedAt: at(3), endedAt: at(4), status: "succeeded" },
    ]);
  });

  test("fail, wait and are made again", () => {
    const failed = [BEGIN, enter("Task", "/a#1"), ...tryOf("/a#1", 1, "Failed", FAILURE)];
    expect(shown(...failed)).toEqual(["/a#1 waiting (1 failed)"]);
    const again = tryOf("/a#1", 2, "Succeeded");
    expect(shown(...failed, ...again.slice(0, 2))).toEqual(["/a#1 running (1 failed, 2 running)"]);
    expect(shown(...failed, ...again, exit("Task", "/a#1"))).toEqual(["/a#1 succeeded (1 failed, 2 succeeded)"]);
  });

  test("fail and are caught", () => {
    const lines = [enter("Task", "/a#1"), ...tryOf("/a#1", 1, "Failed", FAILURE), exit("Task", "/a#1")];
    expect(shown(BEGIN, ...lines)).toEqual(["/a#1 caught (1 failed)"]);
    expect(stepsOf(history(...lines))[0]?.error).toEqual(FAILURE);
  });

  test("run into a time limit", () => {
    const lines = [enter("Task", "/a#1"), ...tryOf("/a#1", 1, "TimedOut", FAILURE), ["ExecutionFailed", "", FAILURE]];
    expect(shown(BEGIN, ...(lines as Line[]))).toEqual(["/a#1 failed (1 timed out)"]);
  });

  test("go on after a redrive", () => {
    const failed: readonly Line[] = [
      BEGIN,
      enter("Task", "/a#1"),
      ...tryOf("/a#1", 1, "Failed", FAILURE),
      ["ExecutionFailed", "", FAILURE],
    ];
    expect(shown(...failed)).toEqual(["/a#1 failed (1 failed)"]);
    const redriven: readonly Line[] = [...failed, ["ExecutionRedriven", ""], ...tryOf("/a#1", 2, "Succeeded")];
    expect(shown(...redriven, exit("Task", "/a#1"))).toEqual(["/a#1 succeeded (1 failed, 2 succeeded)"]);
  });
});

describe("the steps of an execution", () => {
  test("that was stopped are aborted with it", () => {
    const lines = [enter("Task", "/a#1"), ...ways["the engine here"]("/a#1", 1, "Succeeded").slice(0, 2)];
    expect(shown(BEGIN, ...lines, ["ExecutionAborted", "", FAILURE])).toEqual(["/a#1 aborted (1 aborted)"]);
    expect(shown(BEGIN, ...lines, ["ExecutionTimedOut", "", FAILURE])).toEqual(["/a#1 timed out (1 aborted)"]);
  });

  test("fail where a state has no try to blame", () => {
    const lines: readonly Line[] = [BEGIN, enter("Pass", "/a#1"), exit("Pass", "/a#1"), enter("Fail", "/b#1")];
    expect(shown(...lines, ["ExecutionFailed", "", FAILURE])).toEqual(["/a#1 succeeded", "/b#1 failed"]);
    expect(stepsOf(history(...lines, ["ExecutionFailed", "", FAILURE]))[1]?.error).toEqual(FAILURE);
  });

  test("of a Parallel fail with the branch that failed, and the others are aborted", () => {
    const failing = ways["the engine here"]("/p#1/0/a#1", 1, "Failed", FAILURE);
    const other = ways["the engine here"]("/p#1/1/b#1", 1, "Succeeded").slice(0, 2);
    const lines: readonly Line[] = [
      BEGIN,
      enter("Parallel", "/p#1"),
      ["ParallelStateStarted", "/p#1"],
      enter("Task", "/p#1/0/a#1"),
      enter("Task", "/p#1/1/b#1"),
      ...other,
      ...failing,
      ["ParallelStateFailed", "/p#1", FAILURE],
    ];
    const inside = ["/p#1/0/a#1 failed (1 failed)", "/p#1/1/b#1 aborted (1 aborted)"];
    expect(shown(...lines)).toEqual(["/p#1 waiting", ...inside]);
    expect(shown(...lines, ["ExecutionFailed", "", FAILURE])).toEqual(["/p#1 failed", ...inside]);
    expect(shown(...lines, exit("Parallel", "/p#1"))).toEqual(["/p#1 caught", ...inside]);
    // Its branches are made anew, beside those of the first time.
    const again: readonly Line[] = [
      ["ParallelStateStarted", "/p#1"],
      enter("Pass", "/p#1~2/0/a#1"),
      exit("Pass", "/p#1~2/0/a#1"),
      exit("Parallel", "/p#1"),
    ];
    expect(shown(...lines, ...again)).toEqual(["/p#1 succeeded", ...inside, "/p#1~2/0/a#1 succeeded"]);
  });

  test("that were under way when one beside them failed are not to blame", () => {
    const lines: readonly Line[] = [
      BEGIN,
      enter("Parallel", "/p#1"),
      enter("Task", "/p#1/0/a#1"),
      enter("Wait", "/p#1/1/b#1"),
      ...ways["the engine here"]("/p#1/0/a#1", 1, "Failed", FAILURE),
      ["ExecutionFailed", "", FAILURE],
    ];
    expect(shown(...lines)).toEqual(["/p#1 failed", "/p#1/0/a#1 failed (1 failed)", "/p#1/1/b#1 aborted"]);
  });

  test("that a redrive lets go on are running from then on, also where no task begins", () => {
    const stopped: readonly Line[] = [BEGIN, enter("Wait", "/a#1"), ["ExecutionAborted", "", FAILURE]];
    expect(shown(...stopped)).toEqual(["/a#1 aborted"]);
    expect(shown(...stopped, ["ExecutionRedriven", ""])).toEqual(["/a#1 running"]);
  });

  test("around a task that is redriven run again", () => {
    const task = ways["the engine here"];
    const lines: readonly Line[] = [
      BEGIN,
      enter("Map", "/m#1"),
      ["MapStateStarted", "/m#1", { length: 1 }],
      ["MapIterationStarted", "/m#1/0", { name: "m", index: 0 }],
      enter("Task", "/m#1/0/a#1"),
      ...task("/m#1/0/a#1", 1, "Failed", FAILURE),
      ["MapStateFailed", "/m#1", FAILURE],
      ["ExecutionFailed", "", FAILURE],
    ];
    expect(shown(...lines)).toEqual(["/m#1 failed", "/m#1/0/a#1 failed (1 failed)"]);
    const again: readonly Line[] = [["ExecutionRedriven", ""], ...task("/m#1/0/a#1", 2, "Succeeded")];
    expect(shown(...lines, ...again)).toEqual(["/m#1 running", "/m#1/0/a#1 running (1 failed, 2 succeeded)"]);
    expect(shown(...lines, ...again, exit("Task", "/m#1/0/a#1"), exit("Map", "/m#1"))).toEqual([
      "/m#1 succeeded",
      "/m#1/0/a#1 succeeded (1 failed, 2 succeeded)",
    ]);
  });

  test("know of a Batch job when it began to run, which is not when it was submitted", () => {
    const job = { Attempts: [{ StartedAt: Date.parse(at(30)) }], StartedAt: Date.parse(at(40)) };
    const begun: readonly Line[] = [
      enter("Task", "/a#1"),
      ["TaskScheduled", "/a#1", { resource: "submitJob.sync", resourceType: "batch" }],
      ["TaskStarted", "/a#1"],
      ["TaskSubmitted", "/a#1", { output: { JobId: "1" } }],
    ];
    const startOf = (...lines: readonly Line[]) => stepsOf(history(...lines))[0]?.tries[0]?.startedAt;
    expect(startOf(...begun)).toBeUndefined();
    expect(startOf(...begun, ["TaskSucceeded", "/a#1", { output: job }])).toBe(at(30));
    expect(startOf(...begun, ["TaskFailed", "/a#1", { error: "x", cause: JSON.stringify(job) }])).toBe(at(30));
    expect(startOf(...begun, ["TaskFailed", "/a#1", { error: "x", cause: '{"cut' }])).toBeUndefined();
    expect(stepsOf(history(...begun))[0]?.resource).toBe("arn:aws:states:::batch:submitJob.sync");
  });
});
