/** How many calls of AWS a payload costs over its whole life: the adapters of AWS over services that count. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeSnsAnnouncements } from "../../src/aws/announcements.ts";
import { makeSqsIntake } from "../../src/aws/intake.ts";
import type { Sns } from "../../src/aws/services/sns.ts";
import type { Sqs } from "../../src/aws/services/sqs.ts";
import { makeDynamoStateStore } from "../../src/aws/state/state-store.ts";
import type { FunctionPorts } from "../../src/functions/ports.ts";
import { processRecords } from "../../src/functions/process/process.ts";
import { updateState } from "../../src/functions/update-state/update-state.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { makeMemoryObjects } from "../../src/testing/memory-objects.ts";
import { startTableServer, type TableServer } from "../aws/state/table-server.ts";
import { makeWorld, payloadOf, recordsOf, type World } from "./world.ts";

const BATCH = 25;

let table: TableServer;
let world: World;
let calls: string[];

beforeEach(async () => {
  table = await startTableServer();
  calls = table.calls;
  world = makeWorld({ change: overAws });
});
afterEach(async () => {
  await world.close();
  await table.close();
});

function overAws(ports: FunctionPorts): Partial<FunctionPorts> {
  const { clock, executions } = ports;
  const accept = (entries: readonly { readonly Id?: string | undefined }[] = []) => ({
    Successful: entries.map(({ Id }) => ({ Id })),
  });
  const topics: Pick<Sns, "publishBatch"> = {
    publishBatch: async ({ PublishBatchRequestEntries }) => {
      calls.push("PublishBatch");
      return accept(PublishBatchRequestEntries) as Awaited<ReturnType<Sns["publishBatch"]>>;
    },
  };
  const queues: Pick<Sqs, "sendMessageBatch"> = {
    sendMessageBatch: async ({ Entries }) => {
      calls.push("SendMessageBatch");
      return accept(Entries) as Awaited<ReturnType<Sqs["sendMessageBatch"]>>;
    },
  };
  return {
    state: makeDynamoStateStore({ client: table.client, table: "state", clock }),
    objects: counted("S3", makeMemoryObjects(clock)),
    executions: counted("StepFunctions", executions),
    // Of each service the adapters make just the one call that is answered here.
    announcements: makeSnsAnnouncements({
      sns: async () => topics as Sns,
      topics: { "workflow-event": "arn:1", publish: "arn:2" },
    }),
    intake: makeSqsIntake({ sqs: async () => queues as Sqs, queueUrl: "q" }),
  };
}

function counted<P extends object>(service: string, port: P): P {
  return new Proxy(port, {
    get(target, member, receiver) {
      const method: unknown = Reflect.get(target, member, receiver);
      if (typeof method !== "function") return method;
      return (...values: unknown[]) => {
        calls.push(`${service}.${String(member)}`);
        return method.apply(target, values);
      };
    },
  });
}

function counts(): Readonly<Record<string, number>> {
  const groups = Map.groupBy(calls, (name) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.length]).sort());
}

const items = Array.from({ length: BATCH }, (_, index) => `item-${index}`);

async function start(process: string | readonly Json[]): Promise<void> {
  const messages = items.map((name) => ({ messageId: name, body: JSON.stringify(payloadOf(process, [name])) }));
  const outcomes = await processRecords(recordsOf(messages), world.ports);
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["started"]));
}

/** Each execution returns its payload, changed as `output` says. */
async function finish(output: JsonObject = {}): Promise<void> {
  const records = world.stepFunctions.running().map(({ name, input }) => {
    const payload = JSON.parse(input);
    return { messageId: name, body: world.end({ ...payload, ...output }, payload.id) };
  });
  const outcomes = await updateState(records, world.ports);
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["updated"]));
}

test("25 new payloads are claimed, started and marked at once, and an input and a start each", async () => {
  await start("cog");
  expect(counts()).toEqual({
    BatchExecuteStatement: 2,
    PublishBatch: 5,
    "S3.put": 25,
    "StepFunctions.start": 25,
  });
});

test("25 ends are recorded, announced and marked at once, and an output each", async () => {
  await start("cog");
  calls.length = 0;
  await finish();
  expect(counts()).toEqual({ BatchExecuteStatement: 2, PublishBatch: 6, "S3.put": 25 });
});

test("25 chained payloads are three calls more", async () => {
  await start([{ workflow: "cog" }, { workflow: "mosaic" }]);
  calls.length = 0;
  await finish();
  expect(counts()).toEqual({ BatchExecuteStatement: 2, PublishBatch: 6, "S3.put": 25, SendMessageBatch: 3 });
});

test.each([
  ["an item that is announced", {}, 3.6],
  ["nothing to announce", { features: [] }, 3.48],
])("a payload whose output has %s costs as many calls over its whole life", async (_what, output, most) => {
  await start("cog");
  await finish(output);
  expect(calls.length / BATCH).toBeLessThanOrEqual(most);
});
