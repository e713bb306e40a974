// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written as CloudFormation writes them
/** What the functions and the jobs of loops call of AWS is what their roles allow, and no more. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { driveMachine, type MachineState } from "../../../src/functions/take-turn/drive-machine.ts";
import { makeExecutionIds } from "../../../src/loop/execution-id.ts";
import type { ExecutionEnd } from "../../../src/loop/loop-execution.ts";
import { executeStored } from "../../../src/scheduler/aws/execute-stored.ts";
import { makeRegisterStored } from "../../../src/scheduler/aws/register-stored.ts";
import { registered, requestOf, SECOND, task } from "../../loop/turns/turn-world.ts";
import { begun, gitOf, notebookOf, REPOSITORY } from "../../scheduler/aws/stored-loops.ts";
import { resources } from "../../stack/compiled-stack.ts";
import { listGrants } from "../../stack/policies.ts";
import { makeFakeLoops } from "./fake-loops.ts";

const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  // A transaction needs the rights of what it does.
  TransactWriteItemsCommand: ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
  BatchGetItemCommand: ["dynamodb:BatchGetItem"],
  DeleteItemCommand: ["dynamodb:DeleteItem"],
  GetItemCommand: ["dynamodb:GetItem"],
  PutItemCommand: ["dynamodb:PutItem"],
  QueryCommand: ["dynamodb:Query"],
  UpdateItemCommand: ["dynamodb:UpdateItem"],
  // So that an object that is not there is missing, and not forbidden.
  getObject: ["s3:GetObject", "s3:ListBucket"],
  headObject: ["s3:GetObject", "s3:ListBucket"],
  listObjects: ["s3:ListBucket"],
  putObject: ["s3:PutObject"],
  upload: ["s3:PutObject"],
  deleteObject: ["s3:DeleteObject"],
  start: ["states:StartExecution"],
  describe: ["states:DescribeExecution"],
};

/** To the table, to the objects of loops, and to their state machine. */
const OWN = /LoopTable|PayloadBucket\}$|PayloadBucket\}\/cirrus\/loops|LoopStateMachine|_loops:\*/;

function allowedOf(role: string): readonly string[] {
  const grants = listGrants(new Map([...resources].filter(([id]) => id === role)));
  expect(grants.length, role).toBeGreaterThan(0);
  return [
    ...new Set(
      grants.filter((grant) => grant.resources.some((arn) => OWN.test(arn))).flatMap(({ actions }) => actions),
    ),
  ].sort();
}

function neededFor(called: ReadonlySet<string>): readonly string[] {
  const actions = [...called].flatMap((operation) => ACTIONS[operation] ?? [`no action is known for ${operation}`]);
  return [...new Set(actions)].sort();
}

test("take-turn", async () => {
  const fake = makeFakeLoops();
  const operator = fake.open();
  const called = new Set<string>();
  const { store, ends } = fake.open({ before: (operation) => void called.add(operation) });
  const { clock } = fake;
  const ports = { store, ends, clock, newId: makeExecutionIds(clock, randomUUID) };
  // With a result that is too large for an item.
  await operator.store.register(registered(Array.from({ length: 3 }, (_, i) => task(`debr/task${i}`))));
  await operator.store.runNow("debr/task1", requestOf());
  const end: ExecutionEnd = {
    outcome: "SUCCEEDED",
    endedAt: new Date(clock.now()).toISOString(),
    durationMs: 5,
    result: { text: "x".repeat(200_000) },
  };
  let state: MachineState = { loop: "debr" };
  for (let turn = 0; turn < 12; turn += 1) {
    const answer = await driveMachine(ports, { holder: "one", state, minimumIterationMs: 10 * SECOND });
    if (answer.action === "batch") await operator.ends.say(answer.execution, end);
    clock.advance(20 * SECOND);
    state = answer;
  }
  expect(neededFor(called)).toEqual(allowedOf("TakeDashturnLambdaRole"));
});

test("register-loops", async () => {
  const fake = makeFakeLoops();
  const called = new Set<string>();
  const executions = {
    async start({ name }: { readonly name: string }) {
      called.add("start");
      return { outcome: "started" as const, arn: name };
    },
    async describe() {
      called.add("describe");
      return undefined;
    },
  };
  let version = 0;
  const register = () => {
    version += 1;
    const args = Array.from({ length: 2_000 }, (_, i) => `      a${i}: ${version} ${randomUUID()}`).join("\n");
    const yaml = `codops: debr\ntasks:\n  train:\n    notebook: a.ipynb\n    method: run\n    args:\n${args}\n`;
    const files = { "peach.yaml": yaml, "a.ipynb": notebookOf("def run(**args):\n    return 1\n") };
    return makeRegisterStored({
      loops: fake.open({ before: (operation) => void called.add(operation) }),
      git: gitOf(files),
      notebooks: { check: async () => [], checkRequirements: async () => [] },
      executions,
      clock: fake.clock,
    })([REPOSITORY]);
  };
  await register();
  // A driver that is gone before it has ended.
  await fake.open().store.claim({ loop: "debr", holder: "gone", leaseMs: 3600 * SECOND });
  // Earlier registrations are dropped, with what of them lies in the bucket.
  for (let minute = 0; minute < 30; minute += 1) await register();
  expect(neededFor(called)).toEqual(allowedOf("RegisterLoopsRole"));
});

test.each(["LoopJobRole", "ExecuteTurnRole"])("what executes a task: %s", async (role) => {
  const { open, called, execution, folder } = await begun('def run():\n    print("it runs")\n    return {"a": 1}\n');
  const executed = await executeStored(open(), execution.id, { folder });
  expect(executed).toMatchObject({ end: { outcome: "SUCCEEDED" } });
  // Of a log that has grown too long it removes the middle.
  expect([...neededFor(called), "s3:DeleteObject"].sort()).toEqual(allowedOf(role));
});
