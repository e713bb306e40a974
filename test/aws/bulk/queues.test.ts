/** The queues of bulk runs: what they are called and made with, and what becomes of their messages. */
import { expect, test } from "vitest";
import { queueName } from "../../../src/aws/bulk/queue/queues.ts";
import { EXIT } from "../../../src/errors.ts";
import { endOf, entriesOf, newRun, sourceOf } from "../../contracts/bulk-world.ts";
import { makeFakeCloud } from "./fake-cloud.ts";

const edition = "1a2b3c4d";
const LEASE_MS = 60_000;

test("a queue is called after the stack and the run, in at most 80 characters with its dead letters", () => {
  expect(queueName("demo-prod-bulk-", { name: "nightly", edition })).toBe("demo-prod-bulk-nightly-1a2b3c4d");
  const long = ["x".repeat(48), `${"x".repeat(47)}y`].map((name) =>
    queueName("a-service-of-a-length-prod-bulk-", { name, edition }),
  );
  expect(new Set(long).size).toBe(2);
  for (const name of long) expect(`${name}-dead`).toMatch(/^a-service-of-a-length-prod-bulk-[\w-]{1,48}$/);
  expect(() => queueName(`${"s".repeat(60)}-bulk-`, { name: "nightly", edition })).toThrow(
    expect.objectContaining({ exitCode: EXIT.config }),
  );
});

async function loaded(ids: readonly string[], faults: Parameters<typeof makeFakeCloud>[0] = {}) {
  const cloud = makeFakeCloud(faults);
  const bulk = cloud.open();
  const entries = entriesOf(...ids);
  const run = newRun(entries);
  await bulk.runs.load(run, sourceOf(entries));
  return { cloud, run, entries, ...bulk, request: { run: run.name, worker: "w1", max: 10, leaseMs: LEASE_MS } };
}

