import { afterEach, beforeEach, expect, test } from "vitest";
import { makeDynamoStateStore } from "../../src/aws/state/state-store.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeStateStore } from "../../src/embedded/state/state-store.ts";
import { rerunFeeder } from "../../src/functions/feed-rerun/feeder.ts";
import { rerunPorts } from "../../src/functions/feed-rerun/wiring.ts";
import type { Json } from "../../src/json.ts";
import { startTableServer } from "../aws/state/table-server.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { type FeederWorld, itemIds, runFeeder } from "../feeder/run-feeder.ts";
import { MINUTE, makeWorld, payloadOf, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.close());

const ENDS = {
  ok: {},
  down: { status: "FAILED", error: "Down", cause: "for now" },
  timeout: { status: "FAILED", error: "TooSlow", cause: "it took an hour" },
  invalid: { status: "FAILED", error: "InvalidInput", cause: "no such band" },
} as const;

/** Each a payload of one item that has ended so, a minute after the one before; `run` goes on running. */
async function past(...ended: readonly (readonly [item: string, how: keyof typeof ENDS | "run", workflow?: string])[]) {
  for (const [item, how, workflow = "cog"] of ended) {
    await world.process([payloadOf(workflow, [item])]);
    if (how !== "run") {
      const output = { ...payloadOf(workflow, [item]), id: `s2/workflow-${workflow}/${item}` };
      await world.update([world.end(how === "ok" ? output : ENDS[how], output.id)]);
    }
    world.clock.advance(MINUTE);
  }
}

function rerun(event: Json, options: FeederWorld = {}) {
  const { state, objects } = world.ports;
  const feeder = rerunFeeder(async () => ({ state }));
  return runFeeder(feeder, event, { store: objects, clock: world.clock, ...options });
}

test("payloads in a state run again with the input that they had, and their history says why", async () => {
  await past(["a", "ok"], ["b", "down"], ["c", "invalid"], ["d", "timeout"], ["e", "run"]);
  const fed = await rerun({ state: "FAILED" });
  expect(fed.thrown).toBeUndefined();
  expect(itemIds(fed)).toEqual(["d", "b"]);
  const outcomes = await world.process(fed.payloads);
  expect(outcomes).toMatchObject([{ outcome: "started" }, { outcome: "started" }]);
  expect(await world.record("s2/workflow-cog/b")).toMatchObject({ state: "PROCESSING", attempt: 2 });
  const history = await world.history("s2/workflow-cog/b");
  expect(history.map(({ reason }) => reason).join("\n")).toContain("run again by feed-rerun");
});

test.each([
  ["workflow", { workflow: "mosaic", state: "FAILED" }, ["m"]],
  ["collections", { collections: "s2", state: "FAILED" }, ["m", "d", "b"]],
  ["other collections", { collections: "s1", state: "FAILED" }, []],
  ["the beginning of its error", { error_begins_with: "TooSlow" }, ["d"]],
  ["the beginning of its ID", { id_prefix: "s2/workflow-cog/b" }, ["b"]],
  ["a time since which it has changed", { since: "2m", state: "FAILED" }, ["m"]],
  ["a time", { until: "2030-01-01T00:01:30Z", state: "FAILED" }, ["b"]],
])("payloads are chosen by %s", async (_by, event, found) => {
  await past(["a", "ok"], ["b", "down"], ["d", "timeout"], ["m", "down", "mosaic"]);
  expect(itemIds(await rerun(event))).toEqual(found);
});

test("times that overlap send nothing more often: what was sent again is found only once it has failed again", async () => {
  await past(["a", "down"], ["b", "down"], ["c", "down"]);
  const often = { state: "FAILED", since: "24h" };
  await world.process((await rerun(often)).payloads);
  await world.update([world.end(ENDS.down, "s2/workflow-cog/b")]);
  world.clock.advance(MINUTE);
  expect(itemIds(await rerun(often))).toEqual(["b"]);
  expect(itemIds(await rerun({ ...often, since: "1m" }))).toEqual(["b"]);
});

test("those that have SUCCEEDED or are INVALID run again by choice alone", async () => {
  await past(["a", "ok"], ["b", "down"], ["c", "invalid"]);
  const without = await rerun({ workflow: "cog" });
  expect(itemIds(without)).toEqual(["b"]);
  expect(without.warnings).toEqual(["payloads stay as they are", "payloads stay as they are"]);
  const fed = await rerun({ workflow: "cog", replace: true });
  expect(itemIds(fed)).toEqual(["c", "b", "a"]);
  expect(fed.payloads.map(({ process: [first] }) => first.replace)).toEqual([true, true, true]);
  expect(await world.process(fed.payloads)).toMatchObject(Array(3).fill({ outcome: "started" }));
  expect(itemIds(await rerun({ state: "COMPLETED", replace: true }))).toEqual([]);
});

