/** Loops as a stage drives them: a state machine a loop, started each minute where it is missing, whose calls repeat and whose parts die. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExecutionStatus } from "../../src/executions/executions.ts";
import { startLoops } from "../../src/functions/start-loops/start-loops.ts";
import {
  driveMachine,
  type MachineAnswer,
  type MachineState,
  MOST_TURNS,
} from "../../src/functions/take-turn/drive-machine.ts";
import { endOfFailure } from "../../src/functions/take-turn/end-of-failure.ts";
import { jobOf } from "../../src/functions/take-turn/loop-job.ts";
import type { ExecutionEnd } from "../../src/loop/loop-execution.ts";
import { METADATA_LOOP, taskKey } from "../../src/loop/loop-task.ts";
import { type LoopsInMemory, openLoopsInMemory } from "../loop/loops-in-memory.ts";
import { MINUTE, registered, requestOf, SECOND, task } from "../loop/turns/turn-world.ts";

const SEED = Number(process.env.CIRRUS_TEST_SEED ?? Date.now() % 2 ** 31);

interface Machine {
  readonly name: string;
  state: MachineState;
  status: ExecutionStatus;
  /** When it is called next; undefined while a task runs. */
  at: number | undefined;
}

interface Job {
  readonly machine: Machine;
  readonly execution: string;
  readonly loop: string;
  readonly endsAt: number;
}

/** What becomes of the parts, each time that there is a choice. */
interface Chances {
  /** The answer of a call is lost, and Step Functions makes it again. */
  repeats(): boolean;
  /** Somebody stops the state machine's execution. */
  dies(): boolean;
  /** The machine of a task goes away before it has said how it ended. */
  loses(): boolean;
}

const CALM: Chances = { repeats: () => false, dies: () => false, loses: () => false };

const MINUTE_STEPS = 6;

/** Time goes on in steps of ten seconds. */
function makeStage(loops: LoopsInMemory, chances: Chances = CALM, jobMs = 20 * SECOND) {
  const { store, clock, newId } = loops;
  const machines = new Map<string, Machine>();
  const ends = new Map<string, ExecutionEnd>();
  let jobs: readonly Job[] = [];
  const overlaps: string[] = [];
  const answers: MachineAnswer[] = [];

  const executions = {
    async start({ name, input }: { readonly name: string; readonly input: string }) {
      if (machines.has(name)) return { outcome: "exists" as const, arn: name };
      machines.set(name, { name, state: JSON.parse(input), status: "RUNNING", at: clock.now() });
      return { outcome: "started" as const, arn: name };
    },
    async describe({ name }: { readonly name: string }) {
      const found = machines.get(name);
      return (
        found && {
          ...{ workflow: "loops", name, arn: name, input: "", startedAt: "", redriveCount: 0 },
          status: found.status,
        }
      );
    },
  };

  async function call(machine: Machine): Promise<void> {
    const ports = { store, clock, newId, ends: { read: async (id: string) => ends.get(id) } };
    const request = { holder: machine.name, state: machine.state, minimumIterationMs: 10 * SECOND };
    let answer = await driveMachine(ports, request);
    if (chances.repeats()) answer = await driveMachine(ports, request);
    answers.push(answer);
    machine.state = answer;
    machine.at = undefined;
    if (answer.action === "wait") machine.at = clock.now() + answer.seconds * SECOND;
    else if (answer.action === "lambda" || answer.action === "batch") begin(machine, answer.loop, answer.execution);
    else machine.status = "SUCCEEDED";
    if (answer.action === "successor")
      await executions.start({ name: answer.successor, input: JSON.stringify({ loop: answer.loop }) });
  }

  function begin(machine: Machine, loop: string, execution: string): void {
    // What a machine that was stopped had begun is terminated with it, as Step Functions does with `.sync`.
    if (jobs.some((job) => job.loop === loop && job.machine.status === "RUNNING")) overlaps.push(execution);
    jobs = [...jobs, { machine, execution, loop, endsAt: clock.now() + jobMs }];
  }

  function end(job: Job): void {
    const { machine, execution } = job;
    const lost = chances.loses();
    if (!lost && !ends.has(execution)) {
      const endedAt = new Date(clock.now()).toISOString();
      ends.set(execution, { outcome: "SUCCEEDED", endedAt, durationMs: jobMs });
    }
    const failure = lost ? { Error: "States.TaskFailed", Cause: '{"StatusReason":"Host EC2 terminated"}' } : undefined;
    machine.state = { ...machine.state, failure };
    machine.at = clock.now();
  }

  async function step(number: number): Promise<void> {
    if (number % MINUTE_STEPS === 0) await startLoops({ store, executions, clock });
    const over = jobs.filter(({ endsAt }) => endsAt <= clock.now());
    jobs = jobs.filter((job) => !over.includes(job));
    for (const job of over) end(job);
    for (const machine of [...machines.values()]) {
      if (machine.status !== "RUNNING") continue;
      if (chances.dies()) machine.status = "ABORTED";
      else if (machine.at !== undefined && machine.at <= clock.now()) await call(machine);
    }
    clock.advance(10 * SECOND);
  }

  return {
    answers,
    overlaps,
    machines,
    async run(minutes: number): Promise<void> {
      for (let number = 0; number < minutes * MINUTE_STEPS; number += 1) await step(number);
    },
  };
}