test("a run has a queue and one for its dead letters, encrypted, closed to plain HTTP, and gone with it", async () => {
  const { cloud, run, runs, queueUrl } = await loaded(["a"]);
  const url = (await queueUrl(run.name)) ?? "";
  expect([...cloud.queues.keys()].sort()).toEqual([url, `${url}-dead`]);
  for (const { attributes } of cloud.queues.values()) {
    expect(attributes).toMatchObject({ SqsManagedSseEnabled: "true", MessageRetentionPeriod: "1209600" });
    expect(JSON.parse(attributes.Policy ?? "")).toMatchObject({
      Statement: [{ Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
    });
  }
  const { RedrivePolicy = "", VisibilityTimeout } = cloud.queues.get(url)?.attributes ?? {};
  expect(JSON.parse(RedrivePolicy).deadLetterTargetArn).toMatch(/-dead$/);
  expect(Number(VisibilityTimeout), "Lambda's longest function").toBeGreaterThan(900);
  await runs.remove(run.name);
  expect(cloud.queues.size).toBe(0);
  expect(await queueUrl(run.name)).toBeUndefined();
});

test("a run of the same name that is loaded anew never meets the messages of the one before", async () => {
  const { cloud, run, entries, runs, queueUrl } = await loaded(["a"]);
  const before = await queueUrl(run.name);
  await runs.remove(run.name);
  await runs.load(run, sourceOf(entries));
  expect(await queueUrl(run.name)).not.toBe(before);
  expect(cloud.queues.size).toBe(2);
});

test("what SQS does not take at first is sent again", async () => {
  let refusals = 0;
  const ids = Array.from({ length: 35 }, (_, i) => `e${i}`);
  const { cloud, run, queueUrl } = await loaded(ids, {
    refuse(operation) {
      refusals += operation === "send" ? 1 : 0;
      return operation === "send" && refusals % 3 === 0;
    },
  });
  const url = (await queueUrl(run.name)) ?? "";
  const sent = (cloud.queues.get(url)?.messages ?? []).map(({ body }) => JSON.parse(body));
  expect(sent.map(({ id }) => id).sort()).toEqual(ids.toSorted());
});

test("a message that is not deleted or hidden in time does no harm when it comes again", async () => {
  const { cloud, queue, request, runs, run } = await loaded(["a", "b"], {
    refuse: (operation) => operation !== "send",
  });
  const { leases } = await queue.receive(request);
  await queue.finish(leases.map((lease) => ({ lease, end: endOf("done") })));
  cloud.clock.advance(2 * LEASE_MS);
  expect((await queue.receive(request)).leases).toEqual([]);
  expect(await runs.counts(run.name)).toMatchObject({ DONE: 2, attempts: 2 });
});

test("a message of somebody else's is removed, and the entries behind it come", async () => {
  const { cloud, queue, request, run, queueUrl } = await loaded(["a"]);
  const messages = cloud.queues.get((await queueUrl(run.name)) ?? "")?.messages ?? [];
  const [own] = messages;
  for (const body of ["", "{}", '{"position":"1"}', '{"position":99}', "[1]"]) {
    if (own) messages.unshift({ ...own, body });
  }
  expect((await queue.receive({ ...request, max: 1 })).leases.map(({ entry }) => entry.id)).toEqual(["a"]);
  expect(messages).toHaveLength(1);
});

test("a Lambda takes the entries of the messages that it is given, for as long as it says", async () => {
  const { cloud, queue, request, run, runs, queueUrl } = await loaded(["a", "b"]);
  const messages = cloud.queues.get((await queueUrl(run.name)) ?? "")?.messages ?? [];
  const deliver = () =>
    messages.map((message, i) => {
      message.handle = `delivered-${i}`;
      message.receivedAt = cloud.clock.now();
      message.visibleAt = cloud.clock.now() + 960_000;
      return { body: message.body, receiptHandle: message.handle };
    });
  const accept = (leaseMs: number) => queue.accept({ run: run.name, worker: "lambda-1", leaseMs }, deliver());
  const leases = await accept(LEASE_MS);
  expect(leases.map(({ entry }) => entry.id).sort()).toEqual(["a", "b"]);
  expect(await accept(LEASE_MS), "they are held").toEqual([]);
  await queue.finish(leases.slice(0, 1).map((lease) => ({ lease, end: endOf("done") })));
  cloud.clock.advance(LEASE_MS);
  expect((await queue.receive(request)).leases).toMatchObject([{ attempt: 2 }]);
  await runs.setState(run.name, ["OPEN"], "STOPPED");
  cloud.clock.advance(LEASE_MS);
  expect(await accept(LEASE_MS)).toEqual([]);
  expect(messages).toHaveLength(1);
});

test("more than ten entries come in several calls", async () => {
  const { queue, request } = await loaded(Array.from({ length: 34 }, (_, i) => `e${i}`));
  expect((await queue.receive({ ...request, max: 32 })).leases).toHaveLength(32);
  expect((await queue.receive({ ...request, max: 32 })).leases).toHaveLength(2);
});

test("what arrives for a run that was stopped while its queue was waited at is given back", async () => {
  const { cloud, run, request } = await loaded(["a"]);
  const other = cloud.open(
    {
      before: (operation) => {
        const [item] = [...cloud.items].filter(([key]) => key.startsWith(`run/${run.name}`)).map(([, found]) => found);
        if (operation === "receiveMessage" && item) item.state = { S: "STOPPED" };
      },
    },
    { waitSeconds: 20 },
  );
  expect(await other.queue.receive(request)).toEqual({ leases: [], state: "STOPPED" });
  const { runs, queue } = cloud.open();
  await runs.setState(run.name, ["STOPPED"], "OPEN");
  expect((await queue.receive(request)).leases).toMatchObject([{ attempt: 1 }]);
});

test("a queue that somebody has deleted is named", async () => {
  const { cloud, queue, request, run } = await loaded(["a"]);
  cloud.queues.clear();
  await expect(queue.receive(request)).rejects.toMatchObject({
    message: expect.stringContaining(`queue of the run ${run.name} is gone`),
    hint: expect.stringContaining("cirrus bulk delete"),
  });
});

test("SQS that takes nothing is waited for, and then named", async () => {
  const cloud = makeFakeCloud({ refuse: (operation) => operation === "send" });
  const entries = entriesOf("a", "b");
  await expect(cloud.open().runs.load(newRun(entries), sourceOf(entries))).rejects.toMatchObject({
    name: "TransientError",
    message: expect.stringMatching(/^SQS left 2 of 2 undone: InternalError/),
  });
});
