import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Action } from "../../../src/actions/action.ts";
import { beginAction } from "../../../src/functions/act/begin.ts";
import { resumeAction, stopAction } from "../../../src/functions/act/control.ts";
import { keepTargets, readTargets } from "../../../src/functions/act/keep.ts";
import { runAction } from "../../../src/functions/act/run.ts";
import { stepAction } from "../../../src/functions/act/step.ts";
import { payloadOf, type WorldOptions } from "../world.ts";
import { type ActWorld, idOf, makeActWorld } from "./act-world.ts";

let world: ActWorld;
beforeEach(() => {
  world = makeActWorld();
});
afterEach(() => world.close());

/** As whoever takes it up would. */
async function finish(id: string): Promise<Action | undefined> {
  const ran = await runAction(id, world.acting);
  return ran.outcome === "none" ? undefined : ran.action;
}

const counts = ({ state, total, done, skipped, failed }: Action) => ({ state, total, done, skipped, failed });
const reasons = ({ problems }: Action) => problems.map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason}`);
const attempts = async (...items: string[]) =>
  Promise.all(items.map(async (item) => (await world.record(idOf(item)))?.attempt));

describe("a rerun", () => {
  test("runs payloads by their IDs, and says of every other why it did not", async () => {
    await world.process([payloadOf("cog", ["good"])]);
    await world.runAll("SUCCEEDED");
    const ids = await world.failed("a", "b");
    await world.process([payloadOf("cog", ["runs"])]);
    const action = await world.ask({
      kind: "rerun",
      payloadIds: [...ids, idOf("runs"), idOf("good"), idOf("none"), idOf("a")],
      why: "the sensor was recalibrated",
    });
    expect(counts(action)).toEqual({ state: "DONE", total: 5, done: 2, skipped: 2, failed: 1 });
    expect(action).toMatchObject({ what: "rerun 5 payloads", by: "alice", why: "the sensor was recalibrated" });
    expect(reasons(action)).toEqual([
      `${idOf("runs")} skipped: it is PROCESSING: it runs already`,
      `${idOf("good")} skipped: it is SUCCEEDED: it runs again only where it is to be replaced`,
      `${idOf("none")} failed: there is no such payload`,
    ]);
    await world.runAll();
    expect(await attempts("a", "b", "good")).toEqual([2, 2, 1]);
    const [claim] = (await world.history(idOf("a"))).filter(({ attempt, to }) => attempt === 2 && to === "CLAIMED");
    expect(claim?.reason).toContain("the sensor was recalibrated (alice via the API)");
  });

  test("with replace also runs what has SUCCEEDED", async () => {
    await world.process([payloadOf("cog")]);
    await world.runAll();
    const action = await world.ask({ kind: "rerun", payloadIds: [idOf("a")], replace: true });
    expect(action).toMatchObject({ state: "DONE", done: 1, what: `rerun ${idOf("a")}` });
    await world.runAll();
    expect(await attempts("a")).toEqual([2]);
  });

  test("of what a filter chooses goes on behind the answer where it is more than a few", async () => {
    const items = Array.from({ length: 120 }, (_, n) => `i${n}`);
    await world.failed(...items);
    const action = await world.ask({ kind: "rerun", filter: { state: "FAILED", workflow: "cog" } });
    expect(action).toMatchObject({ state: "RUNNING", what: "rerun 120 payloads that FAILED in cog", done: 0 });
    expect(world.continued).toEqual([action.id]);
    const done = await finish(action.id);
    expect(done && counts(done)).toEqual({ state: "DONE", total: 120, done: 120, skipped: 0, failed: 0 });
    await world.runAll();
    expect(new Set(await attempts(...items))).toEqual(new Set([2]));
  });

  test("leaves alone what has changed since the action began", async () => {
    const ids = await world.failed("a", "b");
    const asked = await world.ask({ kind: "rerun", filter: { state: "FAILED", workflow: "nothing" } });
    expect(counts(asked)).toEqual({ state: "DONE", total: 0, done: 0, skipped: 0, failed: 0 });

    // Chosen, and before any of it is done somebody else has one run again.
    const begun = await beginOnly(world, ids);
    const chosen = begun && (await stepAction(begun, world.acting));
    await world.process([payloadOf("cog", ["b"])]);
    const done = chosen && (await finish(chosen.id));
    expect(done && counts(done)).toEqual({ state: "DONE", total: 2, done: 1, skipped: 1, failed: 0 });
    expect(done && reasons(done)).toEqual([
      `${idOf("b")} skipped: it has changed since the action began: it is PROCESSING now`,
    ]);
    expect(world.stepFunctions.overlaps).toEqual([]);
  });

  test("with a changed input runs that, and refuses one that is no payload or another one", async () => {
    await world.failed("a");
    const changed = payloadOf("cog", ["a"], { id: idOf("a"), extra: "yes" });
    await expect(world.ask({ kind: "rerun", payloadIds: [idOf("a")], payload: { type: "x" } })).rejects.toMatchObject({
      exitCode: 2,
    });
    await expect(
      world.ask({ kind: "rerun", payloadIds: [idOf("a")], payload: payloadOf("cog", ["b"]) }),
    ).rejects.toThrow("another payload: s2/workflow-cog/b");
    await expect(world.ask({ kind: "rerun", payloadIds: ["a", "b"], payload: changed })).rejects.toThrow("one payload");
    await expect(world.ask({ kind: "rerun" })).rejects.toThrow("which payloads");
    expect(await world.ask({ kind: "rerun", payloadIds: [idOf("a")], payload: changed })).toMatchObject({ done: 1 });
    await world.runAll();
    const record = await world.record(idOf("a"));
    expect(await world.read(record?.inputUrl)).toMatchObject({ extra: "yes" });
  });

  test("of a payload that was chained keeps where it came from", async () => {
    const ancestors = ["s2/workflow-mosaic/a"];
    await world.process([payloadOf("cog", ["a"], { "cirrus:chain": { depth: 1, ancestors, effect: "e/chain/0" } })]);
    await world.runAll("FAILED");
    await world.ask({ kind: "rerun", payloadIds: [idOf("a")] });
    await world.runAll();
    expect(await world.record(idOf("a"))).toMatchObject({ attempt: 2, lineage: { depth: 1, ancestors } });
  });
});

describe("a publish", () => {
  test("sends payloads, and refuses all of them where one is wrong", async () => {
    const action = await world.ask({ kind: "publish", payloads: [payloadOf("cog", ["a"]), payloadOf("cog", ["b"])] });
    expect(action).toMatchObject({ state: "DONE", what: "publish 2 payloads", done: 2 });
    await world.runAll();
    expect(await attempts("a", "b")).toEqual([1, 1]);
    await expect(
      world.ask({ kind: "publish", payloads: [payloadOf("cog", ["c"]), { type: "FeatureCollection" }] }),
    ).rejects.toMatchObject({ exitCode: 2, problems: [{ path: expect.stringMatching(/^payloads\.1/) }] });
    expect((await world.acting.actions.list({})).rows).toHaveLength(1);
  });

  test("of payloads that are too long for the record is kept apart", async () => {
    const long = payloadOf("cog", ["a"], { note: "x".repeat(150_000) });
    const action = await world.ask({ kind: "publish", payloads: [long] });
    expect(action).toMatchObject({ state: "DONE", done: 1, request: { kind: "publish" } });
    expect(JSON.stringify(action).length).toBeLessThan(2_000);
    await world.runAll();
    expect(await world.read((await world.record(idOf("a")))?.inputUrl)).toMatchObject({ note: "x".repeat(150_000) });
  });
});

describe("a redrive", () => {
  test("lets executions go on where they failed, with who and why in the history", async () => {
    await world.failed("a");
    await world.process([payloadOf("cog", ["runs"])]);
    const action = await world.ask({ kind: "redrive", payloadIds: [idOf("a"), idOf("runs")], why: "it was down" });
    expect(counts(action)).toEqual({ state: "DONE", total: 2, done: 1, skipped: 1, failed: 0 });
    expect(reasons(action)).toEqual([
      `${idOf("runs")} skipped: The payload is PROCESSING: its execution has not ended.`,
    ]);
    expect((await world.history(idOf("a"))).at(-1)).toMatchObject({
      to: "PROCESSING",
      actor: "alice via the API",
      reason: "it was down (alice via the API)",
    });
  });
});

describe("a stop", () => {
  test("stops what runs, and says of the others that they have ended", async () => {
    await world.failed("over");
    await world.process([payloadOf("cog", ["a"])]);
    const action = await world.ask({ kind: "stop", payloadIds: [idOf("a"), idOf("over")], why: "wrong input" });
    expect(counts(action)).toEqual({ state: "DONE", total: 2, done: 1, skipped: 1, failed: 0 });
    expect(reasons(action)).toEqual([`${idOf("over")} skipped: its execution has ended already: FAILED`]);
    await world.update(world.stepFunctions.events);
    expect(await world.record(idOf("a"))).toMatchObject({
      state: "ABORTED",
      lastError: { error: "Stopped", cause: expect.stringContaining("wrong input (alice via the API)") },
    });
    // It stays when another run's error takes the place of this one.
    expect((await world.history(idOf("a"))).at(-1)?.reason).toMatch(/ABORTED: wrong input \(alice via the API\)/);
  });
});

describe("what waits for others", () => {
  const waiter = { type: "FeatureCollection", process: [{ workflow: "publish", await: { payloads: [idOf("a")] } }] };
  const id = "s2/workflow-publish/a";

  test("is stopped without an execution, and tells whoever listens", async () => {
    await world.process([waiter]);
    const action = await world.ask({ kind: "stop", payloadIds: [id], why: "not needed" });
    expect(counts(action)).toEqual({ state: "DONE", total: 1, done: 1, skipped: 0, failed: 0 });
    expect(await world.record(id)).toMatchObject({ state: "ABORTED", effectsPending: false });
    expect((await world.history(id)).at(-1)).toMatchObject({
      from: "WAITING",
      reason: "not needed (alice via the API)",
    });
    expect(await world.events()).toContain(`ABORTED ${id}`);
    const again = await world.ask({ kind: "rerun", payloadIds: [id] });
    expect(counts(again)).toMatchObject({ done: 1 });
    expect(await world.deliver()).toMatchObject([{ outcome: "waiting" }]);
  });

  test("is stopped once where the action died after it", async () => {
    await world.process([waiter]);
    const begun = await beginAction(
      { id: "0197", by: "alice", request: { kind: "stop", payloadIds: [id] } },
      world.acting,
    );
    const chosen = await stepAction(begun, world.acting);
    const dying = {
      ...world.acting,
      actions: { ...world.acting.actions, update: async () => Promise.reject(new Error("it dies here")) },
    };
    await expect(chosen && stepAction(chosen, dying)).rejects.toThrow("it dies here");
    const before = await world.history(id);
    expect(await finish("0197")).toMatchObject({ state: "DONE", done: 1, skipped: 0 });
    expect(await world.history(id)).toEqual(before);
  });

  test("is neither run again, redriven nor marked as invalid", async () => {
    await world.process([waiter]);
    expect(reasons(await world.ask({ kind: "rerun", payloadIds: [id] }))).toEqual([
      `${id} skipped: it is WAITING: it runs once all is there; stop it first`,
    ]);
    expect(reasons(await world.ask({ kind: "redrive", payloadIds: [id] }))).toEqual([
      `${id} skipped: its execution has never started, or is forgotten by now`,
    ]);
    const mark = await world.ask({ kind: "mark", state: "INVALID", payloadIds: [id] });
    expect(reasons(mark)).toEqual([`${id} skipped: it is WAITING: nothing of it has run`]);
    expect(await world.record(id)).toMatchObject({ state: "WAITING" });
  });
});

describe("a mark", () => {
  test("moves what does not run, tells whoever listens, and leaves what runs or has SUCCEEDED", async () => {
    await world.process([payloadOf("cog", ["good"])]);
    await world.runAll("SUCCEEDED");
    await world.failed("a");
    await world.process([payloadOf("cog", ["runs"])]);
    const payloadIds = ["a", "runs", "good"].map(idOf);
    const action = await world.ask({ kind: "mark", state: "INVALID", payloadIds, why: "the scene is empty" });
    expect(action.what).toBe("mark 3 payloads as INVALID");
    expect(counts(action)).toEqual({ state: "DONE", total: 3, done: 1, skipped: 2, failed: 0 });
    expect(reasons(action)).toEqual([
      `${idOf("runs")} skipped: its execution runs: stop it first`,
      `${idOf("good")} skipped: it is SUCCEEDED: it can be run again, and not be marked`,
    ]);
    expect(await world.record(idOf("a"))).toMatchObject({
      state: "INVALID",
      effectsPending: false,
      lastError: { error: "Down" },
    });
    expect((await world.history(idOf("a"))).at(-1)).toMatchObject({
      actor: "alice via the API",
      reason: "the scene is empty (alice via the API)",
    });
    expect(await world.events()).toContain(`INVALID ${idOf("a")}`);
    expect(await world.ask({ kind: "mark", state: "INVALID", payloadIds: [idOf("a")] })).toMatchObject({ skipped: 1 });
  });
});

describe("dead letters", () => {
  test("are sent again: these, or all of a queue", async () => {
    await world.queue.send(["x", "y", "z"].map((id) => ({ id, body: JSON.stringify(payloadOf("cog", [id])) })));
    for (let receives = 0; receives < 7; receives += 1) {
      await world.queue.receive({ max: 10 });
      world.clock.advance(600_000);
    }
    const { items } = await world.queue.deadLetters.list({});
    const [one] = items;
    expect(items).toHaveLength(3);
    const messageIds = [one?.messageId ?? "", "unknown"];
    const some = await world.ask({ kind: "redrive-dead-letters", queue: "process", messageIds });
    expect(some.what).toBe("redrive 2 dead letters of the queue process");
    expect(counts(some)).toEqual({ state: "DONE", total: 2, done: 1, skipped: 1, failed: 0 });
    const all = await world.ask({ kind: "redrive-dead-letters", queue: "process" });
    expect(counts(all)).toEqual({ state: "DONE", total: 2, done: 2, skipped: 0, failed: 0 });
    await world.runAll();
    expect(await attempts("x", "y", "z")).toEqual([1, 1, 1]);
  });
});

describe("what has another execution since the action began", () => {
  test.each(["rerun", "redrive", "stop", "mark"] as const)("is left alone by a %s", async (kind) => {
    await world.failed("a");
    const asked = kind === "mark" ? ({ kind, state: "ABORTED" } as const) : { kind };
    const request = { ...asked, payloadIds: [idOf("a")] };
    const begun = await beginAction({ id: "0197", by: "alice", request }, world.acting);
    await stepAction(begun, world.acting);
    await world.failed("a");
    const before = await world.record(idOf("a"));
    expect(before).toMatchObject({ attempt: 2, state: "FAILED" });
    expect(await finish("0197")).toMatchObject({ state: "DONE", total: 1, done: 0, skipped: 1, failed: 0 });
    expect(await world.record(idOf("a"))).toEqual(before);
    expect(await world.deliver()).toEqual([]);
  });
});

describe("what was done before a crash", () => {
  test.each(["rerun", "redrive", "stop", "mark"] as const)("by a %s counts as done, once", async (kind) => {
    if (kind === "stop") await world.process([payloadOf("cog", ["a"])]);
    else await world.failed("a");
    const asked = kind === "mark" ? ({ kind, state: "ABORTED" } as const) : { kind };
    const request = { ...asked, payloadIds: [idOf("a")] };
    const begun = await beginAction({ id: "0197", by: "alice", request }, world.acting);
    const chosen = await stepAction(begun, world.acting);
    const dies = async () => Promise.reject(new Error("it dies here"));
    const dying = { ...world.acting, actions: { ...world.acting.actions, update: dies } };
    await expect(chosen && stepAction(chosen, dying)).rejects.toThrow("it dies here");
    await world.deliver();
    const before = await world.history(idOf("a"));
    expect(await finish("0197")).toMatchObject({ state: "DONE", total: 1, done: 1, skipped: 0, failed: 0 });
    expect(await world.deliver()).toEqual([]);
    expect(await world.history(idOf("a"))).toEqual(before);
  });
});

describe("an action", () => {
  test("that is stopped does no more, and goes on where it was when it is resumed", async () => {
    const items = Array.from({ length: 70 }, (_, n) => `i${n}`);
    await world.failed(...items);
    const { id } = await world.ask({ kind: "rerun", filter: { state: "FAILED" } });
    const current = await world.acting.actions.get(id);
    expect(current && (await stepAction(current, world.acting))).toMatchObject({ state: "RUNNING", done: 50 });
    expect(await stopAction(id, "bob", world.acting)).toMatchObject({ state: "STOPPED", reason: "stopped by bob" });
    expect(await finish(id)).toMatchObject({ state: "STOPPED", done: 50 });
    expect(await resumeAction(id, world.acting)).toMatchObject({ state: "RUNNING" });
    const done = await finish(id);
    expect(done && counts(done)).toEqual({ state: "DONE", total: 70, done: 70, skipped: 0, failed: 0 });
    expect(done).not.toHaveProperty("reason", expect.any(String));
    await expect(resumeAction(id, world.acting)).rejects.toThrow("The action is DONE.");
    await expect(stopAction("none", "bob", world.acting)).rejects.toThrow("There is no action none.");
  });

  test("of two who do the same step one is told that it was too late", async () => {
    const begun = await beginOnly(world, await world.failed("a", "b"));
    expect(begun && (await stepAction(begun, world.acting))).toMatchObject({ total: 2 });
    world.clock.advance(1);
    expect(begun && (await stepAction(begun, world.acting))).toBeUndefined();
  });

  test("about more than one list holds goes through all of them", async () => {
    const change: WorldOptions["change"] = ({ state }) => ({
      state: { ...state, list: (query) => state.list({ ...query, limit: 10 }) },
    });
    const other = makeActWorld({ change });
    try {
      await other.failed(...Array.from({ length: 25 }, (_, n) => `i${n}`));
      const { id } = await other.ask({ kind: "rerun", filter: { state: "FAILED" } });
      const ran = await runAction(id, other.acting);
      expect(ran).toMatchObject({ outcome: "ended", action: { state: "DONE", total: 25, done: 25 } });
    } finally {
      await other.close();
    }
  });

  test("goes on with the list that was kept first where two choose at the same time", async () => {
    const first = { targets: [{ id: "a", version: 3 }], next: "b" };
    expect(await keepTargets("0197", 0, first, world.acting)).toEqual(first);
    expect(await keepTargets("0197", 0, { targets: [] }, world.acting)).toEqual(first);
    expect(await readTargets("0197", 0, world.acting)).toEqual(first);
  });

  test("whose list is gone ends FAILED with the reason", async () => {
    const items = Array.from({ length: 120 }, (_, n) => `i${n}`);
    await world.failed(...items);
    const { id } = await world.ask({ kind: "rerun", filter: { state: "FAILED" } });
    await world.ports.objects.remove(world.ports.payloads.urls.action(id).targets(0));
    expect(await finish(id)).toMatchObject({
      state: "FAILED",
      reason: expect.stringContaining("What the action is about is gone"),
    });
  });
});

/** Begun, and nothing of it done. */
async function beginOnly(acting: ActWorld, payloadIds: readonly string[]): Promise<Action | undefined> {
  const request = { kind: "rerun", payloadIds } as const;
  return beginAction({ id: "0197", by: "alice", request }, acting.acting);
}