const TASKS = [
  ...["a", "b", "c"].map((name) => task(`debr/${name}`)),
  task("zzebu/slow"),
  ...["debr/fetch", "zzebu/fetch"].map((key) => task(key, { timeoutSeconds: 300 }, METADATA_LOOP)),
];

async function withLoops(work: (loops: LoopsInMemory) => Promise<void>): Promise<void> {
  const loops = openLoopsInMemory();
  try {
    await work(loops);
  } finally {
    loops.close();
  }
}

describe("loops on AWS", () => {
  test("P2: every loop is driven by an execution of its own, task after task, for as long as anything is due", () =>
    withLoops(async (loops) => {
      await loops.store.register(registered(TASKS));
      const stage = makeStage(loops);
      await stage.run(30);
      const executions = await loops.executions();
      for (const one of TASKS) {
        const own = executions.filter(({ task }) => taskKey(task) === taskKey(one));
        expect(own.length, taskKey(one)).toBeGreaterThan(5);
      }
      expect(stage.overlaps).toEqual([]);
      expect([...stage.machines.values()].filter(({ status }) => status === "RUNNING")).toHaveLength(3);
    }));

  test("P4, P5: a task of the metadata loop runs in a Lambda, any other as a job that may take its hour", () =>
    withLoops(async (loops) => {
      await loops.store.register(registered(TASKS));
      const stage = makeStage(loops);
      await stage.run(5);
      const asked = stage.answers.filter((answer) => answer.action === "lambda" || answer.action === "batch");
      expect(new Set(asked.map(({ loop, action }) => `${loop} ${action}`))).toEqual(
        new Set(["debr batch", "zzebu batch", "metadata lambda"]),
      );
      const job = asked.flatMap((answer) => (answer.action === "batch" ? [answer.job] : []))[0];
      expect(job?.timeoutSeconds).toBeGreaterThan(3600);
    }));

  test(
    "a history never grows beyond what Step Functions allows: a successor goes on with the same loop",
    () =>
      withLoops(async (loops) => {
        await loops.store.register(registered([task("debr/a")]));
        const stage = makeStage(loops, CALM, 0);
        await stage.run(MOST_TURNS / MINUTE_STEPS + 30);
        const successor = stage.answers.find(({ action }) => action === "successor");
        expect(successor?.turns).toBe(MOST_TURNS);
        expect(Math.max(...stage.answers.map(({ turns }) => turns))).toBe(MOST_TURNS);
        const [last] = (await loops.executions()).slice(-1);
        expect(Date.parse(last?.startedAt ?? "")).toBeGreaterThan(loops.clock.now() - 5 * MINUTE);
      }),
    60_000,
  );

  test("a loop that waits for long has no execution that costs anything, and has one again within a minute of being due", () =>
    withLoops(async (loops) => {
      await loops.store.register(registered([task("debr/daily", { everyMs: 60 * MINUTE })]));
      const stage = makeStage(loops);
      await stage.run(30);
      expect([...stage.machines.values()].filter(({ status }) => status === "RUNNING")).toEqual([]);
      expect(await loops.executions()).toHaveLength(1);
      expect(stage.machines.size).toBe(1);
      await stage.run(34);
      expect(await loops.executions()).toHaveLength(2);
    }));

  test("a request to run now and a commit start a loop that waits", () =>
    withLoops(async (loops) => {
      const daily = task("debr/daily", { everyMs: 24 * 60 * MINUTE });
      await loops.store.register(registered([daily]));
      const stage = makeStage(loops);
      await stage.run(10);
      await loops.store.runNow("debr/daily", requestOf());
      await stage.run(2);
      expect((await loops.executions()).map(({ trigger }) => trigger)).toEqual(["turn", "run-now"]);
      await loops.store.register(registered([daily, task("debr/new")]));
      await stage.run(2);
      expect((await loops.executions()).some(({ task }) => task.name === "new")).toBe(true);
    }));

  test("another organisation's commit starts no loop that waits", () =>
    withLoops(async (loops) => {
      const daily = task("debr/daily", { everyMs: 24 * 60 * MINUTE });
      await loops.store.register(registered([daily]));
      const stage = makeStage(loops);
      await stage.run(10);
      const before = stage.machines.size;
      await loops.store.register(registered([daily, task("zzebu/weekly", { everyMs: 7 * 24 * 60 * MINUTE })]));
      await stage.run(10);
      const started = [...stage.machines.keys()].slice(before);
      expect(started.map((name) => name.split("-")[0])).toEqual(["zzebu"]);
    }));

  test(`whatever dies and repeats, each execution ends once, none runs beside another, and the loop goes on (seed ${SEED})`, async () => {
    const chance = (weight: number) =>
      fc.infiniteStream(fc.integer({ min: 0, max: 99 }).map((drawn) => drawn < weight));
    const chances = fc.record({ repeats: chance(20), dies: chance(2), loses: chance(10) });
    await fc.assert(
      fc.asyncProperty(chances, ({ repeats, dies, loses }) =>
        withLoops(async (loops) => {
          await loops.store.register(registered(TASKS));
          const draw = (stream: Iterator<boolean>) => () => stream.next().value === true;
          const stage = makeStage(loops, { repeats: draw(repeats), dies: draw(dies), loses: draw(loses) });
          await stage.run(40);
          const executions = await loops.executions();
          expect(stage.overlaps).toEqual([]);
          // What has not ended runs, and there is one a loop at most.
          const open = executions.filter(({ end }) => end === undefined).map(({ loop }) => loop);
          expect(open).toHaveLength(new Set(open).size);
          for (const one of TASKS) {
            const own = executions.filter(({ task }) => taskKey(task) === taskKey(one));
            expect(own.length, taskKey(one)).toBeGreaterThan(1);
          }
        }),
      ),
      { seed: SEED, numRuns: 20 },
    );
  });
});

