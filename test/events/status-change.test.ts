import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorOfExecution, parseStatusChange } from "../../src/events/status-change.ts";

const detail = {
  executionArn: "arn:aws:states:eu-west-1:123456789012:execution:cirrus-prod-cog:a4201f97-6557-5f4e-ae88-6542ef800708",
  stateMachineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:cirrus-prod-cog",
  name: "a4201f97-6557-5f4e-ae88-6542ef800708",
  status: "SUCCEEDED",
  startDate: 1_714_558_830_000,
  stopDate: 1_714_558_890_500,
  input: '{"id":"c/workflow-cog/1"}',
  inputDetails: { included: true },
  output: '{"id":"c/workflow-cog/1","features":[]}',
  outputDetails: { included: true },
  error: null,
  cause: null,
};
const event = { version: "0", source: "aws.states", "detail-type": "Step Functions Execution Status Change", detail };

describe("a status change", () => {
  const expected = {
    executionArn: detail.executionArn,
    workflow: "cog",
    name: detail.name,
    status: "SUCCEEDED",
    input: detail.input,
    output: detail.output,
    startDate: "2024-05-01T10:20:30.000Z",
    stopDate: "2024-05-01T10:21:30.500Z",
    redriveCount: 0,
  };

  test.each([
    ["as EventBridge sends it", event],
    ["as its detail alone", detail],
    ["as the text of a queue's message", JSON.stringify(event)],
  ])("is read %s", (_how, value) => {
    expect(parseStatusChange(value, "cirrus-prod-")).toEqual(expected);
  });

  test("names the whole state machine where there is no prefix, and finds it in the execution's ARN too", () => {
    expect(parseStatusChange({ ...detail, stateMachineArn: undefined })).toMatchObject({ workflow: "cirrus-prod-cog" });
  });

  test("E9: is read where EventBridge left input and output out for their size", () => {
    const cut = {
      ...detail,
      input: null,
      output: null,
      inputDetails: { included: false },
      outputDetails: { included: false },
    };
    const read = parseStatusChange(cut, "cirrus-prod-");
    expect(read).toMatchObject({ workflow: "cog", status: "SUCCEEDED" });
    expect(read).not.toHaveProperty("input");
    expect(read).not.toHaveProperty("output");
  });

  test("is read while the execution runs, and after it was redriven", () => {
    const running = parseStatusChange({ ...detail, status: "RUNNING", stopDate: null, output: null, redriveCount: 2 });
    expect(running).toMatchObject({ status: "RUNNING", redriveCount: 2 });
    expect(running).not.toHaveProperty("stopDate");
  });

  test("carries error and cause of a failure", () => {
    expect(parseStatusChange({ ...detail, status: "FAILED", error: "E", cause: "why" })).toMatchObject({
      error: "E",
      cause: "why",
    });
  });

  test("is told from one of another deployment", () => {
    expect(parseStatusChange(event, "other-")).toMatchObject({ problem: { code: "foreign-state-machine" } });
    expect(parseStatusChange(event, "cirrus-prod-cog")).toMatchObject({ problem: { code: "foreign-state-machine" } });
  });

  test.each([
    ["no text of JSON", "{", "not-json"],
    ["no object", [], "not-a-status-change"],
    ["an event without a detail", { detail: null }, "not-a-status-change"],
    ["an unknown status", { ...detail, status: "MAYBE" }, "not-a-status-change"],
    ["a time that no date holds", { ...detail, stopDate: 1e30 }, "not-a-status-change"],
  ])("is refused with a reason where it is %s", (_what, value, code) => {
    expect(parseStatusChange(value)).toMatchObject({ problem: { code, path: expect.stringMatching(/^\$/) } });
  });

  test("is read or refused, never thrown, whatever arrives", () => {
    const mutated = fc.record(
      { status: fc.jsonValue(), name: fc.jsonValue(), stopDate: fc.jsonValue(), stateMachineArn: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.json(),
          mutated.map((members) => ({ detail: { ...detail, ...members } })),
        ),
        (value) => {
          expect(() => parseStatusChange(value, "cirrus-")).not.toThrow();
        },
      ),
    );
  });
});

