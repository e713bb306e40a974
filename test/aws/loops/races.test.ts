/** What comes in between a look at the table of loops and the write that follows it. */
import { expect, test } from "vitest";
import type { LoopStore } from "../../../src/loop/loop-store.ts";
import { endOf, executionOf, makeLoopWorld, registrationOf, requestOf, taskOf } from "../../contracts/loop-world.ts";
import { makeFakeLoops } from "./fake-loops.ts";

const LEASE_MS = 60_000;

type FakeLoops = ReturnType<typeof makeFakeLoops>;

/** A process before whose first call of that kind somebody else does something. */
function openLate(cloud: FakeLoops, operation: string, first: () => Promise<unknown>): LoopStore {
  let isFirst = true;
  const { store } = cloud.open({
    async before(called) {
      if (called !== operation || !isFirst) return;
      isFirst = false;
      await first();
    },
  });
  return store;
}

function open() {
  const cloud = makeFakeLoops();
  const { store, files } = cloud.open();
  const world = makeLoopWorld({ store, files, pass: cloud.clock.advance, tries: 1, close: () => undefined });
  return { cloud, store, world };
}

test("a lease that is extended just before somebody else would take the loop keeps it", async () => {
  const { cloud, store, world } = open();
  const { fence } = await world.drive("debr", "one", LEASE_MS);
  cloud.clock.advance(2 * LEASE_MS);
  const late = openLate(cloud, "UpdateItemCommand", () => store.extend("debr", fence, LEASE_MS));
  expect(await late.claim({ loop: "debr", holder: "two", leaseMs: LEASE_MS })).toMatchObject({
    outcome: "busy",
    holder: "one",
  });
});

test("a holder that was replaced just before its write changes nothing", async () => {
  const { cloud, store, world } = open();
  const one = await world.drive("debr", "one", LEASE_MS);
  cloud.clock.advance(2 * LEASE_MS);
  const late = openLate(cloud, "TransactWriteItemsCommand", () =>
    store.claim({ loop: "debr", holder: "two", leaseMs: LEASE_MS }),
  );
  const begin = executionOf(taskOf("debr", "train"));
  expect(await late.write(one.change({ begin }))).toBe(false);
  expect(await store.execution(begin.id)).toBeUndefined();
  expect(await store.tasks()).toEqual([]);
});

test("a request to end an execution that ends in the same moment is not granted, and leaves nothing", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const execution = await world.run(driven, executionOf(taskOf("debr", "train")));
  const late = openLate(cloud, "TransactWriteItemsCommand", () =>
    driven.write({ end: { execution: execution.id, end: endOf("SUCCEEDED") } }),
  );
  expect(await late.cancel(execution.id, requestOf())).toBe(false);
  expect((await store.execution(execution.id))?.end).toEqual(endOf("SUCCEEDED"));
  expect((await store.controls()).cancels).toEqual({});
});

test("an end that comes just after such a request takes it away", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const execution = await world.run(driven, executionOf(taskOf("debr", "train")));
  const late = openLate(cloud, "TransactWriteItemsCommand", () => store.cancel(execution.id, requestOf()));
  expect(await late.write(driven.change({ end: { execution: execution.id, end: endOf("CANCELLED") } }))).toBe(true);
  expect((await store.controls()).cancels).toEqual({});
});

test("a request to run now that is taken back and asked for anew in between stays", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const [first, second] = [requestOf(), requestOf()];
  await store.runNow("debr/train", first);
  const other = await world.drive("metadata");
  const late = openLate(cloud, "TransactWriteItemsCommand", async () => {
    const answered = { task: "debr/train", request: first.id };
    await other.write({ begin: executionOf(taskOf("debr", "train")), answered });
    await store.runNow("debr/train", second);
  });
  const answered = { task: "debr/train", request: first.id };
  expect(await late.write(driven.change({ begin: executionOf(taskOf("debr", "train")), answered }))).toBe(true);
  expect((await store.controls()).tasks["debr/train"]).toEqual({ runNow: second });
});

test("of two who register in the same moment both are there, and one is the newest", async () => {
  const { cloud, store } = open();
  const [one, other] = [registrationOf("debr"), registrationOf("zzebu")];
  const late = openLate(cloud, "TransactWriteItemsCommand", () => store.register(other));
  await late.register(one);
  expect(await store.registration()).toEqual(one);
  expect(await store.registration(other.id)).toEqual(other);
});

test("one that becomes the newest again just before it would be dropped stays", async () => {
  const { cloud, store } = open();
  const tasks = Array.from({ length: 100 }, (_, index) => taskOf("debr", `task-${index}`));
  const again = registrationOf("debr", { tasks });
  await store.register(again);
  for (let more = 0; more < 19; more += 1) await store.register(registrationOf("debr", { tasks: [] }));
  const late = openLate(cloud, "DeleteItemCommand", () => store.register(again));
  await late.register(registrationOf("debr", { tasks: [] }));
  expect(await cloud.open().store.registration()).toEqual(again);
});

test("whoever meets conflicts for too long is told that it passes", async () => {
  let isBusy = false;
  const cloud = makeFakeLoops({ conflict: () => (isBusy ? "TransactionConflict" : undefined) });
  const { store, files } = cloud.open();
  const world = makeLoopWorld({ store, files, pass: cloud.clock.advance, tries: 1, close: () => undefined });
  const driven = await world.drive("debr");
  isBusy = true;
  await expect(driven.write()).rejects.toMatchObject({ name: "TransientError", message: /^The loop debr/ });
});