describe("the end of an execution whose machine said nothing", () => {
  const execution = { startedAt: "2030-01-01T00:00:00.000Z", task: task("debr/a", { timeoutSeconds: 60 }) };
  const now = Date.parse("2030-01-01T00:10:00.000Z");

  test("is LOST with Batch's own reason where its machine went away", () => {
    const StatusReason = "Host EC2 (instance i-1) terminated";
    const Cause = JSON.stringify({ JobId: "1", StartedAt: 5, StatusReason, Container: { Reason: "gone" } });
    expect(endOfFailure(execution, { Error: "States.TaskFailed", Cause }, now)).toMatchObject({
      outcome: "LOST",
      durationMs: 600_000,
      error: { message: expect.stringContaining("Host EC2 (instance i-1) terminated; gone") },
    });
  });

  test("is FAILED, and nothing was lost, where Batch or Lambda never began it", () => {
    const tooLarge = "Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT";
    const cancelled = { Error: "States.TaskFailed", Cause: JSON.stringify({ JobId: "1", StatusReason: tooLarge }) };
    expect(endOfFailure(execution, cancelled, now)).toMatchObject({
      outcome: "FAILED",
      error: { name: "NotRunnable", message: expect.stringContaining(tooLarge) },
    });
    for (const name of ["Batch.ClientException", "Batch.ServerException", "Lambda.TooManyRequestsException"]) {
      expect(endOfFailure(execution, { Error: name, Cause: "refused" }, now).error?.name).toBe("NotRunnable");
    }
  });

  test("is LOST where a Lambda's machine ended in the middle, or nobody knows anything", () => {
    const crashed = { Error: "Lambda.Unknown", Cause: '{"errorType":"Runtime.ExitError"}' };
    for (const failure of [crashed, undefined]) expect(endOfFailure(execution, failure, now).outcome).toBe("LOST");
  });

  test("is TIMED_OUT where Batch, Lambda or Step Functions ended it for its time", () => {
    const batch = { Error: "States.TaskFailed", Cause: '{"StatusReason":"Job attempt duration exceeded timeout"}' };
    const lambda = { Error: "Lambda.Unknown", Cause: '{"errorMessage":"Task timed out after 600.00 seconds"}' };
    for (const failure of [batch, lambda, { Error: "States.Timeout" }]) {
      expect(endOfFailure(execution, failure, now).outcome).toBe("TIMED_OUT");
    }
  });
});

test("a job's names fit Batch's rules whatever an organisation and a task are called", () => {
  const long = { ...task("de_br/a"), name: `x${"é.".repeat(80)}` };
  const { name, share } = jobOf({ id: "0197-id", task: long });
  expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
  expect(name.endsWith("-0197-id")).toBe(true);
  expect(share).toBe("debr");
});

test("a task that may use more memory gets a job with as much and room for what runs it", () => {
  const { resources } = jobOf({ id: "1", task: task("debr/a", { memoryBytes: 4 * 1024 ** 3 }) });
  expect(resources).toContainEqual({ Type: "MEMORY", Value: "4608" });
});
