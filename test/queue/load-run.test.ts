import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import type { BulkRuns } from "../../src/bulk/bulk-store.ts";
import { DEFAULT_POLICY, withLimits } from "../../src/bulk/retry-policy.ts";
import { makeEmbeddedBulk } from "../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { type LoadRunOptions, loadRun } from "../../src/queue/load-run.ts";
import { endOf, makeBulkWorld } from "../contracts/bulk-world.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { failureOf, portsOf } from "./task-file/sample-files.ts";

function makeWorld() {
  const clock = makeVirtualClock();
  const folder = temporaryFolder();
  const db = openDatabase(":memory:");
  onTestFinished(() => db.close());
  const bulk = makeEmbeddedBulk(db, { clock, folder });
  const world = makeBulkWorld({ ...bulk, pass: clock.advance, tries: 1, close: () => {} });
  const file = join(folder, "tasks.json");

  function write(...entries: readonly object[]): void {
    writeFileSync(file, JSON.stringify(entries));
  }
  function load(change: Partial<LoadRunOptions> = {}, runs: BulkRuns = bulk.runs) {
    return loadRun(
      { ...portsOf(), runs },
      {
        run: {
          name: "add-tasks",
          task: { kind: "task", name: "add" },
          limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 5 },
          policy: DEFAULT_POLICY,
        },
        taskFile: { file },
        ...change,
      },
    );
  }
  return { ...bulk, world, file, write, load };
}

const entry = (task_id: string, data: object = {}) => ({ task_id, data });

