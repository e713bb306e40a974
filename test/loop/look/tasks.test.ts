/** What a page shows of organisations and tasks. */
import { expect, test } from "vitest";
import { isoTime } from "../../../src/clock.ts";
import type { TaskSettings } from "../../../src/loop/loop-task.ts";
import type { RegistrationProblem } from "../../../src/loop/registration.ts";
import { COMMIT, requestOf, taskOf } from "../../contracts/loop-world.ts";
import { makeLookWorld, NOW, turnsOf } from "./look-world.ts";

const [a, b, c] = [taskOf("debr", "a"), taskOf("debr", "b"), taskOf("debr", "c")];

function problemOf(change: Partial<RegistrationProblem> = {}): RegistrationProblem {
  return {
    code: "unknown-method",
    severity: "error",
    message: "no cell defines train",
    repository: "/repositories/one",
    file: "peach.yaml",
    line: 7,
    ...change,
  };
}

function withSettings(task: typeof a, settings: Partial<TaskSettings>) {
  return { ...task, settings: { ...task.settings, ...settings } };
}

/** Key and next turn of every task. */
async function nextTurns({ look }: ReturnType<typeof makeLookWorld>) {
  return Object.fromEntries((await look.tasks()).map(({ task, next }) => [task, next]));
}

test("P32: organisations come in order of their codes, with how many of their tasks run, fail and cannot run", async () => {
  const { look, register, run, begin, store } = makeLookWorld();
  const fetch = taskOf("zzebu", "fetch", { loop: "metadata" });
  const broken = problemOf({ codops: "debr", task: "broken" });
  const unread = problemOf({ codops: "sesr" });
  await register([a, b, fetch], { problems: [broken, unread, problemOf()] });
  await run(a, "FAILED");
  await run(b, "SUCCEEDED");
  await run(taskOf("debr", "gone"), "FAILED");
  await begin(fetch);
  const pause = requestOf();
  await store.pause({ kind: "loop", loop: "debr" }, pause);
  const none = { tasks: 0, running: 0, failing: 0, broken: 0, paused: undefined, problems: [] };
  expect(await look.organisations()).toEqual([
    { codops: "debr", tasks: 2, running: 0, failing: 1, broken: 1, paused: pause, problems: [broken] },
    { ...none, codops: "sesr", problems: [unread] },
    { ...none, codops: "zzebu", tasks: 1, running: 1 },
  ]);
  expect((await look.tasks("zzebu")).map(({ task }) => task)).toEqual(["zzebu/fetch"]);
  expect([await look.problems("sesr"), (await look.problems()).length]).toEqual([[unread], 3]);
});

test("P31: nothing needs to be prepared: where there are no loops yet there is nothing", async () => {
  const { look } = makeLookWorld();
  expect([await look.organisations(), await look.loops(), await look.tasks(), await look.problems()]).toEqual([
    [],
    [],
    [],
    [],
  ]);
  expect([await look.task("debr/a"), (await look.executions({ codops: "debr" })).rows]).toEqual([undefined, []]);
});

test("P33: a task has its place in the loop, and apart from it outcome, start and duration of its last execution", async () => {
  const { look, register, run, begin, record, clock } = makeLookWorld();
  await register([a, b, c]);
  await run(a, "FAILED", 1500);
  const running = await begin(b);
  await record("debr", {
    running: running.id,
    turns: turnsOf([a, "FINISHED"], [b, "RUNNING"], [c, "PENDING"]),
  });
  clock.advance(700);
  const rows = await look.tasks("debr");
  expect(rows.map(({ task, state, lastOutcome }) => [task, state, lastOutcome])).toEqual([
    ["debr/a", "FINISHED", "FAILED"],
    ["debr/b", "RUNNING", undefined],
    ["debr/c", "PENDING", undefined],
  ]);
  expect(rows.map(({ last }) => last && [last.startedAt, last.durationMs])).toEqual([
    [isoTime(NOW), 1500],
    [isoTime(NOW + 1500), 700],
    undefined,
  ]);
  expect(rows.map(({ holder }) => holder)).toEqual(["one", "one", "one"]);
});

test("P33: while it runs again, a task still shows how it ended before", async () => {
  const { look, register, run, begin } = makeLookWorld();
  await register([a]);
  const ended = await run(a, "TIMED_OUT");
  const running = await begin(a);
  const row = await look.task("debr/a");
  expect(row).toMatchObject({ state: "RUNNING", lastOutcome: "TIMED_OUT", last: { id: running.id } });
  expect(ended.id).not.toBe(running.id);
});