describe("the error of an execution", () => {
  const failed = (error?: string, cause?: string) => errorOfExecution({ status: "FAILED", error, cause });

  test("is a Lambda's own message", () => {
    const cause = JSON.stringify({ errorMessage: "no pixels in B04", errorType: "EmptyBand", trace: ["at x"] });
    expect(failed("EmptyBand", cause)).toEqual({ error: "EmptyBand", cause: "no pixels in B04", invalid: false });
    expect(failed(undefined, cause)).toMatchObject({ error: "EmptyBand" });
  });

  test("is plain text as it is", () => {
    expect(failed("E", " the sensor was off \n")).toEqual({ error: "E", cause: "the sensor was off", invalid: false });
  });

  test("of a Batch job is what the job says of its end, never unknown", () => {
    const job = {
      JobName: "mosaic",
      JobId: "j-1",
      Status: "FAILED",
      StatusReason: "Essential container in task exited",
      Attempts: [
        { StatusReason: "Host EC2 terminated", Container: { Reason: "gone" } },
        {
          StatusReason: "Essential container in task exited",
          Container: { ExitCode: 137, Reason: "OutOfMemoryError: Container killed due to memory usage" },
        },
      ],
      Container: { ExitCode: 137 },
    };
    expect(failed("States.TaskFailed", JSON.stringify(job))).toEqual({
      error: "States.TaskFailed",
      cause:
        "Batch job mosaic: Essential container in task exited; exit code 137; OutOfMemoryError: Container killed due to memory usage",
      invalid: false,
    });
  });

  test("of a job whose container never ran is its status reason", () => {
    const job = {
      JobId: "j-1",
      Status: "FAILED",
      StatusReason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
      Attempts: [],
      Container: {},
    };
    expect(failed("States.TaskFailed", JSON.stringify(job)).cause).toBe(
      "Batch job j-1: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    );
  });

  test("is found within an error that another state wrapped", () => {
    const inner = JSON.stringify({ errorMessage: "inner", errorType: "Inner" });
    expect(failed("States.TaskFailed", JSON.stringify({ Error: "Outer", Cause: inner }))).toMatchObject({
      cause: "inner",
    });
  });

  test("E8: is read out of JSON that was cut at 32 KiB", () => {
    const whole = JSON.stringify({ errorMessage: 'no "pixels"', errorType: "EmptyBand", trace: ["x".repeat(40_000)] });
    expect(failed("EmptyBand", whole.slice(0, 32_768))).toMatchObject({ cause: 'no "pixels"' });
    const job = JSON.stringify({
      StatusReason: "Essential container in task exited",
      Container: { Environment: ["x".repeat(40_000)] },
    });
    expect(failed("States.TaskFailed", job.slice(0, 32_768))).toMatchObject({
      cause: "Essential container in task exited",
    });
    expect(failed("E", '{"errorMessage": "cut in the mid')).toMatchObject({ cause: "cut in the mid" });
    expect(failed("E", '{"other": [1, 2')).toMatchObject({ cause: '{"other": [1, 2' });
  });

  test("is the JSON itself where that says nothing that is known", () => {
    expect(failed("E", '{"code":7}')).toMatchObject({ cause: '{"code":7}' });
    expect(failed("E", '{"errorMessage":""}')).toMatchObject({ cause: '{"errorMessage":""}' });
  });

  test("of a workflow that gave none says what its Fail state lacks", () => {
    expect(failed(" \n", "why")).toMatchObject({ error: "WorkflowFailed" });
    for (const cause of [undefined, "", "  "]) {
      expect(failed(undefined, cause)).toEqual({
        error: "WorkflowFailed",
        cause: expect.stringContaining("ErrorPath"),
        invalid: false,
      });
    }
  });

  test.each([
    ["InvalidInput", true],
    ["stactask.exceptions.InvalidInput", true],
    ["cirrus.lib.errors.InvalidInput", true],
    ["NotInvalidInput", false],
    ["InvalidInputError", false],
    ["States.TaskFailed", false],
  ])("%s makes a payload INVALID: %s", (error, invalid) => {
    expect(failed(error, "why")).toEqual({ error, cause: "why", invalid });
  });

  test("says that an execution timed out or was stopped", () => {
    expect(errorOfExecution({ status: "TIMED_OUT" })).toEqual({
      error: "TimedOutError",
      cause: "The execution ran longer than its workflow allows.",
      invalid: false,
    });
    expect(errorOfExecution({ status: "ABORTED" })).toMatchObject({
      error: "Aborted",
      cause: "The execution was stopped before it ended.",
    });
    expect(errorOfExecution({ status: "ABORTED", error: "Stopped", cause: "by ann" })).toMatchObject({
      error: "Stopped",
      cause: "by ann",
    });
  });

  test("stays within Step Functions' limits and is never empty, whatever is reported", () => {
    const text = fc.option(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.json(),
        fc.json().map((json) => json.slice(0, -1)),
        fc.constant("é".repeat(40_000)),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.constantFrom("FAILED", "TIMED_OUT", "ABORTED"), text, text, (status, error, cause) => {
        const read = errorOfExecution({ status, error, cause });
        expect(read.error.trim()).not.toBe("");
        expect(read.error.length).toBeLessThanOrEqual(256);
        expect(read.cause.trim()).not.toBe("");
        expect(Buffer.byteLength(read.cause)).toBeLessThanOrEqual(32_768);
      }),
    );
  });
});
