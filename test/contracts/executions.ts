/** What all Executions must do. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExecutionDescription, Executions } from "../../src/executions/executions.ts";
import type { JsonObject } from "../../src/json.ts";

export interface ExecutionsUnderTest {
  readonly executions: Executions;
  /** Bodies of the status changes sent so far: EventBridge's events as JSON. */
  statusChanges(): Promise<readonly string[]>;
  close(): Promise<void> | void;
}

/** The state machines that must be there, by workflow. Their tasks name the resource `arn:test:<what it does>`. */
export const MACHINES: Readonly<Record<string, JsonObject>> = {
  echo: { StartAt: "echo", States: { echo: { Type: "Task", Resource: "arn:test:echo", End: true } } },
  hang: { StartAt: "hang", States: { hang: { Type: "Task", Resource: "arn:test:hang", End: true } } },
  broken: {
    StartAt: "first",
    States: { first: { Type: "Pass", Next: "second" }, second: { Type: "Fail", Error: "Broken", Cause: "on purpose" } },
  },
  /** `flaky` fails the first time it is called in a process, and returns its input afterwards. */
  twice: {
    StartAt: "first",
    States: {
      first: { Type: "Pass", Result: { made: "by first" }, Next: "flaky" },
      flaky: { Type: "Task", Resource: "arn:test:flaky", End: true },
    },
  },
  late: {
    StartAt: "wait",
    TimeoutSeconds: 60,
    States: { wait: { Type: "Wait", Seconds: 3600, End: true } },
  },
};

