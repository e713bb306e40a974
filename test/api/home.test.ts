import { expect, test } from "vitest";
import { activity, home } from "../../src/api/shapes/home.ts";
import { makeQueueDepths } from "../../src/embedded/messages/queue-depths.ts";
import { payloadText, taskFiles, workflowFiles } from "../cli/temporary-project.ts";
import { claimOf, finishOf, startedOf } from "../contracts/payload-writes.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { makeApiWorld } from "./api-world.ts";

const FILES = {
  ...taskFiles("greet", "export const handler = async () => ({});\n"),
  ...workflowFiles("hello", "greet"),
};

test("the first view tells what is there, what came in the window and before it, and what stands still", async () => {
  const clock = makeVirtualClock(Date.parse("2030-01-10T12:30:00Z"));
  const world = makeApiWorld({ files: FILES, clock });
  const { state, rejections } = world.ports.functions;
  const now = () => new Date(clock.now()).toISOString();
  const run = async (name: string, end?: "FAILED" | "SUCCEEDED") => {
    const id = `c/workflow-${name}`;
    await state.claim([claimOf(id, now())]);
    await state.started([startedOf(id, now())]);
    if (end !== undefined) await state.finish([finishOf(id, now(), { state: end })]);
  };
  clock.advance(-30 * 3_600_000);
  await run("hello/before", "FAILED");
  await rejections.record([{ id: "old", at: now(), code: "not-json", reason: "it is not JSON", raw: "{" }]);
  clock.advance(28 * 3_600_000);
  await run("hello/stuck");
  await run("gone/1", "SUCCEEDED");
  clock.advance(2 * 3_600_000 - 1);
  await run("hello/runs");
  await rejections.record([{ id: "new", at: now(), code: "not-json", reason: "it is not JSON", raw: "{" }]);
  clock.advance(1);

  const view = await world.get("/v1/home", home);
  expect(view).toMatchObject({ window: "24h", rejected: { count: 1, atLeast: false } });
  expect(view.periods).toHaveLength(24);
  expect(view.periods.at(-1)).toBe("2030-01-10T12:00:00.000Z");
  const [gone, hello] = ["gone", "hello"].map((name) => view.matrix.find(({ workflow }) => workflow === name));
  expect(gone).toMatchObject({ now: { SUCCEEDED: 1 }, window: { SUCCEEDED: 1 }, before: {} });
  expect(hello).toMatchObject({
    now: { FAILED: 1, PROCESSING: 2 },
    window: { CLAIMED: 2, PROCESSING: 2 },
    before: { CLAIMED: 1, PROCESSING: 1, FAILED: 1 },
  });
  expect(hello?.series.CLAIMED?.slice(-3)).toEqual([1, 0, 1]);
  expect(view.running.map(({ id }) => id)).toEqual(["c/workflow-hello/stuck", "c/workflow-hello/runs"]);
  // The one that has succeeded: nobody has said that its effects are out.
  expect(view.stuck.rows.map(({ id }) => id)).toEqual([
    "c/workflow-hello/before",
    "c/workflow-gone/1",
    "c/workflow-hello/stuck",
  ]);
});

test("an answer in which nothing has changed is confirmed, however long something runs meanwhile", async () => {
  const clock = makeVirtualClock(Date.parse("2030-01-10T12:30:00Z"));
  const world = makeApiWorld({ files: FILES, clock });
  const { state } = world.ports.functions;
  await state.claim([claimOf("c/workflow-hello/runs", "2030-01-10T12:29:00Z")]);
  await state.started([startedOf("c/workflow-hello/runs", "2030-01-10T12:29:30Z")]);
  const paths = ["/v1/home", "/v1/activity", "/v1/payloads", "/v1/payload?id=c/workflow-hello/runs", "/stats"];
  for (const [index, path] of paths.entries()) {
    const tag = (await world.request(path)).headers.get("ETag") ?? "";
    clock.advance(1_234);
    const again = await world.request(path, { headers: { "If-None-Match": tag } });
    expect({ path, status: again.status }).toEqual({ path, status: 304 });
    await state.claim([claimOf(`c/workflow-hello/after-${index}`, "2030-01-10T12:30:00Z")]);
    if (path.includes("?")) continue;
    const changed = await world.request(path, { headers: { "If-None-Match": tag } });
    expect({ path, status: changed.status }).toEqual({ path, status: 200 });
  }
});

test("the first view of a project in which nothing has happened names its workflows", async () => {
  const world = makeApiWorld({ files: FILES });
  for (const window of ["1h", "24h", "7d", "30d"]) {
    const view = await world.get(`/v1/home?window=${window}`, home);
    expect(view.matrix).toContainEqual({ workflow: "hello", now: {}, window: {}, before: {}, series: {} });
    expect(view).toMatchObject({ running: [], stuck: { count: 0, atLeast: false, rows: [] } });
  }
  await world.getProblem("/v1/home?window=2h", 400);
});

test("what waits in the queues is told", async () => {
  const world = makeApiWorld({ files: FILES });
  const { intake, statusChanges } = world.runtime;
  const queues = makeQueueDepths({ process: intake, "status-change": statusChanges }, world.ports.functions);
  const told = makeApiWorld({ files: FILES, ports: { queues } });
  await intake.send([{ id: "1", body: payloadText("hello", "scene-1") }]);
  const { queues: depths } = await told.get("/v1/home", home);
  expect(depths).toMatchObject([{ queue: "process", waiting: 1, inFlight: 0, dead: 0 }, { queue: "status-change" }]);
});

test("activity is asked for by interval and times, and not for more periods than anybody looks at", async () => {
  const clock = makeVirtualClock(Date.parse("2030-01-10T12:30:00Z"));
  const world = makeApiWorld({ files: FILES, clock });
  await world.ports.functions.state.claim([claimOf("c/workflow-hello/1", "2030-01-10T12:00:00Z")]);
  const one = { workflow: "hello", state: "CLAIMED", count: 1, unique: 1 };
  const day = await world.get("/v1/activity?interval=day&from=7d", activity);
  expect(day).toMatchObject({ from: "2030-01-03T00:00:00.000Z", to: "2030-01-10T00:00:00.000Z" });
  expect(day).toMatchObject({ interval: "day", counts: [{ ...one, period: "2030-01-10T00:00:00.000Z" }] });
  const hours = await world.get("/v1/activity", activity);
  expect(hours).toMatchObject({ interval: "hour", counts: [{ ...one, period: "2030-01-10T12:00:00.000Z" }] });
  expect((await world.get("/v1/activity?to=2030-01-10T11:59:59Z", activity)).counts).toEqual([]);
  expect((await world.get("/v1/activity?workflow=none", activity)).counts).toEqual([]);
  expect((await world.getProblem("/v1/activity?interval=5min&from=52w", 400)).detail).toContain("more than 1000");
  await world.getProblem("/v1/activity?from=yesterday", 400);
});
