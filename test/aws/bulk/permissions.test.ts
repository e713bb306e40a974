// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written as CloudFormation writes them
/** What a worker of a bulk run calls is what the role of its job allows, and no more. */
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { endOf, entriesOf, newRun, sourceOf, workerOf } from "../../contracts/bulk-world.ts";
import { resources } from "../../stack/compiled-stack.ts";
import { listGrants } from "../../stack/policies.ts";
import { makeFakeCloud } from "./fake-cloud.ts";

const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  // A transaction needs the rights of what it does.
  TransactWriteItemsCommand: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
  GetItemCommand: ["dynamodb:GetItem"],
  PutItemCommand: ["dynamodb:PutItem"],
  UpdateItemCommand: ["dynamodb:UpdateItem"],
  BatchGetItemCommand: ["dynamodb:BatchGetItem"],
  receiveMessage: ["sqs:ReceiveMessage"],
  deleteMessageBatch: ["sqs:DeleteMessage"],
  changeMessageVisibilityBatch: ["sqs:ChangeMessageVisibility"],
  getObject: ["s3:GetObject"],
  putObject: ["s3:PutObject"],
  upload: ["s3:PutObject"],
};

test("a worker calls what its role allows", async () => {
  const called = new Set<string>();
  const cloud = makeFakeCloud();
  const operator = cloud.open();
  const large = { text: "x".repeat(10_000) };
  const entries = [...entriesOf("a", "b"), { id: "large", data: large }];
  const run = newRun(entries);
  await operator.runs.load(run, sourceOf(entries));

  const { queue, logs, runs } = cloud.open({ before: (operation) => called.add(operation) });
  await runs.get(run.name);
  await queue.reportWorker(workerOf(run.name, "w1"));
  const leases = (await queue.receive({ run: run.name, worker: "w1", max: 3, leaseMs: 60_000 })).leases;
  const [one, ...rest] = leases;
  if (one === undefined) throw new Error("nothing came");
  await queue.extend(leases, 60_000);
  const file = await logs.open(one);
  writeFileSync(file, "a line");
  const log = await logs.keep(one, file);
  await queue.finish([{ lease: one, end: endOf("done", { result: large, log }) }]);
  await queue.release(rest);
  cloud.clock.advance(120_000);
  await queue.receive({ run: run.name, worker: "w1", max: 3, leaseMs: 60_000 });

  const used = [...called].flatMap((operation) => ACTIONS[operation] ?? [`no action is known for ${operation}`]);
  const allowed = listGrants(new Map([...resources].filter(([id]) => id === "BatchJobRole")))
    .filter(({ resources: on }) => on.some((arn) => /BulkTable|-bulk-|PayloadBucket\}\/\*/.test(arn)))
    .flatMap(({ actions }) => actions);
  expect([...new Set(used)].sort()).toEqual([...new Set(allowed)].sort());
});