export function describeExecutions(
  name: string,
  make: () => Promise<ExecutionsUnderTest> | ExecutionsUnderTest,
  /** Titles of tests that an emulator of the service cannot pass. */
  lacking: readonly string[] = [],
): void {
  const check = (title: string, run: () => Promise<void>): void => test.skipIf(lacking.includes(title))(title, run);

  let under: ExecutionsUnderTest;
  let executions: Executions;
  beforeEach(async () => {
    under = await make();
    executions = under.executions;
  });
  afterEach(() => under.close());

  const input = '{"b": 1, "a": [2]}';
  const details = async (status: string) =>
    (await under.statusChanges())
      .map((body) => JSON.parse(body).detail)
      .filter((detail: JsonObject) => detail.status === status);

  describe(`${name} as Executions`, () => {
    check("an execution runs to its end and can be described, with its input byte for byte", async () => {
      const key = { workflow: "echo", name: "run-1" };
      const started = await executions.start({ ...key, input });
      expect(started).toMatchObject({ outcome: "started", arn: expect.stringMatching(/:execution:.*echo:run-1$/) });
      const ended = await untilClosed(executions, key);
      expect(ended).toMatchObject({ ...key, status: "SUCCEEDED", input, redriveCount: 0 });
      expect(JSON.parse(ended.output ?? "")).toEqual({ a: [2], b: 1 });
      expect(Date.parse(ended.stoppedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(ended.startedAt));
    });

    check("both changes of status are sent, as EventBridge writes them", async () => {
      const key = { workflow: "echo", name: "run-1" };
      await executions.start({ ...key, input });
      const ended = await untilClosed(executions, key);
      const [running] = await details("RUNNING");
      expect(running).toMatchObject({ executionArn: ended.arn, name: "run-1", input, output: null, stopDate: null });
      const [succeeded] = await details("SUCCEEDED");
      expect(succeeded).toMatchObject({
        executionArn: ended.arn,
        stateMachineArn: expect.stringMatching(/:stateMachine:.*echo$/),
        startDate: Date.parse(ended.startedAt),
        stopDate: Date.parse(ended.stoppedAt ?? ""),
        input,
        output: ended.output,
        inputDetails: { included: true },
        outputDetails: { included: true },
      });
      const [body = ""] = await under.statusChanges();
      expect(JSON.parse(body)).toMatchObject({
        "detail-type": "Step Functions Execution Status Change",
        source: "aws.states",
        resources: [ended.arn],
      });
    });

    check("the status change leaves out what is too large together, and then what is too large alone", async () => {
      const half = JSON.stringify("x".repeat(130_000));
      await executions.start({ workflow: "echo", name: "half", input: half });
      await untilClosed(executions, { workflow: "echo", name: "half" });
      expect((await details("SUCCEEDED"))[0]).toMatchObject({
        input: null,
        output: half,
        inputDetails: { included: false },
        outputDetails: { included: true },
      });
      // Escaped once more inside the event, every quote takes two bytes.
      const quotes = JSON.stringify('"'.repeat(70_000));
      await executions.start({ workflow: "echo", name: "quotes", input: quotes });
      await untilClosed(executions, { workflow: "echo", name: "quotes" });
      const change = (await details("SUCCEEDED")).find((detail) => detail.name === "quotes");
      expect(change).toMatchObject({ input: null, output: null, outputDetails: { included: false } });
    });

    check("an execution that fails says why", async () => {
      await executions.start({ workflow: "broken", name: "run-1", input: "{}" });
      const ended = await untilClosed(executions, { workflow: "broken", name: "run-1" });
      expect(ended).toMatchObject({ status: "FAILED", error: "Broken", cause: "on purpose" });
      expect(ended.output).toBeUndefined();
      expect(await details("FAILED")).toMatchObject([
        { error: "Broken", cause: "on purpose", output: null, outputDetails: null },
      ]);
    });

    check("an execution that takes too long is timed out", async () => {
      await executions.start({ workflow: "late", name: "run-1", input: "{}" });
      expect((await untilClosed(executions, { workflow: "late", name: "run-1" })).status).toBe("TIMED_OUT");
      expect(await details("TIMED_OUT")).toHaveLength(1);
    });

    check("the same name with the same input is started once while it runs", async () => {
      const request = { workflow: "hang", name: "run-1", input };
      const outcomes = await Promise.all([executions.start(request), executions.start(request)]);
      const again = await executions.start(request);
      expect(outcomes[0]).toMatchObject({ outcome: "started" });
      expect([...outcomes, again]).toEqual([again, again, again]);
      expect(await details("RUNNING")).toHaveLength(1);
    });

    check("a name that runs with another input, or that is closed, exists", async () => {
      const request = { workflow: "hang", name: "run-1", input: '{"a":1}' };
      const { arn } = await started(executions.start(request));
      expect(await executions.start({ ...request, input: '{"a": 1}' })).toEqual({ outcome: "exists", arn });
      await executions.stop(request, { error: "Stopped", cause: "by the test" });
      expect(await executions.start(request)).toEqual({ outcome: "exists", arn });
    });

    check("what can never start is refused, each for its reason", async () => {
      expect(await executions.start({ workflow: "none", name: "n", input })).toMatchObject({
        outcome: "no-such-workflow",
        message: expect.stringContaining("none"),
      });
      const start = (request: { name?: string; input?: string }) =>
        executions.start({ workflow: "echo", name: "n", input, ...request });
      for (const name of ["", "a b", "a/b", "ä", "x".repeat(81)]) {
        expect(await start({ name })).toMatchObject({ outcome: "refused", error: "InvalidName" });
      }
      expect(await start({ input: "{" })).toMatchObject({ outcome: "refused", error: "InvalidExecutionInput" });
      const large = JSON.stringify("ü".repeat(131_072));
      expect(await start({ input: large })).toMatchObject({ outcome: "refused", error: "InvalidExecutionInput" });
      expect(await executions.describe({ workflow: "echo", name: "n" })).toBeUndefined();
      expect(await under.statusChanges()).toEqual([]);
    });

    check("an execution that is stopped is aborted once, with the reason given", async () => {
      const key = { workflow: "hang", name: "run-1" };
      await executions.start({ ...key, input });
      await executions.stop(key, { error: "Stopped", cause: "by hand" });
      const ended = await untilClosed(executions, key);
      expect(ended).toMatchObject({ status: "ABORTED", error: "Stopped", cause: "by hand" });
      await executions.stop(key, { error: "Again", cause: "too late" });
      expect(await executions.describe(key)).toEqual(ended);
      expect(await details("ABORTED")).toHaveLength(1);
      await executions.stop({ workflow: "hang", name: "none" }, { error: "E", cause: "c" });
    });

    check(
      "an execution that failed is redriven where it failed: under its name, with what led there kept",
      async () => {
        const key = { workflow: "twice", name: "run-1" };
        await executions.start({ ...key, input });
        const failed = await untilClosed(executions, key);
        expect(failed).toMatchObject({ status: "FAILED", error: "Flaky", redriveCount: 0 });
        expect(await executions.redrive(key)).toEqual({ outcome: "redriven" });
        const ended = await untilClosed(executions, key);
        const { arn, startedAt } = failed;
        expect(ended).toMatchObject({ arn, startedAt, status: "SUCCEEDED", input, redriveCount: 1 });
        expect(JSON.parse(ended.output ?? "")).toEqual({ made: "by first" });
        expect(ended.error).toBeUndefined();
        const types = (await executions.history(key)).map(({ type }) => type);
        expect(types.filter((type) => type === "PassStateEntered")).toHaveLength(1);
        expect(types.indexOf("ExecutionRedriven")).toBeGreaterThan(types.indexOf("ExecutionFailed"));
        expect(types.at(-1)).toBe("ExecutionSucceeded");
        const running = (await details("RUNNING")).map((detail) => detail.redriveCount);
        expect(running).toEqual([0, 1]);
        expect(await details("SUCCEEDED")).toMatchObject([{ redriveCount: 1, executionArn: arn }]);
      },
    );

    check("only what ended without success is redriven; an execution that was stopped is", async () => {
      expect(await executions.redrive({ workflow: "echo", name: "none" })).toMatchObject({ outcome: "refused" });
      const done = { workflow: "echo", name: "run-1" };
      await executions.start({ ...done, input });
      await untilClosed(executions, done);
      expect(await executions.redrive(done)).toMatchObject({ outcome: "refused" });
      const hanging = { workflow: "hang", name: "run-1" };
      await executions.start({ ...hanging, input });
      expect(await executions.redrive(hanging)).toMatchObject({ outcome: "refused" });
      await executions.stop(hanging, { error: "Stopped", cause: "by hand" });
      expect(await executions.redrive(hanging)).toEqual({ outcome: "redriven" });
      const again = await executions.describe(hanging);
      expect(again).toMatchObject({ status: "RUNNING", redriveCount: 1 });
      expect(again?.stoppedAt).toBeUndefined();
      expect(await executions.redrive(hanging)).toMatchObject({ outcome: "refused" });
    });

    check("the history tells what happened, numbered without gaps, in pages", async () => {
      const key = { workflow: "broken", name: "run-1" };
      await executions.start({ ...key, input: "{}" });
      await untilClosed(executions, key);
      const events = await executions.history(key);
      expect(events.map(({ type }) => type)).toEqual([
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "FailStateEntered",
        "ExecutionFailed",
      ]);
      expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
      for (const { id, previousId } of events) expect(previousId).toBeLessThan(id);
      expect(await executions.history(key, { after: 1, limit: 2 })).toEqual(events.slice(1, 3));
      expect(await executions.history({ workflow: "broken", name: "none" })).toEqual([]);
    });
  });
}

async function started(outcome: ReturnType<Executions["start"]>) {
  const result = await outcome;
  if (result.outcome !== "started") throw new Error(JSON.stringify(result));
  return result;
}

/** Looks until the execution is closed. So many looks are minutes: what is not closed then never will be. */
export async function untilClosed(
  executions: Executions,
  key: { workflow: string; name: string },
): Promise<ExecutionDescription> {
  for (let look = 0; look < 1_000_000; look += 1) {
    const description = await executions.describe(key);
    if (description === undefined) throw new Error(`There is no execution ${key.name}.`);
    if (description.status !== "RUNNING") return description;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`The execution ${key.name} does not end.`);
}