test("P33: between two iterations, and without a turn in this one, a task that ran is FINISHED", async () => {
  const { look, register, run, record } = makeLookWorld();
  await register([a, b]);
  await run(a, "SUCCEEDED");
  const states = async () => (await look.tasks()).map(({ state }) => state);
  await record("debr", { turns: turnsOf([a, "FINISHED"]) });
  expect(await states()).toEqual(["FINISHED", "PENDING"]);
  await record("debr", { turns: turnsOf([a, "PENDING"], [b, "PENDING"]), nextAt: NOW + 5000 });
  expect(await states()).toEqual(["FINISHED", "PENDING"]);
});

test("P10: a task has its counts, its success rate without what was cancelled, its mean duration and failures in a row", async () => {
  const { look, register, run } = makeLookWorld();
  await register([a, b]);
  for (const outcome of ["SUCCEEDED", "CANCELLED", "FAILED", "LOST", "SUCCEEDED", "TIMED_OUT"] as const) {
    await run(a, outcome, 600);
  }
  const [ran, fresh] = await look.tasks();
  expect(ran).toMatchObject({
    counts: { SUCCEEDED: 2, FAILED: 1, TIMED_OUT: 1, CANCELLED: 1, LOST: 1 },
    successRate: 0.4,
    meanDurationMs: 600,
    failureStreak: 1,
  });
  expect([fresh?.successRate, fresh?.meanDurationMs, fresh?.failureStreak]).toEqual([undefined, undefined, 0]);
});

test("P33: next turns in an iteration are places in it: what was asked for, then what is left in its order", async () => {
  const world = makeLookWorld();
  const [d, e] = [taskOf("debr", "d"), taskOf("debr", "e")];
  await world.register([a, b, c, d, e]);
  const running = await world.begin(a);
  await world.record("debr", {
    running: running.id,
    turns: turnsOf([e, "FINISHED"], [a, "RUNNING"], [c, "PENDING"], [b, "PENDING"]),
  });
  expect(await nextTurns(world)).toEqual({
    "debr/a": { when: "now" },
    "debr/c": { when: "position", position: 1 },
    "debr/b": { when: "position", position: 2 },
    "debr/d": { when: "iteration", iterations: 1 },
    "debr/e": { when: "iteration", iterations: 1 },
  });
  await world.store.runNow("debr/d", requestOf({ at: isoTime(NOW + 1) }));
  await world.store.runNow("debr/b", requestOf({ at: isoTime(NOW) }));
  await world.store.pause({ kind: "task", task: "debr/c" }, requestOf());
  expect(await nextTurns(world)).toMatchObject({
    "debr/b": { when: "position", position: 1 },
    "debr/d": { when: "position", position: 2 },
    "debr/c": { when: "never", reason: "paused" },
  });
});

test("P33: between two iterations the next turn is when the pause ends, or when its schedule says", async () => {
  const world = makeLookWorld();
  const hourly = withSettings(b, { everyMs: 3_600_000 });
  const nightly = withSettings(c, { cron: { expression: "0 6 * * *", timezone: "Europe/Zurich" } });
  const over = withSettings(taskOf("debr", "over"), { cron: { expression: "0 0 31 2 *", timezone: "UTC" } });
  await world.register([a, hourly, nightly, over]);
  await world.run(hourly, "SUCCEEDED");
  await world.record("debr", { nextAt: NOW + 9000, turns: turnsOf([a, "PENDING"]) });
  expect(await nextTurns(world)).toEqual({
    "debr/a": { when: "at", at: isoTime(NOW + 9000), reason: "iteration" },
    "debr/b": { when: "at", at: isoTime(NOW + 3_600_000), reason: "schedule" },
    "debr/c": { when: "at", at: "2030-01-02T05:00:00.000Z", reason: "schedule" },
    "debr/over": { when: "never", reason: "schedule" },
  });
});

test("P33: where nobody drives a loop the next turn stays when its pause ended, whenever somebody asks", async () => {
  const world = makeLookWorld();
  await world.register([a]);
  await world.record("debr", { nextAt: NOW - 9000, turns: turnsOf([a, "FINISHED"]) });
  expect(await nextTurns(world)).toEqual({
    "debr/a": { when: "at", at: isoTime(NOW - 9000), reason: "iteration" },
  });
});

test("P33: a task that is tried again comes when its delay is over", async () => {
  const world = makeLookWorld();
  await world.register([a, b]);
  const retry = { task: "debr/a", attempt: 2, at: NOW + 30_000 };
  await world.record("debr", { retry, turns: turnsOf([b, "PENDING"], [a, "PENDING"]) });
  expect(await nextTurns(world)).toEqual({
    "debr/a": { when: "at", at: isoTime(NOW + 30_000), reason: "retry" },
    "debr/b": { when: "position", position: 2 },
  });
  world.clock.advance(30_000);
  expect((await nextTurns(world))["debr/a"]).toEqual({ when: "position", position: 1 });
});