test("they may run with other parameters, of the first process definition", async () => {
  const cog = {
    workflow: "cog",
    tasks: { cog: { blocksize: 256, nodata: 0 } },
    upload_options: { path_template: "x" },
  };
  await world.process([payloadOf([cog, { workflow: "publish" }], ["a"])]);
  await world.update([world.end(ENDS.down)]);
  const fed = await rerun({ state: "FAILED", process_update: { tasks: { cog: { blocksize: 512 } } } });
  expect(fed.payloads[0]?.process).toEqual([
    { ...cog, tasks: { cog: { blocksize: 512, nodata: 0 } } },
    { workflow: "publish" },
  ]);
});

test("where a payload came from in its chain stays as it was", async () => {
  await world.process([payloadOf([{ workflow: "cog" }, { workflow: "publish" }], ["a"])]);
  const chain = [{ workflow: "cog" }, { workflow: "publish" }];
  await world.update([world.end({ ...payloadOf(chain, ["a"]), id: "s2/workflow-cog/a" })]);
  await world.deliver();
  await world.update([world.end(ENDS.down)]);
  const before = (await world.record("s2/workflow-publish/a"))?.lineage;
  expect(before).toMatchObject({ depth: 1, ancestors: ["s2/workflow-cog/a"] });
  const fed = await rerun({ state: "FAILED" });
  await world.process(fed.payloads);
  expect(await world.record("s2/workflow-publish/a")).toMatchObject({ attempt: 2, lineage: before });
});

test("one whose input is gone stays, and the others run", async () => {
  await past(["a", "down"], ["b", "down"]);
  const record = await world.record("s2/workflow-cog/a");
  await world.ports.objects.remove(record?.inputUrl as `s3://${string}/${string}`);
  const fed = await rerun({ state: "FAILED" });
  expect(itemIds(fed)).toEqual(["b"]);
  expect(fed.warnings).toEqual(["payloads stay as they are"]);
});

test("a run that was cut off goes on, with the times that it began with", async () => {
  const all = Array.from({ length: 230 }, (_, number) => `${number}`);
  for (const item of all) {
    await world.process([payloadOf("cog", [item])]);
    await world.update([world.end(ENDS.down)]);
  }
  const first = await rerun({ state: "FAILED", since: "1h" }, { dieAfter: 205 });
  expect(first.reached).toMatchObject({ since: expect.any(String), until: expect.any(String) });
  world.clock.advance(120 * MINUTE);
  const second = await rerun({ state: "FAILED", since: "1h" }, { position: first.reached ?? null });
  expect(new Set([...itemIds(first), ...itemIds(second)]).size).toBe(all.length);
  expect(second.payloads).toHaveLength(30);
});

test.each([
  [{}, "No payloads were chosen"],
  [{ replace: true, limit: 5 }, "No payloads were chosen"],
  [{ state: "DONE" }, "$.state"],
  [{ since: "yesterday" }, "$.since: Write 7d, 24h, 30m"],
])("%j is refused", async (event, message) => {
  const { thrown } = await rerun(event);
  expect(thrown).toMatchObject({ name: "InvalidInput", message: expect.stringContaining(message) });
});

test("on AWS it asks the table for nothing but what its definition allows", async () => {
  const table = await startTableServer();
  try {
    const state = makeDynamoStateStore({ client: table.client, table: "state", clock: world.clock });
    const feeder = rerunFeeder(async () => ({ state }));
    for (const event of [{ workflow: "cog" }, { state: "FAILED" }, { error_begins_with: "Down" }, { since: "1h" }]) {
      expect((await runFeeder(feeder, event, { store: world.ports.objects })).thrown).toBeUndefined();
    }
    expect(new Set(table.calls)).toEqual(new Set(["Query"]));
  } finally {
    await table.close();
  }
});

test("on one machine it reads the database that the runtime writes", async () => {
  const path = `${temporaryFolder()}/cirrus.db`;
  const db = openDatabase(path);
  const ports = await rerunPorts({ CIRRUS_DATABASE: path });
  try {
    const store = makeStateStore(db, { clock: world.clock });
    const claim = {
      payloadId: "s2/workflow-cog/a",
      expected: "absent",
      execution: "e",
      attempt: 1,
      inputUrl: "s3://p/a.json",
    } as const;
    const why = {
      lineage: { depth: 0, ancestors: [] },
      message: "m",
      at: "2030-01-01T00:00:00.000Z",
      actor: "t",
      reason: "r",
    };
    await store.claim([{ ...claim, ...why }]);
    expect((await ports.state.list({})).items).toMatchObject([{ payloadId: "s2/workflow-cog/a" }]);
  } finally {
    ports.close?.();
    db.close();
  }
});
