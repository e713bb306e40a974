import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_POLICY } from "../../../src/bulk/retry-policy.ts";
import { type Clock, systemClock } from "../../../src/clock.ts";
import { makeEmbeddedBulk } from "../../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { ENDED_AT, endOf, entriesOf, makeBulkWorld, policyOf, workerOf } from "../../contracts/bulk-world.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { startProcess } from "../other-process.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { numberedRun } from "./numbered-run.ts";

function openBulk({ folder = temporaryFolder(), clock = systemClock }: { folder?: string; clock?: Clock } = {}) {
  const db = openDatabase(join(folder, "cirrus.db"));
  onTestFinished(() => db.close());
  const bulk = makeEmbeddedBulk(db, { clock, folder });
  const world = makeBulkWorld({ ...bulk, pass: () => undefined, tries: 1, close: () => undefined });
  return { folder, db, ...bulk, world };
}

const take = async ({ queue }: ReturnType<typeof openBulk>, run: string, max: number, worker = "w1") =>
  (await queue.receive({ run, worker, max, leaseMs: 600_000 })).leases;

test("entries come in the order of their file, and retries as soon as their time has come", async () => {
  const clock = makeVirtualClock();
  const bulk = openBulk({ clock });
  const rule = { limit: 5, delaySeconds: 1, factor: 2 };
  const policy = {
    ...DEFAULT_POLICY,
    exit: { ...rule, delaySeconds: 0 },
    exception: rule,
    timeout: { ...rule, delaySeconds: 0.5 },
  };
  const run = await bulk.world.load(entriesOf("z", "b", "c", "a", "e", "d"), { policy });
  const [z, b, c] = await take(bulk, run, 3);
  if (z === undefined || b === undefined || c === undefined) throw new Error("nothing came");
  await bulk.queue.finish([
    { lease: z, end: endOf("exception") },
    { lease: b, end: endOf("exit") },
    { lease: c, end: endOf("timeout") },
  ]);
  const next = async (max: number) => (await take(bulk, run, max)).map(({ entry }) => entry.id);
  clock.advance(499);
  expect(await next(2)).toEqual(["b", "a"]);
  clock.advance(501);
  expect(await next(3)).toEqual(["c", "z", "e"]);
  expect(await next(3)).toEqual(["d"]);
});

test("a lease and a delay end at their very millisecond", async () => {
  const clock = makeVirtualClock();
  const bulk = openBulk({ clock });
  const policy = { ...DEFAULT_POLICY, spot: { limit: 5, delaySeconds: 1, factor: 1 } };
  const run = await bulk.world.load(entriesOf("a"), { policy });
  expect(await bulk.world.takeOne(run, { leaseMs: 2000 })).toMatchObject({ until: clock.now() + 2000 });
  clock.advance(1999);
  expect(await bulk.world.look(run)).toEqual([]);
  expect((await bulk.world.entry(run, "a")).state).toBe("RUNNING");
  clock.advance(1);
  expect(await bulk.world.look(run)).toEqual([]);
  expect(await bulk.world.entry(run, "a")).toMatchObject({ state: "QUEUED", dueAt: "2030-01-01T00:00:03.000Z" });
  clock.advance(999);
  expect(await bulk.world.look(run)).toEqual([]);
  clock.advance(1);
  expect(await bulk.world.look(run)).toHaveLength(1);
});

test("a run is finished by the end of its last entry, however it ends, stopped or not", async () => {
  const clock = makeVirtualClock();
  const { runs, world } = openBulk({ clock });
  const lost = await world.load(entriesOf("a"), { policy: policyOf({ spot: 0 }) });
  await world.takeOne(lost, { leaseMs: 1000 });
  clock.advance(1000);
  expect(await world.look(lost)).toEqual([]);
  expect(await runs.get(lost)).toMatchObject({ state: "FINISHED", finishedAt: "2030-01-01T00:00:01.000Z" });

  const stopped = await world.load(entriesOf("a"));
  const lease = await world.takeOne(stopped);
  await runs.setState(stopped, ["OPEN"], "STOPPED", "by hand");
  await world.finish(lease, endOf("done"));
  expect((await runs.get(stopped))?.state).toBe("FINISHED");

  const purged = await world.load(entriesOf("a", "b"));
  expect(await runs.purge(purged, "not needed")).toBe(2);
  expect((await runs.get(purged))?.state).toBe("FINISHED");
  expect((await runs.get(await world.load([])))?.state).toBe("FINISHED");
});

test("a batch of any size is one commit to receive and one to finish, and a look at an empty queue none", async () => {
  const bulk = openBulk();
  const { run, source } = numberedRun("numbers", 500);
  await bulk.runs.load(run, source);
  const commits = () => countCommits(join(bulk.folder, "cirrus.db-wal"));
  const before = commits();
  const leases = await take(bulk, "numbers", 500);
  expect([leases.length, commits() - before]).toEqual([500, 1]);
  await bulk.queue.finish(leases.map((lease) => ({ lease, end: endOf("stopped") })));
  expect(commits() - before).toBe(2);
  await take(bulk, "numbers", 500);
  expect(await take(bulk, "numbers", 500)).toEqual([]);
  expect(commits() - before).toBe(3);
});

