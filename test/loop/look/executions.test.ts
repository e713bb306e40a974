/** What a page shows of executions: versions, durations for the graph, and logs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isoTime } from "../../../src/clock.ts";
import { percentile, samplePoints } from "../../../src/loop/look/duration-look.ts";
import type { DurationPoint, LogQuery, LoopLogLine, LoopsLook } from "../../../src/loop/look/look-at-loops.ts";
import { OUTCOMES } from "../../../src/loop/loop-execution.ts";
import { taskOf } from "../../contracts/loop-world.ts";
import { makeLookWorld, NOW } from "./look-world.ts";

const [train, other] = [taskOf("debr", "train"), taskOf("debr", "other")];
const HEAD = "3f2a9c1e77aa".padEnd(40, "0");
const NOTEBOOK = "beefbeef".padEnd(40, "1");

test("P34: executions come newest first, with version, start, outcome and the time that each took", async () => {
  const { look, run, begin, clock } = makeLookWorld();
  const version = { headCommit: HEAD, notebookCommit: NOTEBOOK, pinned: false };
  const first = await run(train, "FAILED", 1200, { version });
  const second = await begin(train, { version: { headCommit: "worktree", pinned: false }, trigger: "run-now" });
  clock.advance(300);
  const { rows } = await look.executions({ task: "debr/train" });
  expect(rows).toMatchObject([
    { id: second.id, version: "worktree", startedAt: isoTime(NOW + 1200), durationMs: 300, trigger: "run-now" },
    { id: first.id, version: "3f2a9c1e", startedAt: isoTime(NOW), durationMs: 1200, outcome: "FAILED" },
  ]);
  expect([rows[0]?.outcome, rows[0]?.endedAt]).toEqual([undefined, undefined]);
  expect(await look.execution(first.id)).toEqual(rows[1]);
  expect(await look.execution("unknown")).toBeUndefined();
});

test("P37: the version is eight digits of the head commit; both commits are kept whole", async () => {
  const { look, run } = makeLookWorld();
  await run(train, "SUCCEEDED", 10, { version: { headCommit: HEAD, notebookCommit: NOTEBOOK, pinned: true } });
  const [row] = (await look.executions({ codops: "debr" })).rows;
  expect(row).toMatchObject({ version: "3f2a9c1e", headCommit: HEAD, notebookCommit: NOTEBOOK, pinned: true });
});

test("P34: executions come page by page", async () => {
  const { look, run } = makeLookWorld();
  const ids = [];
  for (let number = 0; number < 3; number += 1) ids.push((await run(train, "SUCCEEDED")).id);
  const first = await look.executions({ task: "debr/train", limit: 2 });
  const second = await look.executions({ task: "debr/train", limit: 2, after: first.next });
  expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(ids.toReversed());
  expect(second.next).toBeUndefined();
});

test("P36: the graph has a point with outcome for each execution that has ended, from the oldest to the newest", async () => {
  const { look, run, begin } = makeLookWorld();
  const ended = [
    await run(train, "SUCCEEDED", 100),
    await run(train, "FAILED", 900),
    await run(train, "SUCCEEDED", 300),
  ];
  await run(other, "SUCCEEDED", 5);
  await begin(train);
  expect(await look.durations("debr/train")).toEqual({
    points: ended.map((execution, index) => ({
      execution: execution.id,
      at: execution.startedAt,
      durationMs: [100, 900, 300][index],
      outcome: ["SUCCEEDED", "FAILED", "SUCCEEDED"][index],
      version: "3f2a9c1e",
    })),
    executions: 3,
    p50Ms: 100,
    p95Ms: 300,
  });
  expect(await look.durations("debr/nothing")).toEqual({ points: [], executions: 0 });
});

test("P36: only the newest executions are looked at where that is asked for", async () => {
  const { look, run } = makeLookWorld();
  for (const duration of [1, 2, 3, 4]) await run(train, "SUCCEEDED", duration);
  const { points, executions } = await look.durations("debr/train", { newest: 3 });
  expect([points.map(({ durationMs }) => durationMs), executions]).toEqual([[2, 3, 4], 3]);
});

const outcome = fc.oneof(
  { weight: 9, arbitrary: fc.constant("SUCCEEDED" as const) },
  { weight: 1, arbitrary: fc.constantFrom(...OUTCOMES) },
);
const point = fc.record({ durationMs: fc.nat(10_000), outcome });
const many = fc.array(point, { maxLength: 300, size: "max" });
const pointsOf = (bare: readonly Pick<DurationPoint, "durationMs" | "outcome">[]): readonly DurationPoint[] =>
  bare.map((one, index) => ({ ...one, execution: `${index}`, at: isoTime(NOW + index), version: "3f2a9c1e" }));

test("P36: however many there are, every failure is a point, and so are the quickest and the slowest that succeeded", () => {
  fc.assert(
    fc.property(many, fc.integer({ min: 1, max: 120 }), (bare, most) => {
      const points = pointsOf(bare);
      const sampled = samplePoints(points, most);
      const failures = points.filter(({ outcome }) => outcome !== "SUCCEEDED");
      expect(sampled.filter(({ outcome }) => outcome !== "SUCCEEDED")).toEqual(failures);
      expect(sampled.length).toBeLessThanOrEqual(Math.max(most, failures.length));
      const chosen = new Set(sampled);
      expect(points.filter((one) => chosen.has(one))).toEqual(sampled);
      if (points.length <= most) expect(sampled).toEqual(points);
      if (most - failures.length < 2) return;
      const [all, kept] = [points, sampled].map((some) =>
        some.filter(({ outcome }) => outcome === "SUCCEEDED").map(({ durationMs }) => durationMs),
      );
      expect(Math.max(...(kept ?? []))).toBe(Math.max(...(all ?? [])));
      expect(Math.min(...(kept ?? []))).toBe(Math.min(...(all ?? [])));
    }),
  );
});

test("a percentile is a duration that was measured", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.95), percentile(hundred, 1)]).toEqual([50, 95, 100]);
  expect([percentile([7], 0.5), percentile([7], 0.95), percentile([], 0.5)]).toEqual([7, 7, undefined]);
});

/** All pages, as [execution, message]. */
async function readAll(look: LoopsLook, query: LogQuery) {
  const lines: LoopLogLine[] = [];
  for (let after: string | undefined; ; ) {
    const page = await look.logs({ ...query, after });
    lines.push(...page.lines);
    if (page.rest !== "more") return lines.map(({ execution, message }) => [execution, message]);
    after = page.next;
  }
}