test("P4: in the metadata loop the tasks of an organisation have their turns in one round after the other", async () => {
  const world = makeLookWorld();
  const fetches = ["a", "b", "c"].map((name) => taskOf("debr", name, { loop: "metadata" }));
  const [other, later] = [taskOf("sesr", "other", { loop: "metadata" }), taskOf("sesr", "later", { loop: "metadata" })];
  await world.register([...fetches, other, later]);
  const [first, second, third] = fetches;
  if (!first || !second || !third) throw new Error("three tasks");
  for (const task of [second, third, first, other, later]) await world.run(task, "SUCCEEDED");
  await world.record("metadata", { turns: turnsOf([second, "PENDING"], [other, "PENDING"]) });
  expect(await nextTurns(world)).toEqual({
    "debr/b": { when: "position", position: 1 },
    "sesr/other": { when: "position", position: 2 },
    "debr/c": { when: "iteration", iterations: 1 },
    "debr/a": { when: "iteration", iterations: 2 },
    "sesr/later": { when: "iteration", iterations: 1 },
  });
});

test("P33: a pause is shown with its note, whether of the task or of its loop, and a pin with who set it", async () => {
  const { look, register, store } = makeLookWorld();
  const pinned = withSettings(b, { pin: "beef" });
  await register([a, pinned, c]);
  const [own, whole, pin, runNow] = [requestOf({ note: "too slow" }), requestOf(), requestOf(), requestOf()];
  await store.pause({ kind: "task", task: "debr/a" }, own);
  await store.pause({ kind: "loop", loop: "debr" }, whole);
  await store.pin("debr/a", COMMIT, pin);
  await store.runNow("debr/c", runNow);
  const rows = await look.tasks();
  expect(rows.map(({ paused }) => paused)).toEqual([
    { ...own, what: "task" },
    { ...whole, what: "loop" },
    { ...whole, what: "loop" },
  ]);
  expect(rows.map(({ pin }) => pin)).toEqual([
    { commit: COMMIT, by: "operator", request: pin },
    { commit: "beef", by: "file" },
    undefined,
  ]);
  expect(rows.map(({ runNow }) => runNow)).toEqual([undefined, undefined, runNow]);
  expect(rows.map(({ next }) => next)).toEqual(Array(3).fill({ when: "never", reason: "paused" }));
  expect(await look.loops()).toEqual([]);
});

test("P30: a task that cannot run stays visible with its problems, and one that is registered no more with what it came to", async () => {
  const { look, register, run } = makeLookWorld();
  await register([a]);
  await run(a, "SUCCEEDED");
  await run(c, "FAILED");
  const warning = problemOf({ codops: "debr", task: "b", severity: "warning" });
  const error = problemOf({ codops: "debr", task: "a" });
  await register([b], { problems: [warning, error] });
  const rows = await look.tasks();
  expect(
    rows.map(({ task, standing, next, lastOutcome, problems }) => ({ task, standing, next, lastOutcome, problems })),
  ).toEqual([
    {
      task: "debr/a",
      standing: "broken",
      next: { when: "never", reason: "broken" },
      lastOutcome: "SUCCEEDED",
      problems: [error],
    },
    {
      task: "debr/b",
      standing: "registered",
      next: { when: "iteration", iterations: 1 },
      lastOutcome: undefined,
      problems: [warning],
    },
    { task: "debr/c", standing: "gone", next: { when: "never", reason: "gone" }, lastOutcome: "FAILED", problems: [] },
  ]);
});

test("P30: a task whose repository cannot be read has no next turn", async () => {
  const world = makeLookWorld();
  const repositories = [{ repository: "/repositories/one", branch: "main", notebookCommits: {} }];
  await world.register([a], { repositories });
  expect(await nextTurns(world)).toEqual({ "debr/a": { when: "never", reason: "broken" } });
});

test("P2: a loop tells how far its iteration is, and when the next begins", async () => {
  const { look, register, begin, record } = makeLookWorld();
  await register([a, b]);
  const running = await begin(b);
  const turns = turnsOf([a, "FINISHED"], [b, "RUNNING"]);
  await record("debr", { iteration: 4, iterationStartedAt: isoTime(NOW), turns, running: running.id });
  expect(await look.loops()).toEqual([
    {
      loop: "debr",
      iteration: 4,
      iterationStartedAt: isoTime(NOW),
      holder: "one",
      running: running.id,
      turns: { had: 1, all: 2 },
      nextAt: undefined,
      paused: undefined,
    },
  ]);
  await record("debr", { nextAt: NOW + 10_000 });
  expect((await look.loops())[0]?.nextAt).toBe(isoTime(NOW + 10_000));
});
