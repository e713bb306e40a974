/** The state machine of loops, as it is deployed, run by this package's own engine: take-turn is behind it, AWS is played. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { TaskError } from "../../src/asl/errors.ts";
import type { TaskCall } from "../../src/asl/ports.ts";
import { driveMachine, type MachineState } from "../../src/functions/take-turn/drive-machine.ts";
import { GIVE_UP_SECONDS, jobOf } from "../../src/functions/take-turn/loop-job.ts";
import { asJson, type Json } from "../../src/json.ts";
import type { ExecutionEnd } from "../../src/loop/loop-execution.ts";
import { METADATA_LOOP, taskKey } from "../../src/loop/loop-task.ts";
import { problemsOf, start } from "../asl/harness.ts";
import { openLoopsInMemory } from "../loop/loops-in-memory.ts";
import { MINUTE, registered, SECOND, task } from "../loop/turns/turn-world.ts";

const template = resolve(import.meta.dirname, "../../cloudformation/loops.yml");
const { DefinitionString } = parse(readFileSync(template, "utf8"), { logLevel: "silent" }).Resources.LoopStateMachine
  .Properties;
/** References become the names that they refer to. */
const definition = JSON.parse(
  DefinitionString.replaceAll("#{AWS::Partition}", "aws").replaceAll(/#\{(?:AWS::)?([\w.]+)\}/g, "$1"),
);

const INVOKE = "arn:aws:states:::lambda:invoke";
const SUBMIT = "arn:aws:states:::batch:submitJob.sync";
const SUCCESSOR = "arn:aws:states:::states:startExecution";

interface Played {
  /** What becomes of an execution: how its machine says that it ended, or what Step Functions says in its place. */
  execute(execution: string, number: number): ExecutionEnd | TaskError;
  /** Calls of take-turn, by their number, that end with an error after their work was done. */
  readonly broken?: readonly number[];
}

const SUCCEEDED: ExecutionEnd = { outcome: "SUCCEEDED", endedAt: "2030-01-01T00:00:00.000Z", durationMs: 5 };

function play({ execute, broken = [] }: Played) {
  const loops = openLoopsInMemory();
  onTestFinished(loops.close);
  const { store, clock, newId } = loops;
  const ends = new Map<string, ExecutionEnd>();
  const submitted: Json[] = [];
  const successors: Json[] = [];
  let turns = 0;
  let executed = 0;

  async function takeTurn({ holder, state }: { readonly holder: string; readonly state: MachineState }): Promise<Json> {
    const request = { holder, state, minimumIterationMs: 10 * SECOND };
    const answer = await driveMachine({ store, clock, newId, ends: { read: async (id) => ends.get(id) } }, request);
    turns += 1;
    if (broken.includes(turns)) throw new TaskError("Lambda.Unknown", "the answer was lost");
    return asJson(answer);
  }

  function run(execution: string): Json {
    clock.advance(20 * SECOND);
    executed += 1;
    const end = execute(execution, executed);
    if (end instanceof TaskError) throw end;
    ends.set(execution, end);
    return { whatever: "it answers" };
  }

  // Parameters of the definition above, whose names are those of the services.
  async function answer({ resource, input }: TaskCall): Promise<Json> {
    const parameters = input as Record<string, never>;
    if (resource === SUCCESSOR) {
      successors.push(input);
      return { ExecutionArn: "arn" };
    }
    if (resource === SUBMIT) {
      submitted.push(input);
      return run((parameters.Parameters as unknown as { execution: string }).execution);
    }
    expect(resource).toBe(INVOKE);
    const payload = parameters.Payload as never;
    if (parameters.FunctionName === "StackName-take-turn") return { Payload: await takeTurn(payload) };
    return { Payload: run((payload as { execution: string }).execution) };
  }

  return {
    ...loops,
    ends,
    submitted,
    successors,
    drive: (input: MachineState) => start(definition, { input: asJson(input), answer, clock }).result,
  };
}

test("its definition has no problems, and waits for a job as long as the loop is held for it", () => {
  expect(problemsOf(definition)).toEqual([]);
  expect(definition.States.ExecuteInBatch.TimeoutSeconds).toBe(GIVE_UP_SECONDS);
  const day = jobOf({ id: "1", task: task("debr/a", { timeoutSeconds: 24 * 3600 }) });
  expect(GIVE_UP_SECONDS).toBeGreaterThan(day.timeoutSeconds + 5 * 3600);
});

test("P2: it runs task after task as jobs, each with its own share, time and memory, until nothing is to be done", async () => {
  const stage = play({ execute: () => SUCCEEDED });
  const daily = { everyMs: 60 * MINUTE };
  const tasks = [task("debr/a", daily), task("debr/b", { ...daily, timeoutSeconds: 5, memoryBytes: 4 * 1024 ** 3 })];
  await stage.store.register(registered(tasks));
  expect(await stage.drive({ loop: "debr" })).toMatchObject({ status: "SUCCEEDED", output: { action: "done" } });
  const executions = await stage.executions();
  expect(executions.map(({ task, end }) => `${task.name} ${end?.outcome}`)).toEqual(["a SUCCEEDED", "b SUCCEEDED"]);
  const [, second] = executions;
  expect(stage.submitted[1]).toEqual({
    JobName: `debr-b-${second?.id}`,
    JobQueue: "LoopJobQueue",
    JobDefinition: "LoopJobDefinition",
    ShareIdentifier: "debr",
    Parameters: { execution: second?.id },
    Timeout: { AttemptDurationSeconds: 905 },
    ContainerOverrides: {
      ResourceRequirements: [
        { Type: "VCPU", Value: "1" },
        { Type: "MEMORY", Value: "4608" },
      ],
    },
  });
});

test("P5: a task of the metadata loop is a call of a function", async () => {
  const stage = play({ execute: () => SUCCEEDED });
  await stage.store.register(registered([task("debr/fetch", { everyMs: 60 * MINUTE }, METADATA_LOOP)]));
  await stage.drive({ loop: METADATA_LOOP });
  expect(stage.submitted).toEqual([]);
  expect((await stage.executions()).map(({ end }) => end?.outcome)).toEqual(["SUCCEEDED"]);
});

test("a job that fails without a word is LOST with Batch's reason, and the next task has its turn", async () => {
  const Cause = JSON.stringify({ JobId: "1", StartedAt: 1, StatusReason: "Host EC2 (instance i-1) terminated." });
  const stage = play({
    execute: (_execution, number) => (number === 1 ? new TaskError("States.TaskFailed", Cause) : SUCCEEDED),
  });
  const daily = { everyMs: 60 * MINUTE };
  await stage.store.register(registered([task("debr/a", daily), task("debr/b", daily)]));
  await stage.drive({ loop: "debr" });
  const executions = await stage.executions();
  expect(executions.map(({ task, end }) => `${taskKey(task)} ${end?.outcome}`)).toEqual([
    "debr/a LOST",
    "debr/b SUCCEEDED",
  ]);
  expect(executions[0]?.end?.error?.message).toContain("Host EC2 (instance i-1) terminated.");
});

test("what Batch has no room for is submitted again, and what it refuses is FAILED", async () => {
  const stage = play({
    execute(_execution, number) {
      if (number <= 2) return new TaskError("Batch.ServerException", "Failed to create shareIdentifier debr");
      return new TaskError("Batch.ClientException", "JobQueue is not in a valid state");
    },
  });
  await stage.store.register(registered([task("debr/a", { everyMs: 60 * MINUTE })]));
  await stage.drive({ loop: "debr" });
  expect(stage.submitted).toHaveLength(3);
  expect((await stage.executions()).map(({ end }) => end)).toMatchObject([
    { outcome: "FAILED", error: { name: "NotRunnable", message: expect.stringContaining("not in a valid state") } },
  ]);
});

test("an answer of take-turn that is lost changes nothing: the same execution goes on, once", async () => {
  const stage = play({ execute: () => SUCCEEDED, broken: [1, 3, 5, 6] });
  const daily = { everyMs: 60 * MINUTE };
  await stage.store.register(registered([task("debr/a", daily), task("debr/b", daily)]));
  expect((await stage.drive({ loop: "debr" })).status).toBe("SUCCEEDED");
  expect((await stage.executions()).map(({ task }) => task.name)).toEqual(["a", "b"]);
  expect(stage.submitted).toHaveLength(2);
});

test("a task that was told to stop because its time was up is TIMED_OUT, and does not come again", async () => {
  const stopped: ExecutionEnd = { ...SUCCEEDED, outcome: "CANCELLED", error: { name: "Stopped", message: "stopped" } };
  const Cause = JSON.stringify({ JobId: "1", StartedAt: 1, StatusReason: "Job attempt duration exceeded timeout" });
  const loops = play({
    execute(execution) {
      loops.ends.set(execution, stopped);
      return new TaskError("States.TaskFailed", Cause);
    },
  });
  await loops.store.register(registered([task("debr/a", { everyMs: 60 * MINUTE })]));
  await loops.drive({ loop: "debr" });
  expect((await loops.executions()).map(({ end }) => end?.outcome)).toEqual(["TIMED_OUT"]);
});

test("after a thousand turns a successor goes on, and knows the loop alone", async () => {
  const stage = play({ execute: () => SUCCEEDED });
  await stage.store.register(registered([task("debr/a")]));
  const claimed = await stage.store.claim({ loop: "debr", holder: "one", leaseMs: MINUTE });
  if (claimed.outcome !== "held") throw new Error("nobody else holds it");
  const { fence } = claimed;
  await stage.drive({ loop: "debr", turns: 1_000, fence });
  expect(stage.successors).toEqual([
    {
      StateMachineArn: "arn:aws:states:Region:AccountId:stateMachine:StackName_loops",
      Name: `debr-${fence}-next`,
      Input: { loop: "debr" },
    },
  ]);
});
