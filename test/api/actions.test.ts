import { describe, expect, onTestFinished, test } from "vitest";
import { type ActionRequest, type ActionView, action, actionPage } from "../../src/api/shapes/actions.ts";
import { problem } from "../../src/api/shapes/problem.ts";
import { openBulkHere } from "../../src/queue/open-here.ts";
import { COMMIT, loopFolder, loopTask } from "../cli/loop-folder.ts";
import { payloadText, taskFiles, workflowFiles } from "../cli/temporary-project.ts";
import { entriesOf, newRun, sourceOf } from "../contracts/bulk-world.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { type ApiWorld, makeApiWorld } from "./api-world.ts";
import { runPayloads } from "./run-payloads.ts";

const HANDLER = `export async function handler() {
  throw new Error("broken");
}
`;
const FILES = { ...taskFiles("greet", HANDLER), ...workflowFiles("hello", "greet") };
const idOf = (item: string) => `demo/workflow-hello/${item}`;

async function post(world: ApiWorld, path: string, body?: unknown): Promise<Response> {
  const json = { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return world.request(path, { method: "POST", ...(body !== undefined && json) });
}

async function ask(world: ApiWorld, request: ActionRequest): Promise<ActionView> {
  const response = await post(world, "/v1/actions", request);
  const body: unknown = await response.json();
  expect({ status: response.status, body }).toMatchObject({ status: 200 });
  expect(body).toEqual(action.parse(body));
  return action.parse(body);
}

async function refused(world: ApiWorld, path: string, body?: unknown) {
  const response = await post(world, path, body);
  const answer = problem.parse(await response.json());
  expect(response.status).toBe(answer.status);
  return answer;
}

describe("actions over HTTP", () => {
  test("run what failed again, and are listed with who, when and why", async () => {
    const world = makeApiWorld({ files: FILES, maxExecutions: 10 });
    await runPayloads(world, [payloadText("hello", "a"), payloadText("hello", "b")]);
    const why = "it was <b>broken</b>";
    const asked = await ask(world, { kind: "rerun", filter: { state: "FAILED", since: "1h" }, why });
    expect(asked).toMatchObject({ state: "DONE", by: "ada", why, total: 2, done: 2, problems: [] });
    expect(asked).toMatchObject({ skipped: 0, failed: 0 });
    expect(asked.what).toMatch(/^rerun 2 payloads that FAILED changed since \d{4}-/);
    expect(await world.get(`/v1/actions/${asked.id}`, action)).toEqual(asked);
    const published = await ask(world, { kind: "publish", payloads: [JSON.parse(payloadText("hello", "c"))] });
    const first = await world.get("/v1/actions?limit=1", actionPage);
    expect(first.rows).toEqual([published]);
    const second = await world.get(`/v1/actions?cursor=${first.next}`, actionPage);
    expect(second).toEqual({ rows: [asked] });
  });

  test("with what nobody knows or can keep are refused: a filter that is misspelt would choose everything", async () => {
    const world = makeApiWorld({ files: FILES });
    const wrong = async (body: object) => {
      const answer = await refused(world, "/v1/actions", body);
      expect(answer.status).toBe(400);
      return answer.problems?.map(({ parameter }) => parameter);
    };
    expect(await wrong({ kind: "stop", filter: { wrokflow: "hello" } })).toEqual(["filter.wrokflow"]);
    expect(await wrong({ kind: "mark", filter: { workflow: "hello" }, state: "FAILED", sate: 1 })).toEqual(["sate"]);
    expect(await wrong({ kind: "rerun", payloadIds: [idOf("a")], repalce: true })).toEqual(["repalce"]);
    expect(await wrong({ kind: "redrive-dead-letters", queue: "process", ids: ["a"] })).toEqual(["ids"]);
    // A payload that held it would be rejected, after the action was told done.
    expect(await wrong({ kind: "rerun", payloadIds: [idOf("a")], why: "half \ud83d" })).toEqual(["why"]);
    expect((await world.get("/v1/actions", actionPage)).rows).toEqual([]);
  });

  test("of more than a few go on behind the answer, are stopped and resumed", async () => {
    const continued: string[] = [];
    const world = makeApiWorld({ ports: { continueAction: async (id) => void continued.push(id) } });
    const payloadIds = Array.from({ length: 30 }, (_, n) => idOf(`none-${n}`));
    const { id, state } = await ask(world, { kind: "rerun", payloadIds });
    expect(state).toBe("RUNNING");
    expect(action.parse(await (await post(world, `/v1/actions/${id}/stop`)).json())).toMatchObject({
      state: "STOPPED",
      reason: "stopped by ada",
    });
    expect(action.parse(await (await post(world, `/v1/actions/${id}/resume`)).json())).toMatchObject({
      state: "RUNNING",
    });
    expect(continued).toEqual([id, id]);
  });

  test("are refused whoever may only look, and change nothing then", async () => {
    const world = makeApiWorld({ caller: { name: "eve", mayOperate: false } });
    const request = { kind: "rerun", payloadIds: [idOf("a")] };
    expect(await refused(world, "/v1/actions", request)).toMatchObject({ status: 403, type: "no-permission" });
    expect(await refused(world, "/v1/actions/x/stop")).toMatchObject({ status: 403 });
    expect(await refused(world, "/v1/actions/x/resume")).toMatchObject({ status: 403 });
    expect(await world.get("/v1/actions", actionPage)).toEqual({ rows: [] });
  });

  test("that cannot be are told so, with what is wrong", async () => {
    const world = makeApiWorld();
    const wrong = async (request: unknown) => refused(world, "/v1/actions", request);
    expect(await wrong({ kind: "explode" })).toMatchObject({ status: 400 });
    expect(await wrong({ kind: "rerun" })).toMatchObject({ status: 400, detail: expect.stringContaining("which") });
    expect(await wrong({ kind: "rerun", payloadIds: ["a"], filter: {} })).toMatchObject({ status: 400 });
    expect(await wrong({ kind: "rerun", filter: { since: "soon" } })).toMatchObject({
      status: 400,
      detail: expect.stringContaining("soon"),
    });
    expect(await wrong({ kind: "publish", payloads: [{}] })).toMatchObject({
      status: 400,
      problems: expect.arrayContaining([expect.objectContaining({ parameter: expect.stringMatching(/^payloads\.0/) })]),
    });
    expect(await wrong({ kind: "bulk", run: "x", do: "stop" })).toMatchObject({ status: 404 });
    expect(await wrong({ kind: "loop", do: "pause", loop: "x" })).toMatchObject({ status: 404 });
    expect(await refused(world, "/v1/actions/none/stop")).toMatchObject({ status: 404 });
    await world.getProblem("/v1/actions/none", 404);
    await world.getProblem("/v1/actions?cursor=nonsense", 400);
    expect(await world.get("/v1/actions", actionPage)).toEqual({ rows: [] });
  });
});

describe("actions on bulk runs", () => {
  test("retry what failed, stop, go on and cancel what waits", async () => {
    const here = openBulkHere(temporaryFolder());
    onTestFinished(() => here.close());
    const entries = entriesOf("one", "two");
    await here.runs.load(newRun(entries, { name: "run" }), sourceOf(entries));
    const world = makeApiWorld({ ports: { bulk: here } });
    const stateOf = async () => (await here.runs.get("run"))?.state;
    expect(await ask(world, { kind: "bulk", run: "run", do: "stop", why: "too dear" })).toMatchObject({
      state: "DONE",
      what: "stop the bulk run run",
      done: 1,
    });
    expect(await here.runs.get("run")).toMatchObject({ state: "STOPPED", reason: "too dear (ada via the API)" });
    await ask(world, { kind: "bulk", run: "run", do: "resume" });
    expect(await stateOf()).toBe("OPEN");
    await ask(world, { kind: "bulk", run: "run", do: "purge" });
    expect(await here.runs.counts("run")).toMatchObject({ CANCELLED: 2 });
    const over = await ask(world, { kind: "bulk", run: "run", do: "resume" });
    expect(over.problems).toEqual([{ id: "run", outcome: "skipped", reason: "it is FINISHED" }]);
    expect(await ask(world, { kind: "bulk", run: "run", do: "retry-failed" })).toMatchObject({ done: 1 });
  });
});

describe("actions on loops", () => {
  const TRAIN = loopTask("zzebu/train");

  async function loopWorld() {
    const { store, ran } = await loopFolder([TRAIN]);
    const loops = {
      store,
      files: { log: async () => undefined, notebook: async () => undefined } as never,
      resolveCommit: async (_: unknown, name: string) => (COMMIT.startsWith(name) ? COMMIT : undefined),
    };
    return { store, ran, world: makeApiWorld({ ports: { loops } }) };
  }

  test("pause, run now, pin and their opposites are stored as what was asked, by whom and why", async () => {
    const { store, world } = await loopWorld();
    const task = "zzebu/train";
    const paused = await ask(world, { kind: "loop", do: "pause", task, why: "waits for data" });
    expect(paused).toMatchObject({ state: "DONE", what: "pause zzebu/train" });
    expect((await store.controls()).tasks[task]?.pause).toEqual({
      id: paused.id,
      at: paused.at,
      by: "ada",
      note: "waits for data",
    });
    await ask(world, { kind: "loop", do: "pause", loop: "zzebu" });
    await ask(world, { kind: "loop", do: "run-now", task });
    expect(await ask(world, { kind: "loop", do: "pin", task, commit: COMMIT.slice(0, 8) })).toMatchObject({
      what: `pin zzebu/train to ${COMMIT}`,
    });
    const { tasks, loops } = await store.controls();
    expect(loops.zzebu?.pause).toBeDefined();
    expect(tasks[task]).toMatchObject({ runNow: { by: "ada" }, pin: { commit: COMMIT } });
    await ask(world, { kind: "loop", do: "resume", task });
    await ask(world, { kind: "loop", do: "unpin", task });
    expect((await ask(world, { kind: "loop", do: "unpin", task })).problems).toEqual([
      { id: task, outcome: "skipped", reason: "it is not pinned" },
    ]);
    expect((await store.controls()).tasks[task]).not.toMatchObject({ pause: expect.anything() });
  });

  test("an execution that runs is cancelled, and one that has ended is not", async () => {
    const { store, ran, world } = await loopWorld();
    const over = await ran(TRAIN, "SUCCEEDED");
    const { id } = await ran(TRAIN);
    expect(await ask(world, { kind: "loop", do: "cancel", execution: id })).toMatchObject({ done: 1 });
    expect((await store.controls()).cancels[id]).toMatchObject({ by: "ada" });
    const body = { kind: "loop", do: "cancel", execution: over.id };
    expect(await refused(world, "/v1/actions", body)).toMatchObject({ status: 409 });
  });

  test("what runs of a task is cancelled by the task's name as well", async () => {
    const { store, ran, world } = await loopWorld();
    const body = { kind: "loop", do: "cancel", task: "zzebu/train" } as const;
    await ran(TRAIN, "SUCCEEDED");
    expect(await refused(world, "/v1/actions", body)).toMatchObject({ status: 409 });
    const { id } = await ran(TRAIN);
    expect(await ask(world, body)).toMatchObject({ done: 1, what: "cancel zzebu/train" });
    expect((await store.controls()).cancels[id]).toMatchObject({ by: "ada" });
  });

  test("what is not known, or not enough, is refused", async () => {
    const { world } = await loopWorld();
    const wrong = async (request: object) => (await refused(world, "/v1/actions", { kind: "loop", ...request })).status;
    expect(await wrong({ do: "pause" })).toBe(400);
    expect(await wrong({ do: "run-now", loop: "zzebu" })).toBe(400);
    expect(await wrong({ do: "pin", task: "zzebu/train" })).toBe(400);
    expect(await wrong({ do: "pin", task: "zzebu/train", commit: "0000000" })).toBe(404);
    expect(await wrong({ do: "run-now", task: "zzebu/none" })).toBe(404);
    expect(await wrong({ do: "cancel", execution: "none" })).toBe(404);
    expect(await wrong({ do: "cancel", task: "zzebu/train", execution: "none" })).toBe(400);
  });
});
