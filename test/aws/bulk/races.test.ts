/** What happens between a look at an entry and the write that follows from it. */
import { TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { EXIT } from "../../../src/errors.ts";
import { allPages, endOf, entriesOf, newRun, sourceOf } from "../../contracts/bulk-world.ts";
import { makeFakeCloud } from "./fake-cloud.ts";

const LEASE_MS = 60_000;

/** A run, and a worker before whose first transaction something happens to its entry. */
async function withRace(change: Readonly<Record<string, string | number>>) {
  const cloud = makeFakeCloud();
  const { runs, queue } = cloud.open();
  const entries = entriesOf("a");
  const run = newRun(entries);
  await runs.load(run, sourceOf(entries));
  let raced = false;
  const late = cloud.open({
    before(operation) {
      if (operation !== "TransactWriteItemsCommand" || raced) return;
      raced = true;
      const item = [...cloud.items.values()].find(({ idKey }) => idKey !== undefined);
      for (const [name, value] of Object.entries(change)) {
        if (item) item[name] = typeof value === "number" ? { N: String(value) } : { S: value };
      }
    },
  });
  const request = { run: run.name, max: 1, leaseMs: LEASE_MS };
  return { cloud, run, runs, queue, late, request };
}

test("a heartbeat that comes just before another worker takes the entry over keeps it", async () => {
  const { cloud, queue, late, request, runs, run } = await withRace({ until: Date.parse("2040-01-01") });
  const { leases } = await queue.receive({ ...request, worker: "w1" });
  cloud.clock.advance(LEASE_MS);
  expect((await late.queue.receive({ ...request, worker: "w2" })).leases).toEqual([]);
  expect(await queue.finish(leases.map((lease) => ({ lease, end: endOf("done") })))).toMatchObject([
    { outcome: "recorded" },
  ]);
  expect(await runs.counts(run.name)).toMatchObject({ DONE: 1, attempts: 1 });
});

test("an entry that was tried by another between the look and the claim is looked at again", async () => {
  const { late, request } = await withRace({ attempts: 1 });
  expect((await late.queue.receive({ ...request, worker: "w2" })).leases).toEqual([]);
});

test("who writes the same items at the same moment makes nobody lose an end", async () => {
  let conflicts = 0;
  const cloud = makeFakeCloud({ conflict: () => (conflicts-- > 0 ? "TransactionConflict" : undefined) });
  const { runs, queue } = cloud.open();
  const entries = entriesOf("a", "b");
  const run = newRun(entries);
  await runs.load(run, sourceOf(entries));
  const { leases } = await queue.receive({ run: run.name, worker: "w1", max: 2, leaseMs: LEASE_MS });
  conflicts = 3;
  expect(await queue.finish(leases.map((lease) => ({ lease, end: endOf("done") })))).toMatchObject([
    { outcome: "recorded" },
    { outcome: "recorded" },
  ]);
  conflicts = 1_000;
  await expect(runs.requeue(run.name, ["DONE"])).rejects.toMatchObject({ name: "TransientError" });
  expect(await runs.counts(run.name)).toMatchObject({ DONE: 2, attempts: 2 });
});

test("two who load the same run at the same time store every entry once", async () => {
  const cloud = makeFakeCloud();
  const entries = entriesOf(...Array.from({ length: 40 }, (_, i) => `e${i}`));
  const run = newRun(entries);
  const slowly = { ...sourceOf(entries), read: (after: number) => entries.slice(after, after + 7) };
  const [one, other] = [cloud.open(), cloud.open()];
  expect(await Promise.all([one.runs.load(run, slowly), other.runs.load(run, slowly)])).toEqual([
    { outcome: "loaded" },
    { outcome: "loaded" },
  ]);
  expect(cloud.queues.size).toBe(2);
  expect(await one.runs.counts(run.name)).toMatchObject({ QUEUED: 40 });
  const listed = await allPages((page) => other.runs.entries({ run: run.name, ...page }), 9);
  expect(listed.map(({ entry }) => entry.id)).toEqual(entries.map(({ id }) => id));
});

test("a run is not finished by who did not see that entries of it wait again", async () => {
  const cloud = makeFakeCloud();
  const { runs, queue } = cloud.open();
  const entries = entriesOf("a");
  const run = newRun(entries);
  await runs.load(run, sourceOf(entries));
  const { leases } = await queue.receive({ run: run.name, worker: "w1", max: 1, leaseMs: LEASE_MS });
  await queue.finish(leases.map((lease) => ({ lease, end: endOf("done") })));
  expect(await runs.requeue(run.name, ["DONE"])).toBe(1);
  expect(await runs.setState(run.name, ["OPEN"], "FINISHED", "all its entries have ended")).toBe(false);
  expect(await runs.get(run.name)).toMatchObject({ state: "OPEN" });
  expect((await runs.get(run.name))?.finishedAt).toBeUndefined();
});

test("a removal that was cut off is done before the name is used again", async () => {
  const cloud = makeFakeCloud();
  const { runs } = cloud.open();
  const entries = entriesOf("a", "b", "c");
  const run = newRun(entries);
  await runs.load(run, sourceOf(entries));
  const cut = cloud.open({
    before(operation) {
      if (operation === "BatchWriteItemCommand") throw new Error("gone");
    },
  });
  await expect(cut.runs.remove(run.name)).rejects.toThrow("gone");
  expect(await runs.get(run.name)).toMatchObject({ state: "STOPPED", reason: "it is being removed" });
  const others = entriesOf("x");
  const next = newRun(others, { name: run.name });
  expect(await runs.load(next, sourceOf(others))).toEqual({ outcome: "loaded" });
  expect((await runs.entries({ run: run.name })).rows.map(({ entry }) => entry.id)).toEqual(["x"]);
  await runs.remove(run.name);
  expect(cloud.items.size).toBe(0);
});

test("a run of several shards is listed in the order of its file, whatever is asked for", async () => {
  const cloud = makeFakeCloud({ page: 300 });
  const { runs, queue } = cloud.open();
  const ids = Array.from({ length: 2_100 }, (_, i) => `${i % 2 === 0 ? "even" : "odd"}-${i}`);
  const entries = entriesOf(...ids);
  const run = newRun(entries);
  await runs.load(run, sourceOf(entries));
  expect(new Set([...cloud.items.values()].flatMap(({ idKey, pk }) => (idKey ? [pk?.S] : []))).size).toBe(3);
  const listed = await allPages((page) => runs.entries({ run: run.name, ...page }), 1_000);
  expect(listed.map(({ entry }) => entry.id)).toEqual(ids);
  const odd = await allPages((page) => runs.entries({ run: run.name, prefix: "odd-", ...page }), 900);
  expect(odd.map(({ entry }) => entry.id)).toEqual(ids.filter((id) => id.startsWith("odd-")));
  const { leases } = await queue.receive({ run: run.name, worker: "w1", max: 20, leaseMs: LEASE_MS });
  await queue.finish(leases.slice(0, 10).map((lease) => ({ lease, end: endOf("done") })));
  const tried = await allPages((page) => runs.attempts({ run: run.name, ...page }), 6);
  expect(tried.map(({ entryId }) => entryId)).toEqual(ids.slice(0, 20));
  expect(tried.filter(({ outcome }) => outcome === undefined)).toHaveLength(10);
});

test("large data and results are objects, and no item grows with them", async () => {
  const cloud = makeFakeCloud();
  const { runs, queue } = cloud.open();
  const data = { text: "x".repeat(400_000) };
  const entries = [{ id: "large", data }];
  const run = newRun(entries);
  await runs.load(run, sourceOf(entries));
  const { leases } = await queue.receive({ run: run.name, worker: "w1", max: 1, leaseMs: LEASE_MS });
  await queue.finish(leases.map((lease) => ({ lease, end: endOf("done", { result: data }) })));
  expect([...cloud.objects.keys()].sort()).toEqual([
    `cirrus/bulk/${run.name}/data/1.json`,
    `cirrus/bulk/${run.name}/ends/1-1-w1.json`,
  ]);
  for (const item of cloud.items.values()) expect(JSON.stringify(item).length).toBeLessThan(2_000);
  cloud.objects.clear();
  await expect(runs.entry(run.name, "large")).rejects.toThrow(/data\/1\.json cannot be read: it is missing/);
});

test("an error of any length ends an entry, whose reason is short", async () => {
  const cloud = makeFakeCloud();
  const { runs, queue } = cloud.open();
  const entries = entriesOf("a");
  const run = newRun(entries);
  await runs.load(run, sourceOf(entries));
  const { leases } = await queue.receive({ run: run.name, worker: "w1", max: 1, leaseMs: LEASE_MS });
  const error = { name: "ValueError", message: "x".repeat(500_000) };
  await queue.finish(leases.map((lease) => ({ lease, end: endOf("exception", { error }) })));
  const { reason = "" } = (await runs.entry(run.name, "a")) ?? {};
  expect(reason).toMatch(/^exception: ValueError: x+…$/);
  expect(reason.length).toBeLessThan(1_100);
  expect((await runs.attempts({ run: run.name })).rows[0]?.error).toEqual(error);
});

test("a run is loaded only where it is said which stack its queues belong to", async () => {
  const cloud = makeFakeCloud();
  const entries = entriesOf("a");
  const { runs } = cloud.open({}, { queuePrefix: undefined });
  await expect(runs.load(newRun(entries), sourceOf(entries))).rejects.toMatchObject({ exitCode: EXIT.config });
});

test("a heartbeat that meets the end of its own attempt, as that is stored, neither fails nor calls the entry lost", async () => {
  const { run, queue, cloud } = await withRace({});
  const { leases } = await queue.receive({ run: run.name, worker: "w1", max: 1, leaseMs: LEASE_MS });
  const meeting = cloud.open({
    before(operation) {
      if (operation === "UpdateItemCommand") throw new TransactionConflictException({ message: "", $metadata: {} });
    },
  });
  expect(await meeting.queue.extend(leases, LEASE_MS)).toEqual([]);
});
