/** What is too large for an item, how long things are kept, and how much is read for what. */
import { expect, test } from "vitest";
import type { LoopsUnderTest } from "../../contracts/loop-world.ts";
import {
  allPages,
  endOf,
  executionOf,
  idsOf,
  makeLoopWorld,
  registrationOf,
  taskOf,
} from "../../contracts/loop-world.ts";
import { makeFakeLoops } from "./fake-loops.ts";

function open() {
  const cloud = makeFakeLoops();
  const under: LoopsUnderTest = { ...cloud.open(), pass: cloud.clock.advance, tries: 1, close: () => undefined };
  return { cloud, store: under.store, world: makeLoopWorld(under) };
}

const LARGE = "x".repeat(200_000);

test("large arguments, traces and results are objects, and no item grows with them", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const task = taskOf("debr", "train", { args: { text: LARGE } });
  const error = { name: "ValueError", message: "größer", trace: LARGE };
  const end = endOf("FAILED", { error, result: [LARGE], warnings: [LARGE] });
  const execution = await world.run(driven, executionOf(task), end);
  expect(await store.execution(execution.id)).toEqual({ ...execution, end });
  const { result: _, ...listed } = end;
  expect((await store.executions({ codops: "debr" })).rows).toEqual([{ ...execution, end: listed }]);
  expect(await store.task("debr/train")).toMatchObject({
    last: { task, end: listed },
    lastEnded: { task, end: listed },
  });
  for (const item of cloud.items.values()) expect(JSON.stringify(item).length).toBeLessThan(10_000);
});

test("what is left of an execution when its objects have expired is still told", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const error = { name: "ValueError", message: LARGE, trace: LARGE };
  const end = endOf("FAILED", { error, result: LARGE, peakMemoryBytes: 7 });
  const task = taskOf("debr", "train", { args: { text: LARGE } });
  const execution = await world.run(driven, executionOf(task), end);
  cloud.objects.clear();
  expect(await store.execution(execution.id)).toEqual({
    ...execution,
    task: { ...task, args: {} },
    requirements: [],
    end: endOf("FAILED", { error: { name: "ValueError", message: `${"x".repeat(1_000)}…` }, peakMemoryBytes: 7 }),
  });
});

test("the record of a loop of thousands of tasks has room in its item", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const turns = Array.from({ length: 5_000 }, (_, index) => ({
    task: `debr/task-${index}`,
    state: "FINISHED" as const,
    execution: executionOf(taskOf("debr", "a")).id,
  }));
  expect(await driven.write({}, { turns })).toBe(true);
  expect((await store.loops())[0]?.turns).toEqual(turns);
  const sizes = [...cloud.items.values()].map(({ packed }) => packed?.B?.length ?? 0);
  expect(Math.max(...sizes)).toBeLessThan(300_000);
  expect(await driven.write({}, { turns: [] })).toBe(true);
  expect((await store.loops())[0]?.turns).toEqual([]);
});

test("an execution is kept for 90 days after its end, and as long as it runs", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const execution = await world.run(driven, executionOf(taskOf("debr", "train")));
  const own = () => [...cloud.items.values()].filter((item) => JSON.stringify(item).includes(execution.id));
  const expiring = () => own().filter(({ expires }) => expires !== undefined);
  expect(expiring()).toEqual([]);
  await driven.write({ end: { execution: execution.id, end: endOf("SUCCEEDED") } });
  const at = String(cloud.clock.now() / 1000 + 90 * 24 * 3600);
  expect(expiring().map(({ expires }) => expires?.N)).toEqual([at, at, at]);
  for (const [key, { expires }] of cloud.items) if (expires) cloud.items.delete(key);
  expect(await store.execution(execution.id)).toBeUndefined();
  expect((await store.executions({ codops: "debr" })).rows).toEqual([]);
  expect(await store.task("debr/train")).toMatchObject({ counts: { SUCCEEDED: 1 }, lastEnded: { id: execution.id } });
});

test("a list leaves out what expires while it is read", async () => {
  const { cloud, store, world } = open();
  const driven = await world.drive("debr");
  const executions = [];
  for (let more = 0; more < 3; more += 1) {
    executions.push(await world.run(driven, executionOf(taskOf("debr", "train")), endOf("SUCCEEDED")));
  }
  cloud.items.delete(`executions/debr/train\n${executions[1]?.id}`);
  expect(idsOf((await store.executions({ codops: "debr" })).rows)).toEqual([executions[2]?.id, executions[0]?.id]);
});

test("the newest of a hundred organisations come in the order of their starts, a page at a time", async () => {
  const { store, world } = open();
  const ids: string[] = [];
  const loops = await Promise.all(Array.from({ length: 100 }, (_, index) => world.drive(`org${index}`)));
  // Some have many in a row, most have few.
  for (let turn = 0; turn < 400; turn += 1) {
    const driven = turn % 3 === 0 ? loops[turn % 100] : loops[turn < 200 ? 1 : 2];
    if (driven === undefined) throw new Error("there is such a loop");
    const execution = executionOf(taskOf(driven.loop, `task-${turn % 4}`));
    ids.push((await world.run(driven, execution, endOf(turn % 7 === 0 ? "FAILED" : "SUCCEEDED"))).id);
  }
  const newest = await allPages((page) => store.executions(page), 33);
  expect(idsOf(newest)).toEqual([...ids].reverse());
  const oldest = await allPages((page) => store.executions({ oldestFirst: true, from: ids[50], ...page }), 100);
  expect(idsOf(oldest)).toEqual(ids.slice(50));
  const failed = await allPages((page) => store.executions({ outcome: "FAILED", ...page }), 10);
  expect(idsOf(failed)).toEqual(ids.filter((_, index) => index % 7 === 0).reverse());
});

test("only so many registrations are kept, and their objects go with them", async () => {
  const { cloud, store, world } = open();
  const large = () =>
    registrationOf("debr", { tasks: Array.from({ length: 60 }, (_, index) => taskOf("debr", `task-${index}`)) });
  const used = large();
  await store.register(used);
  await (await world.drive("debr")).write({}, { registration: used.id });
  for (let more = 0; more < 30; more += 1) await store.register(large());
  expect(cloud.objects.size).toBe(21);
  expect(await cloud.open().store.registration(used.id)).toEqual(used);
  cloud.objects.clear();
  await expect(cloud.open().store.registration()).rejects.toThrow(/registrations\/.+ cannot be read: it is missing/);
});