/** Frames that end a transaction carry the size of the database (https://sqlite.org/fileformat2.html#walformat). */
function countCommits(path: string): number {
  const log = readFileSync(path);
  const frame = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frame <= log.length; at += frame) if (log.readUInt32BE(at + 4) > 0) commits += 1;
  return commits;
}

test("a worker that finds nothing to do waits for nobody who writes", async () => {
  const { folder, queue, world } = openBulk();
  const run = await world.load(entriesOf("a"));
  const process = { pid: 2 ** 30, identity: "nobody" };
  await queue.reportWorker(workerOf(run, "ended", { host: hostname(), process, endedAt: ENDED_AT }));
  await world.takeOne(run);
  const writer = new DatabaseSync(join(folder, "cirrus.db"));
  writer.exec("BEGIN IMMEDIATE");
  expect(await world.look(run, "w2")).toEqual([]);
  writer.close();
});

test("workers in several processes end every entry exactly once between them", async () => {
  const { folder, runs } = openBulk();
  const { run, source } = numberedRun("shared", 300);
  await runs.load(run, source);
  const workers = ["w1", "w2"].map((worker) => startProcess("work-bulk.ts", folder, "shared", worker, "end"));
  const printed = await Promise.all(workers.map(({ ended }) => ended));
  const ended = printed.flatMap((text) => text.split("\n").filter(Boolean));
  expect(ended.sort()).toEqual(
    source
      .read(0, 300)
      .map(({ id }) => id)
      .sort(),
  );
  const counts = { QUEUED: 0, RUNNING: 0, DONE: 300, FAILED: 0, CANCELLED: 0, attempts: 300 };
  expect(await runs.counts("shared")).toEqual(counts);
  const { rows } = await runs.attempts({ run: "shared", limit: 1000 });
  expect(rows.map(({ attempt, outcome }) => `${attempt} ${outcome}`)).toEqual(Array(300).fill("1 done"));
});

test("what a killed worker held is given to others at once, and what it wrote is kept", async () => {
  const bulk = openBulk();
  const { folder, runs, logs, world } = bulk;
  const run = await world.load(entriesOf("a/1", "b", "c", "d"));
  const holder = startProcess("work-bulk.ts", folder, run, "holder", "hold");
  await holder.printed("holding 3");
  expect((await take(bulk, run, 10)).map(({ entry }) => entry.id)).toEqual(["d"]);
  const gone = new Promise((resolve) => holder.child.once("exit", resolve));
  holder.child.kill("SIGKILL");
  await gone;
  const again = await take(bulk, run, 10);
  expect(again.map(({ entry, attempt }) => [entry.id, attempt])).toEqual([
    ["a/1", 2],
    ["b", 2],
    ["c", 2],
  ]);
  const [first] = (await runs.attempts({ run, entryId: "a/1" })).rows;
  expect(first).toMatchObject({
    attempt: 1,
    outcome: "spot",
    error: { name: "WorkerLost", message: "the worker holder is gone" },
  });
  expect(await logs.read(first?.log ?? "")).toBe("working on a/1\n");
  const [worker] = await runs.workers(run);
  expect(worker).toMatchObject({ worker: "holder", reason: "its process was killed" });
  expect(worker?.endedAt).toBeDefined();
});

test("workers that are killed one after the other lose nothing, and no end is recorded twice", async () => {
  const { folder, runs } = openBulk();
  const { run, source } = numberedRun("killed", 200);
  await runs.load({ ...run, policy: policyOf({ spot: 100 }) }, source);
  for (const enough of [10, 50, 90, 130]) {
    // Killed somewhere between the two, and not after what the next one is killed at.
    const worker = startProcess("work-bulk.ts", folder, "killed", `w${enough}`, "end", `e${enough + 30}`);
    await worker.printed(`e${enough}\n`);
    worker.child.kill("SIGKILL");
    await worker.ended.catch(() => undefined);
  }
  await startProcess("work-bulk.ts", folder, "killed", "last", "end").ended;
  expect(await runs.counts("killed")).toMatchObject({ QUEUED: 0, RUNNING: 0, DONE: 200, FAILED: 0 });
  expect((await runs.get("killed"))?.state).toBe("FINISHED");
  const { rows } = await runs.attempts({ run: "killed", limit: 1000 });
  expect(rows.filter(({ outcome }) => outcome === "done").map(({ entryId }) => entryId)).toEqual(
    source.read(0, 200).map(({ id }) => id),
  );
  const lost = rows.filter(({ outcome }) => outcome !== "done");
  expect(new Set(lost.map(({ outcome }) => outcome)).size).toBeLessThanOrEqual(1);
  expect(lost.length).toBeLessThanOrEqual(4 * 3);
});

test("processes of another machine are not looked for on this one", async () => {
  const { queue, world } = openBulk();
  const run = await world.load(entriesOf("a"));
  const process = { pid: 2 ** 30, identity: "nobody" };
  await queue.reportWorker(workerOf(run, "far", { host: "another machine", process }));
  await world.takeOne(run, { worker: "far" });
  expect(await world.look(run)).toEqual([]);
});