test("P35: the logs of a task are those of all its executions in the order of time, each line with its execution", async () => {
  const { look, run, writeLog } = makeLookWorld();
  const expected: [string, string][] = [];
  for (let number = 1; number <= 120; number += 1) {
    const { id } = await run(train, "SUCCEEDED");
    const messages = Array.from({ length: number % 4 }, (_, index) => `line ${index} of ${number}`);
    if (messages.length > 0) await writeLog(id, ...messages);
    expected.push(...messages.map((message): [string, string] => [id, message]));
    await writeLog((await run(other, "SUCCEEDED")).id, "another task");
  }
  for (const enough of [1, 50, 1000]) expect(await readAll(look, { task: "debr/train", enough })).toEqual(expected);
  const { lines } = await look.logs({ task: "debr/train" });
  expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).sort());
});

test("P35: the logs of one execution are its own, and end with it", async () => {
  const { look, run, writeLog } = makeLookWorld();
  const [first, second] = [await run(train, "SUCCEEDED"), await run(train, "FAILED")];
  await writeLog(first.id, "one", "two");
  await writeLog(second.id, "three");
  expect(await look.logs({ execution: first.id })).toMatchObject({
    lines: [
      { execution: first.id, version: first.version.headCommit.slice(0, 8), message: "one" },
      { execution: first.id, version: first.version.headCommit.slice(0, 8), message: "two" },
    ],
    rest: "ended",
  });
  expect(await look.logs({ execution: "unknown" })).toMatchObject({ lines: [], rest: "ended" });
});

test("P35: the logs of a task begin with its newest executions where that is asked for", async () => {
  const { look, run, writeLog } = makeLookWorld();
  for (const message of ["one", "two", "three"]) await writeLog((await run(train, "SUCCEEDED")).id, message);
  const { lines } = await look.logs({ task: "debr/train", newest: 2 });
  expect(lines.map(({ message }) => message)).toEqual(["two", "three"]);
});

test("P35: a log is followed while it grows, and then those of the executions that come", async () => {
  const { look, run, begin, writeLog, store } = makeLookWorld();
  const none = await look.logs({ task: "debr/train" });
  expect(none).toEqual({ lines: [], next: undefined, rest: "growing" });
  const first = await begin(train);
  await writeLog(first.id, "one");
  const seen: string[] = [];
  let after: string | undefined;
  const follow = async () => {
    const page = await look.logs({ task: "debr/train", after });
    seen.push(...page.lines.map(({ message }) => message));
    after = page.next;
    return page.rest;
  };
  expect(await follow()).toBe("growing");
  await writeLog(first.id, "two");
  await follow();
  await follow();
  await writeLog(first.id, "three");
  await writeLog((await run(train, "SUCCEEDED")).id, "four");
  await follow();
  await follow();
  expect(seen).toEqual(["one", "two", "three", "four"]);
  expect((await look.logs({ execution: first.id })).rest).toBe("growing");
  expect((await store.execution(first.id))?.end).toBeUndefined();
});

test("P35: following goes on with the executions that are left where the one before is gone", async () => {
  const { look, run, writeLog, store, files } = makeLookWorld();
  const [first, second] = [await run(train, "SUCCEEDED"), await run(train, "SUCCEEDED")];
  await writeLog(first.id, "one");
  await writeLog(second.id, "two");
  const { next } = await look.logs({ task: "debr/train", enough: 1 });
  await files.remove([first.id]);
  const page = await look.logs({ task: "debr/train", after: next });
  expect(page.lines.map(({ message }) => message)).toEqual(["two"]);
  await expect(look.logs({ task: "debr/other", after: next })).rejects.toThrow("does not belong to this list");
  expect(await store.execution(second.id)).toBeDefined();
});
