/** What operators may expect of every store of bulk runs. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BulkQueue, BulkRuns, EntrySource } from "../../src/bulk/bulk-store.ts";
import {
  allPages,
  type BulkStoreUnderTest,
  type BulkWorld,
  type EntryFilter,
  endOf,
  entriesOf,
  idsOf,
  makeBulkWorld,
  newRun,
  policyOf,
  STARTED_AT,
  sourceOf,
  tryOf,
  workerOf,
} from "./bulk-world.ts";

export function describeBulkRuns(makeStore: () => Promise<BulkStoreUnderTest> | BulkStoreUnderTest): void {
  let under: BulkStoreUnderTest;
  let runs: BulkRuns;
  let queue: BulkQueue;
  let world: BulkWorld;
  beforeEach(async () => {
    under = await makeStore();
    ({ runs, queue } = under);
    world = makeBulkWorld(under);
  });
  afterEach(() => under.close());

  const idsWith = async (run: string, filter: EntryFilter = {}) =>
    idsOf(await allPages((page) => runs.entries({ run, ...filter, ...page })));

  describe("its runs", () => {
    test("a loaded run is open, as it was described, and all its entries wait", async () => {
      const entries = entriesOf("a", "b", "c");
      const run = newRun(entries, {
        pool: { kind: "batch" },
        limits: { maxRuntimeSeconds: 9, maxMemoryBytes: 1e9, cpus: 2, graceSeconds: 1 },
      });
      const progress: number[] = [];
      expect(await runs.load(run, sourceOf(entries), (stored) => progress.push(stored))).toEqual({ outcome: "loaded" });
      expect(await runs.get(run.name)).toMatchObject({ ...run, state: "OPEN" });
      expect(progress.at(-1)).toBe(3);
      expect(await runs.counts(run.name)).toEqual({
        QUEUED: 3,
        RUNNING: 0,
        DONE: 0,
        FAILED: 0,
        CANCELLED: 0,
        attempts: 0,
      });
      expect(await world.entry(run.name, "b")).toMatchObject({
        run: run.name,
        entry: { id: "b", data: { number: 2 }, line: 2 },
        position: 2,
        state: "QUEUED",
        attempts: 0,
      });
      expect(await runs.get("never")).toBeUndefined();
      expect(await runs.entry(run.name, "never")).toBeUndefined();
      expect(await runs.entry("never", "b")).toBeUndefined();
    });

    test("the newest run is listed first", async () => {
      const names: string[] = [];
      for (const id of ["a", "b", "c"]) {
        names.push(await world.load(entriesOf(id)));
        await under.pass(1100);
      }
      const listed = (await runs.list()).map(({ name }) => name).filter((name) => names.includes(name));
      expect(listed).toEqual(names.reverse());
    });

    test("loading the same entries again changes nothing", async () => {
      const entries = entriesOf("a", "b");
      const run = newRun(entries);
      await runs.load(run, sourceOf(entries));
      await world.finish(await world.takeOne(run.name), endOf("done"));
      expect(await runs.load(run, sourceOf(entries))).toEqual({ outcome: "loaded" });
      expect(await runs.counts(run.name)).toMatchObject({ QUEUED: 1, DONE: 1, attempts: 1 });
    });

    test("other entries under the same name are refused, and nothing is changed", async () => {
      const name = await world.load(entriesOf("a", "b"));
      const others = entriesOf("x", "y", "z");
      const outcome = await runs.load(newRun(others, { name }), sourceOf(others));
      expect(outcome).toMatchObject({ outcome: "exists", run: { name, entries: 2 } });
      expect(await idsWith(name)).toEqual(["a", "b"]);
    });

    test("a load that was cut off gives out nothing until the same entries are loaded again", async () => {
      const entries = entriesOf(...Array.from({ length: 30 }, (_, i) => `e${i}`));
      const run = newRun(entries);
      const cutOff: EntrySource = {
        count: 30,
        read(after, limit) {
          if (after >= 10) throw new Error("the disk is gone");
          return entries.slice(after, Math.min(after + limit, 10));
        },
      };
      await expect(runs.load(run, cutOff)).rejects.toThrow("the disk is gone");
      expect((await runs.get(run.name))?.state).toBe("LOADING");
      const { leases, state } = await queue.receive({ run: run.name, worker: "w1", max: 10, leaseMs: 60_000 });
      expect({ leases, state }).toEqual({ leases: [], state: "LOADING" });
      const others = entriesOf("x");
      expect(await runs.load(newRun(others, { name: run.name }), sourceOf(others))).toMatchObject({
        outcome: "exists",
      });
      expect(await runs.load(run, sourceOf(entries))).toEqual({ outcome: "loaded" });
      expect(await runs.counts(run.name)).toMatchObject({ QUEUED: 30 });
      const taken = await world.take(run.name, 30);
      expect(idsOf(taken)).toEqual(idsOf(entries.map((entry) => ({ entry }))));
    });

    test("a state changes only from where it was expected to be", async () => {
      const name = await world.load(entriesOf("a"));
      expect(await runs.setState(name, ["STOPPED"], "OPEN")).toBe(false);
      expect(await runs.setState(name, ["OPEN", "LOADING"], "STOPPED", "by hand")).toBe(true);
      expect(await runs.get(name)).toMatchObject({ state: "STOPPED", reason: "by hand" });
      expect(await runs.setState(name, ["STOPPED"], "OPEN")).toBe(true);
      expect((await runs.get(name))?.reason).toBeUndefined();
      expect(await runs.setState("never", ["OPEN"], "STOPPED")).toBe(false);
    });

    test("a run whose entries have all ended is finished, and knows since when", async () => {
      const name = await world.load(entriesOf("a"));
      await world.finish(await world.takeOne(name), endOf("done"));
      const run = await world.finishRun(name);
      expect(run?.state).toBe("FINISHED");
      expect(Number.isNaN(Date.parse(run?.finishedAt ?? ""))).toBe(false);
      const { leases, state } = await queue.receive({ run: name, worker: "w1", max: 1, leaseMs: 60_000 });
      expect({ leases, state }).toEqual({ leases: [], state: "FINISHED" });
    });

    test("changed limits and policy hold for what is finished from then on", async () => {
      const name = await world.load(entriesOf("a"));
      const lease = await world.takeOne(name);
      await runs.configure(name, {
        policy: policyOf({ exit: 1 }),
        limits: { maxRuntimeSeconds: 5, cpus: 1, graceSeconds: 2 },
      });
      expect(await runs.get(name)).toMatchObject({ limits: { maxRuntimeSeconds: 5 }, task: { name: "add" } });
      expect(await world.finish(lease, endOf("exit"))).toMatchObject({
        outcome: "recorded",
        next: { state: "QUEUED" },
      });
      await expect(runs.configure("never", {})).rejects.toThrow("never");
    });

    test("entries are listed page by page, by state and by the beginning of their ID", async () => {
      const name = await world.load(entriesOf("x/1", "x/2", "x/3", "y%1", "y%2", "x_4"));
      const [first, second] = await world.take(name, 2);
      if (first === undefined || second === undefined) throw new Error("nothing came");
      await world.finish(first, endOf("done"));
      await world.finish(second, endOf("failed"));
      expect(await idsWith(name)).toEqual(["x/1", "x/2", "x/3", "x_4", "y%1", "y%2"]);
      expect(await idsWith(name, { state: "DONE" })).toEqual([first.entry.id]);
      expect(await idsWith(name, { state: "FAILED" })).toEqual([second.entry.id]);
      expect(await idsWith(name, { state: "QUEUED" })).toHaveLength(4);
      expect(await idsWith(name, { state: "RUNNING" })).toEqual([]);
      expect(await idsWith(name, { prefix: "x/" })).toEqual(["x/1", "x/2", "x/3"]);
      expect(await idsWith(name, { prefix: "y%" })).toEqual(["y%1", "y%2"]);
      const waiting = await idsWith(name, { state: "QUEUED" });
      expect(await idsWith(name, { prefix: "x", state: "QUEUED" })).toEqual(waiting.filter((id) => id.startsWith("x")));
      expect(await idsWith("never")).toEqual([]);
    });

    test("attempts are listed page by page, of one entry or of all, and by outcome", async () => {
      const name = await world.load(entriesOf("a", "b", "c"), { policy: policyOf({ exit: 5 }) });
      for (const lease of await world.take(name, 3))
        await world.finish(lease, endOf(lease.entry.id === "c" ? "done" : "exit"));
      for (const lease of await world.take(name, 2)) await world.finish(lease, endOf("done"));
      const all = await allPages((page) => runs.attempts({ run: name, ...page }));
      expect(all.map(tryOf).sort()).toEqual([
        ["a", 1, "exit"],
        ["a", 2, "done"],
        ["b", 1, "exit"],
        ["b", 2, "done"],
        ["c", 1, "done"],
      ]);
      const exits = await allPages((page) => runs.attempts({ run: name, outcome: "exit", ...page }), 1);
      expect(exits.map(tryOf).sort()).toEqual([
        ["a", 1, "exit"],
        ["b", 1, "exit"],
      ]);
      const ofA = await allPages((page) => runs.attempts({ run: name, entryId: "a", ...page }), 1);
      expect(ofA.map(tryOf)).toEqual([
        ["a", 1, "exit"],
        ["a", 2, "done"],
      ]);
      expect((await runs.attempts({ run: name, entryId: "never" })).rows).toEqual([]);
    });

    test("a cursor of another list is refused", async () => {
      const name = await world.load(entriesOf("a", "b"));
      const { next } = await runs.entries({ run: name, limit: 1 });
      expect(next).toBeDefined();
      await expect(runs.attempts({ run: name, after: next })).rejects.toThrow("does not belong to this list");
      await expect(runs.entries({ run: name, limit: 1001 })).rejects.toThrow("1 to 1000");
    });

    test("what is known of a worker is kept up to date", async () => {
      const name = await world.load(entriesOf("a"));
      await queue.reportWorker(workerOf(name, "w2", { instanceType: "m7g.xlarge", pricePerHour: 0.07, spot: true }));
      await queue.reportWorker(workerOf(name, "w1"));
      await queue.reportWorker(workerOf(name, "w1", { endedAt: STARTED_AT, reason: "the queue is empty" }));
      const workers = await runs.workers(name);
      expect(workers.map(({ worker }) => worker).sort()).toEqual(["w1", "w2"]);
      expect(workers.find(({ worker }) => worker === "w1")).toEqual(
        workerOf(name, "w1", { endedAt: STARTED_AT, reason: "the queue is empty" }),
      );
      expect(workers.find(({ worker }) => worker === "w2")).toMatchObject({
        instanceType: "m7g.xlarge",
        pricePerHour: 0.07,
      });
      expect(await runs.workers("never")).toEqual([]);
    });

    test("entries that failed wait again with all their retries, and the run is open again", async () => {
      const name = await world.load(entriesOf("a", "b"), { policy: policyOf({ exit: 1 }) });
      for (const lease of await world.take(name, 2)) {
        await world.finish(lease, endOf(lease.entry.id === "b" ? "done" : "exit"));
      }
      expect(await world.finish(await world.takeOne(name), endOf("exit"))).toMatchObject({ next: { state: "FAILED" } });
      await world.finishRun(name);
      expect(await runs.requeue(name, ["FAILED", "CANCELLED"])).toBe(1);
      expect(await runs.get(name)).toMatchObject({ state: "OPEN" });
      expect((await runs.get(name))?.finishedAt).toBeUndefined();
      const again = await world.takeOne(name);
      expect([again.entry.id, again.attempt]).toEqual(["a", 3]);
      expect(await world.finish(again, endOf("exit"))).toMatchObject({ next: { state: "QUEUED" } });
      expect(await world.outcomes(name, "a")).toEqual([
        [1, "exit"],
        [2, "exit"],
        [3, "exit"],
      ]);
      expect(await world.outcomes(name, "b")).toEqual([[1, "done"]]);
    });

    test("only what has ended can wait again, and only what was named", async () => {
      const name = await world.load(entriesOf("a", "b", "c", "d"));
      const leases = await world.take(name, 3);
      for (const lease of leases.slice(0, 2)) await world.finish(lease, endOf("done"));
      const [one, other, running] = leases.map(({ entry }) => entry.id);
      expect(await runs.requeue(name, ["RUNNING", "QUEUED"])).toBe(0);
      expect(await runs.requeue(name, ["DONE"], [one ?? "", running ?? "", "never"])).toBe(1);
      expect(await world.entry(name, one ?? "")).toMatchObject({ state: "QUEUED", attempts: 1 });
      expect((await world.entry(name, other ?? "")).state).toBe("DONE");
      expect((await world.entry(name, running ?? "")).state).toBe("RUNNING");
      expect(await runs.counts(name)).toEqual({ QUEUED: 2, RUNNING: 1, DONE: 1, FAILED: 0, CANCELLED: 0, attempts: 3 });
      expect(await runs.requeue("never", ["DONE"])).toBe(0);
    });

    test("purging cancels what waits and lets what runs come to its end", async () => {
      const name = await world.load(entriesOf("a", "b", "c"));
      const lease = await world.takeOne(name);
      expect(await runs.purge(name, "no longer needed")).toBe(2);
      expect(await world.look(name, "w2")).toEqual([]);
      expect(await runs.counts(name)).toMatchObject({ QUEUED: 0, RUNNING: 1, CANCELLED: 2 });
      expect(await world.finish(lease, endOf("done"))).toMatchObject({ outcome: "recorded" });
      const cancelled = await runs.entries({ run: name, state: "CANCELLED" });
      expect(cancelled.rows.map(({ reason }) => reason)).toEqual(["no longer needed", "no longer needed"]);
      expect(await runs.requeue(name, ["CANCELLED"])).toBe(2);
      expect(idsOf(await world.take(name, 2))).toEqual(idsOf(cancelled.rows));
      expect(await runs.purge("never", "")).toBe(0);
    });

    test("a removed run leaves nothing, and who still holds an entry of it has lost it", async () => {
      const name = await world.load(entriesOf("a", "b"));
      const lease = await world.takeOne(name);
      expect(await runs.remove(name)).toBe(true);
      expect(await runs.remove(name)).toBe(false);
      expect(await runs.get(name)).toBeUndefined();
      expect(await idsWith(name)).toEqual([]);
      expect((await runs.attempts({ run: name })).rows).toEqual([]);
      expect(await world.finish(lease, endOf("done"))).toEqual({ outcome: "lost" });
      expect((await queue.receive({ run: name, worker: "w1", max: 1, leaseMs: 60_000 })).state).toBe("missing");
    });
  });
}