test("a load goes on where the process that began it was killed", async () => {
  const bulk = openBulk();
  const { run, source } = numberedRun("numbers", 20_000);
  const loader = startProcess("load-bulk.ts", bulk.folder, "numbers", "20000", "7000");
  await loader.printed("read 7000.");
  const gone = once(loader.child, "exit");
  loader.child.kill("SIGKILL");
  await gone;
  const stored: number[] = [];
  expect(await bulk.runs.load(run, source, (count) => stored.push(count))).toEqual({ outcome: "loaded" });
  expect(stored).toEqual([10_000, 15_000, 20_000]);
  expect(await bulk.runs.counts("numbers")).toMatchObject({ QUEUED: 20_000 });
  expect(bulk.db.get("SELECT count(DISTINCT id) AS ids FROM bulk_entries")).toEqual({ ids: 20_000 });
  const last = await bulk.runs.entry("numbers", "e20000");
  expect(last).toMatchObject({ position: 20_000, entry: { data: { number: 20_000 } } });
});

test("two processes that load the same run store it once", async () => {
  const one = openBulk();
  const other = openBulk({ folder: one.folder });
  const { run, source } = numberedRun("numbers", 12_000);
  expect(await Promise.all([one.runs.load(run, source), other.runs.load(run, source)])).toEqual([
    { outcome: "loaded" },
    { outcome: "loaded" },
  ]);
  expect(await one.runs.counts("numbers")).toMatchObject({ QUEUED: 12_000 });
});

test("what changes a whole run reaches every entry, however many steps it takes", async () => {
  const bulk = openBulk();
  const { run, source } = numberedRun("numbers", 12_000);
  await bulk.runs.load(run, source);
  const other = await bulk.world.load(entriesOf("a"));
  const leases = await take(bulk, "numbers", 6000);
  await bulk.queue.finish(leases.map((lease) => ({ lease, end: endOf("failed") })));
  expect(await bulk.runs.purge("numbers", "not needed")).toBe(6000);
  expect(await bulk.runs.requeue("numbers", ["FAILED"])).toBe(6000);
  const ids = source.read(0, 12_000).map(({ id }) => id);
  expect(await bulk.runs.requeue("numbers", ["CANCELLED", "FAILED"], ids)).toBe(6000);
  expect(await bulk.runs.counts("numbers")).toMatchObject({ QUEUED: 12_000, FAILED: 0, CANCELLED: 0, attempts: 6000 });
  await bulk.runs.remove("numbers");
  expect(bulk.db.all("SELECT id FROM bulk_entries")).toEqual([{ id: "a" }]);
  expect(bulk.db.all("SELECT * FROM bulk_attempts")).toEqual([]);
  expect((await take(bulk, other, 10)).map(({ entry }) => entry.id)).toEqual(["a"]);
});

test("a page of one entry's attempts does not go on in those of another", async () => {
  const bulk = openBulk();
  const run = await bulk.world.load(entriesOf("a", "b"), { policy: policyOf({ exit: 5 }) });
  for (const _ of [1, 2]) {
    const leases = await take(bulk, run, 2);
    await bulk.queue.finish(leases.map((lease) => ({ lease, end: endOf("exit") })));
  }
  const { next } = await bulk.runs.attempts({ run, entryId: "a", limit: 1 });
  await expect(bulk.runs.attempts({ run, entryId: "b", after: next })).rejects.toThrow("does not belong to this list");
});

test("a removed run leaves no rows and no logs, and its name is free again", async () => {
  const { folder, db, runs, logs, world } = openBulk();
  const entries = entriesOf("a", "b");
  const run = await world.load(entries);
  const lease = await world.takeOne(run);
  await logs.open(lease);
  expect(existsSync(join(folder, "bulk", run))).toBe(true);
  await runs.remove(run);
  expect(existsSync(join(folder, "bulk", run))).toBe(false);
  for (const table of ["runs", "counts", "entries", "states", "attempts", "workers"]) {
    expect(db.get(`SELECT count(*) AS rows FROM bulk_${table}`), table).toEqual({ rows: 0 });
  }
  await world.load(entries, { name: run });
  expect(await runs.counts(run)).toMatchObject({ QUEUED: 2, attempts: 0 });
  expect(await world.finish(lease, endOf("done"))).toEqual({ outcome: "lost" });
});

test("a removal that was cut off is completed by the next load, and until then nothing of the run is seen", async () => {
  const { db, runs, queue, world } = openBulk();
  const run = await world.load(entriesOf("a", "b"));
  const lease = await world.takeOne(run);
  db.run("UPDATE bulk_runs SET name = NULL");
  expect(await runs.list()).toEqual([]);
  expect(await world.finish(lease, endOf("done"))).toEqual({ outcome: "lost" });
  expect(await queue.extend([lease], 1000)).toEqual([lease]);
  await queue.release([lease]);
  await world.load(entriesOf("c"));
  expect(db.all("SELECT id FROM bulk_entries")).toEqual([{ id: "c" }]);
});