describe("loading a run from a task file", () => {
  test("stores every entry with its place, and where they came from", async () => {
    const { load, write, runs, file } = makeWorld();
    write(entry("a", { x: 1 }), entry("b"), entry("c"));
    const loaded = await load({ taskFile: { file, start: 2 } });
    expect(loaded).toMatchObject({ outcome: "loaded", requeued: 0, run: { state: "OPEN", entries: 2 } });
    expect(loaded.run.source).toMatchObject({ file, start: 2, size: 84 });
    expect((await runs.entries({ run: "add-tasks" })).rows.map(({ entry, position }) => [position, entry.id])).toEqual([
      [1, "b"],
      [2, "c"],
    ]);
  });

  test("changes nothing where anything is wrong, and names both places of an ID that stands twice", async () => {
    const { load, runs, file } = makeWorld();
    writeFileSync(
      file,
      '[\n{"task_id":"a","data":{}},\n{"task_id":"b","data":{}},\n{"task_id":"a","data":{"x":1}},\n{"task_id":3,"data":{}}]',
    );
    const { problems } = await failureOf(load());
    expect(problems.map(({ line, message }) => `${line} ${message}`).sort()).toEqual([
      '4 the task_id "a" stands on line 4 and before it on line 2',
      "5 found 3, expected a text of 1 to 256 characters",
    ]);
    expect(await runs.list()).toEqual([]);
  });

  test("checks the data with the task's schema", async () => {
    const { load, write } = makeWorld();
    write(entry("a", { x: 1 }), entry("b", { x: "1" }), entry("c"));
    const schema = z.object({ x: z.number() });
    const { problems } = await failureOf(load({ schema }));
    expect(problems.map(({ path, message }) => `${path} ${message}`)).toEqual([
      '$.data.x the task does not take the data of "b": Invalid input: expected number, received string',
      '$.data.x the task does not take the data of "c": Invalid input: expected number, received undefined',
    ]);
    write(entry("a", { x: 1 }));
    expect((await load({ schema })).outcome).toBe("loaded");
  });

  test("notices a file that is changed while it is read", async () => {
    const { load, write, file, runs } = makeWorld();
    write(entry("a"));
    const schema = z.object({}).refine(() => {
      utimesSync(file, 1000, 1000);
      return true;
    });
    await expect(load({ schema })).rejects.toThrow(`${file} was changed while it was read.`);
    expect(await runs.list()).toEqual([]);
  });

  test("goes on where it was cut off", async () => {
    const { load, write, runs } = makeWorld();
    write(...Array.from({ length: 5001 }, (_, n) => entry(`t${n}`)));
    const failing: BulkRuns = {
      ...runs,
      load: (run, entries) =>
        runs.load(run, {
          count: entries.count,
          read: (after, limit) => (after === 0 ? entries.read(after, limit) : fail()),
        }),
    };
    await expect(load({}, failing)).rejects.toThrow("cut off");
    expect(await runs.get("add-tasks")).toMatchObject({ state: "LOADING" });
    expect(await load()).toMatchObject({ outcome: "loaded", run: { state: "OPEN" } });
    expect((await runs.counts("add-tasks")).QUEUED).toBe(5001);
  });

  test("leaves no temporary files", async () => {
    const { load, write } = makeWorld();
    const folder = temporaryFolder();
    vi.stubEnv("TMPDIR", folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    write(entry("a"), {});
    await failureOf(load());
    write(entry("a"));
    await load();
    expect(readdirSync(folder)).toEqual([]);
  });
});

function fail(): never {
  throw new Error("cut off");
}

describe("loading a run that exists", () => {
  test("resumes it where the entries are the same, whatever the form of the file", async () => {
    const { load, write, file } = makeWorld();
    write(entry("a", { x: 1 }), entry("b"));
    await load();
    writeFileSync(file.replace("json", "yaml"), "- {task_id: a, data: {x: 1}}\n- {task_id: b, data: {}}\n");
    expect(await load({ taskFile: { file: file.replace("json", "yaml") } })).toMatchObject({ outcome: "resumed" });
  });

  test("does not even read a file that has not changed", async () => {
    const { load, write, file } = makeWorld();
    write(entry("a"));
    utimesSync(file, 1000, 1000);
    await load();
    writeFileSync(file, "x".repeat('[{"task_id":"a","data":{}}]'.length));
    utimesSync(file, 1000, 1000);
    expect(await load()).toMatchObject({ outcome: "resumed" });
    await failureOf(load({ taskFile: { file, limit: 1 } }));
    utimesSync(file, 1000, 1001);
    await failureOf(load());
  });

  test("takes over the limits and the policy of the new call", async () => {
    const { load, write, runs } = makeWorld();
    write(entry("a"));
    const { run } = await load();
    const policy = withLimits(DEFAULT_POLICY, { exception: 3 });
    const resumed = await load({ run: { ...run, policy } });
    expect(resumed.run.policy).toEqual(policy);
    expect((await runs.get("add-tasks"))?.policy).toEqual(policy);
  });

  test.each([
    ["other data", [entry("a"), entry("b", { x: 2 })], 'Entry 2, "b", has other data in the file than in the run.'],
    ["another ID", [entry("a"), entry("c")], 'Entry 2 is "c" in the file and "b" in the run.'],
    ["fewer entries", [entry("a")], 'The file ends before entry 2, which is "b" in the run.'],
    ["more entries", [entry("a"), entry("b"), entry("c")], "The file has 3 entries and the run 2."],
  ])("refuses %s, and changes nothing", async (_what, entries, difference) => {
    const { load, write, runs } = makeWorld();
    write(entry("a"), entry("b"));
    await load();
    const before = await runs.entries({ run: "add-tasks" });
    write(...entries);
    await expect(load()).rejects.toMatchObject({
      message: `The bulk run add-tasks exists with other entries. ${difference}`,
      exitCode: 6,
      hint: expect.stringMatching(/--job-id.*cirrus bulk delete add-tasks/),
    });
    expect(await runs.entries({ run: "add-tasks" })).toEqual(before);
  });

  test("refuses to make it a run of another task", async () => {
    const { load, write } = makeWorld();
    write(entry("a"));
    const { run } = await load();
    await expect(load({ run: { ...run, task: { kind: "command", command: ["./x.py"] } } })).rejects.toThrow(
      "The bulk run add-tasks is a run of another task. Its task is add.",
    );
  });
});

describe("loading only what failed", () => {
  test("lets the failed entries of the run wait again, or those of them that are named", async () => {
    const { load, write, world, runs, file } = makeWorld();
    write(entry("a"), entry("b"), entry("c"));
    await load();
    const leases = await world.take("add-tasks", 3);
    for (const lease of leases) await world.finish(lease, endOf(lease.entry.id === "b" ? "done" : "failed"));
    expect(await runs.counts("add-tasks")).toMatchObject({ DONE: 1, FAILED: 2 });
    expect(await load({ onlyFailed: true, taskFile: { file, ids: ["c", "b"] } })).toMatchObject({ requeued: 1 });
    expect(await load({ onlyFailed: true })).toMatchObject({ outcome: "resumed", requeued: 1, run: { state: "OPEN" } });
    expect(await runs.counts("add-tasks")).toMatchObject({ DONE: 1, QUEUED: 2, FAILED: 0 });
  });

  test("needs a run that exists", async () => {
    const { load, write } = makeWorld();
    write(entry("a"));
    await expect(load({ onlyFailed: true })).rejects.toThrow("There is no bulk run add-tasks whose failed entries");
  });
});
