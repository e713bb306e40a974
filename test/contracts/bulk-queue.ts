/** What workers may expect of every store of bulk runs. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BulkQueue, BulkRuns } from "../../src/bulk/bulk-store.ts";
import { DEFAULT_POLICY } from "../../src/bulk/retry-policy.ts";
import type { JsonObject } from "../../src/json.ts";
import {
  type BulkStoreUnderTest,
  type BulkWorld,
  ENDED_AT,
  endOf,
  entriesOf,
  idsOf,
  LEASE_MS,
  LEASE_OVER_MS,
  makeBulkWorld,
  policyOf,
  STARTED_AT,
  workerOf,
} from "./bulk-world.ts";

export function describeBulkQueue(makeStore: () => Promise<BulkStoreUnderTest> | BulkStoreUnderTest): void {
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

  describe("its queue", () => {
    test("every entry comes once, as it was loaded", async () => {
      const awkward = ["a/b", "größe 北京", "..", 'say "hi"', "x".repeat(256), "\u0000\n"];
      const entries = awkward.map((id, index) => ({ id, data: { text: id, nested: [index, null, { on: true }] } }));
      const name = await world.load(entries);
      const taken = [...(await world.take(name, 4)), ...(await world.take(name, 2, { worker: "w2" }))];
      expect(await world.look(name)).toEqual([]);
      for (const entry of entries) {
        const lease = taken.find((one) => one.entry.id === entry.id);
        expect(lease).toMatchObject({ run: name, entry, attempt: 1 });
      }
      expect(taken.map(({ worker }) => worker)).toEqual(["w1", "w1", "w1", "w1", "w2", "w2"]);
      expect(await runs.counts(name)).toMatchObject({ QUEUED: 0, RUNNING: 6, attempts: 6 });
      expect(await world.entry(name, "a/b")).toMatchObject({ state: "RUNNING", attempts: 1 });
      expect(await world.outcomes(name, "a/b")).toEqual([[1, undefined]]);
    });

    test("large data and large results are neither refused nor cut", async () => {
      const data: JsonObject = { text: "ö".repeat(220_000) };
      const name = await world.load([{ id: "large", data }]);
      const lease = await world.takeOne(name);
      expect(lease.entry.data).toEqual(data);
      await world.finish(lease, endOf("done", { result: data }));
      expect((await runs.attempts({ run: name })).rows[0]?.result).toEqual(data);
      expect((await world.entry(name, "large")).entry.data).toEqual(data);
    });

    test("runs that hold the same IDs share nothing", async () => {
      const one = await world.load(entriesOf("a", "b"));
      const other = await world.load(entriesOf("a", "b"));
      await world.finish(await world.takeOne(one), endOf("done"));
      expect(await runs.counts(other)).toMatchObject({ QUEUED: 2, attempts: 0 });
      expect(idsOf((await runs.entries({ run: one })).rows)).toEqual(["a", "b"]);
      expect((await runs.attempts({ run: other })).rows).toEqual([]);
      expect(idsOf(await world.take(other, 2))).toEqual(["a", "b"]);
      expect((await runs.attempts({ run: one })).rows).toHaveLength(1);
    });

    test("nothing comes from a run that does not exist or is stopped, and its end is still recorded", async () => {
      const request = { worker: "w1", max: 5, leaseMs: 60_000 };
      expect(await queue.receive({ run: "never", ...request })).toEqual({ leases: [], state: "missing" });
      const name = await world.load(entriesOf("a", "b"));
      const lease = await world.takeOne(name);
      await runs.setState(name, ["OPEN"], "STOPPED");
      expect(await queue.receive({ run: name, ...request })).toEqual({ leases: [], state: "STOPPED" });
      expect(await world.finish(lease, endOf("done"))).toMatchObject({ outcome: "recorded" });
      await runs.setState(name, ["STOPPED"], "OPEN");
      const rest = await world.takeOne(name);
      expect(idsOf([lease, rest])).toEqual(["a", "b"]);
    });

    test("an end is recorded with all that is known of it", async () => {
      const name = await world.load(entriesOf("a"));
      await queue.reportWorker(workerOf(name, "w1", { host: "machine-7" }));
      const lease = await world.takeOne(name);
      const end = endOf("done", { result: { sum: 3 }, exitCode: 0, peakMemoryBytes: 5e7, cpuMs: 120.5, log: "a.log" });
      expect(await world.finish(lease, end)).toEqual({ outcome: "recorded", next: { state: "DONE" } });
      const { rows } = await runs.attempts({ run: name, entryId: "a" });
      expect(rows).toEqual([
        {
          run: name,
          entryId: "a",
          attempt: 1,
          worker: "w1",
          host: "machine-7",
          outcome: "done",
          result: { sum: 3 },
          exitCode: 0,
          startedAt: STARTED_AT,
          endedAt: ENDED_AT,
          peakMemoryBytes: 5e7,
          cpuMs: 120.5,
          log: "a.log",
        },
      ]);
      expect(await world.entry(name, "a")).toMatchObject({ state: "DONE", attempts: 1 });
      expect(await runs.counts(name)).toEqual({ QUEUED: 0, RUNNING: 0, DONE: 1, FAILED: 0, CANCELLED: 0, attempts: 1 });
    });

    test("a result may be null or false, or missing", async () => {
      const name = await world.load(entriesOf("a", "b", "c"));
      const results = { a: null, b: false, c: undefined };
      for (const lease of await world.take(name, 3)) {
        await world.finish(lease, endOf("done", { result: results[lease.entry.id as keyof typeof results] }));
      }
      for (const [entryId, result] of Object.entries(results)) {
        expect((await runs.attempts({ run: name, entryId })).rows[0]?.result).toBe(result);
      }
    });

    test("a failure that the task itself declares is the end, with its reason", async () => {
      const name = await world.load(entriesOf("a"), { policy: policyOf({ exception: 3 }) });
      const error = { name: "NoBand", message: "no band 4", trace: "at line 3" };
      const outcome = await world.finish(await world.takeOne(name), endOf("failed", { error }));
      expect(outcome).toEqual({ outcome: "recorded", next: { state: "FAILED", reason: "failed: NoBand: no band 4" } });
      expect(await world.entry(name, "a")).toMatchObject({ state: "FAILED", reason: "failed: NoBand: no band 4" });
      expect((await runs.attempts({ run: name, outcome: "failed" })).rows[0]).toMatchObject({ error });
      expect(await world.look(name)).toEqual([]);
    });

    test("what may be tried again comes after its delay, as often as the policy allows", async () => {
      const rule = { limit: 1, delaySeconds: 2, factor: 2 };
      const name = await world.load(entriesOf("a"), { policy: { ...DEFAULT_POLICY, exception: rule } });
      const error = { name: "ValueError", message: "bad" };
      const first = await world.finish(await world.takeOne(name), endOf("exception", { error }));
      expect(first).toMatchObject({
        outcome: "recorded",
        next: { state: "QUEUED", delaySeconds: 2, retries: { exception: 1 } },
      });
      expect(await world.look(name)).toEqual([]);
      const waiting = await world.entry(name, "a");
      expect(waiting).toMatchObject({ state: "QUEUED", attempts: 1, reason: "exception: ValueError: bad" });
      expect(Number.isNaN(Date.parse(waiting.dueAt ?? ""))).toBe(false);
      await under.pass(3000);
      const lease = await world.takeOne(name);
      expect(lease.attempt).toBe(2);
      expect(await world.finish(lease, endOf("exception", { error }))).toMatchObject({ next: { state: "FAILED" } });
      expect(await world.outcomes(name, "a")).toEqual([
        [1, "exception"],
        [2, "exception"],
      ]);
      expect(await runs.counts(name)).toMatchObject({ QUEUED: 0, FAILED: 1, attempts: 2 });
    });

    test("each cause has retries of its own", async () => {
      const name = await world.load(entriesOf("a"), { policy: policyOf({ exit: 1, timeout: 1 }) });
      const ends = ["exit", "timeout", "spot", "exit"] as const;
      const states = [];
      for (const cause of ends) {
        const outcome = await world.finish(await world.takeOne(name), endOf(cause));
        states.push(outcome.outcome === "recorded" ? outcome.next.state : outcome.outcome);
      }
      expect(states).toEqual(["QUEUED", "QUEUED", "QUEUED", "FAILED"]);
    });

    test("an attempt that was stopped uses up no retry", async () => {
      const name = await world.load(entriesOf("a"));
      const outcome = await world.finish(await world.takeOne(name), endOf("stopped"));
      expect(outcome).toMatchObject({ outcome: "recorded", next: { state: "QUEUED", delaySeconds: 0, retries: {} } });
      expect((await world.takeOne(name)).attempt).toBe(2);
      expect(await world.outcomes(name, "a")).toEqual([
        [1, "stopped"],
        [2, undefined],
      ]);
    });

    test("an end is recorded once, however often it is reported", async () => {
      const name = await world.load(entriesOf("a"));
      const lease = await world.takeOne(name);
      const outcomes = await queue.finish([
        { lease, end: endOf("done", { result: 1 }) },
        { lease, end: endOf("failed") },
      ]);
      expect(outcomes).toEqual([{ outcome: "recorded", next: { state: "DONE" } }, { outcome: "lost" }]);
      expect(await world.finish(lease, endOf("exit"))).toEqual({ outcome: "lost" });
      expect(await world.outcomes(name, "a")).toEqual([[1, "done"]]);
      expect(await runs.counts(name)).toMatchObject({ RUNNING: 0, DONE: 1, FAILED: 0, attempts: 1 });
    });

    test("many ends are answered in their order", async () => {
      const name = await world.load(entriesOf(...Array.from({ length: 25 }, (_, i) => `e${i}`)));
      const leases = await world.take(name, 25);
      const ends = leases.map((lease, index) => ({ lease, end: endOf(index % 2 === 0 ? "done" : "failed") }));
      const outcomes = await queue.finish(ends);
      expect(outcomes.map((one) => (one.outcome === "recorded" ? one.next.state : one.outcome))).toEqual(
        ends.map(({ end }) => (end.outcome === "done" ? "DONE" : "FAILED")),
      );
      expect(await runs.counts(name)).toMatchObject({ DONE: 13, FAILED: 12, attempts: 25 });
      expect(await queue.finish([])).toEqual([]);
    });

    test("an entry whose lease ran out is given to another, and the first one's end changes nothing", async () => {
      const name = await world.load(entriesOf("a"));
      const first = await world.takeOne(name, { leaseMs: LEASE_MS });
      await under.pass(LEASE_OVER_MS);
      const second = await world.takeOne(name, { worker: "w2" });
      expect([second.entry.id, second.attempt, second.worker]).toEqual(["a", 2, "w2"]);
      expect(await world.finish(first, endOf("done", { result: "late" }))).toEqual({ outcome: "lost" });
      expect(await world.outcomes(name, "a")).toEqual([
        [1, "spot"],
        [2, undefined],
      ]);
      expect(await runs.counts(name)).toMatchObject({ QUEUED: 0, RUNNING: 1, attempts: 2 });
      expect(await world.finish(second, endOf("done"))).toMatchObject({ outcome: "recorded" });
      expect(await world.outcomes(name, "a")).toEqual([
        [1, "spot"],
        [2, "done"],
      ]);
    });

    test("an entry that lost its worker too often has failed instead of coming again", async () => {
      const name = await world.load(entriesOf("a"), { policy: policyOf({ spot: 1 }) });
      await world.takeOne(name, { leaseMs: LEASE_MS });
      await under.pass(LEASE_OVER_MS);
      await world.takeOne(name, { leaseMs: LEASE_MS });
      await under.pass(LEASE_OVER_MS);
      for (let i = 0; i < under.tries && (await runs.counts(name)).FAILED === 0; i += 1) {
        expect(await world.look(name)).toEqual([]);
        if (under.tries > 1) await under.pass(500);
      }
      expect(await world.entry(name, "a")).toMatchObject({ state: "FAILED", attempts: 2 });
      expect(await world.outcomes(name, "a")).toEqual([
        [1, "spot"],
        [2, "spot"],
      ]);
    });

    test("an end counts after its lease ran out as long as nobody else has the entry", async () => {
      const name = await world.load(entriesOf("a"));
      const lease = await world.takeOne(name, { leaseMs: LEASE_MS });
      await under.pass(LEASE_OVER_MS);
      expect(await world.finish(lease, endOf("done"))).toMatchObject({ outcome: "recorded" });
      expect(await world.look(name, "w2")).toEqual([]);
      expect(await world.outcomes(name, "a")).toEqual([[1, "done"]]);
    });

    test("a lease that is extended in time is kept, and one that is lost comes back", async () => {
      const name = await world.load(entriesOf("a", "b"));
      const [kept, ended] = await world.take(name, 2, { leaseMs: LEASE_MS });
      if (kept === undefined || ended === undefined) throw new Error("nothing came");
      await world.finish(ended, endOf("done"));
      expect(await queue.extend([kept, ended], 60_000)).toEqual([ended]);
      await under.pass(LEASE_OVER_MS);
      expect(await world.look(name, "w2")).toEqual([]);
      expect(await world.finish(kept, endOf("done"))).toMatchObject({ outcome: "recorded" });
      expect(await queue.extend([kept], 60_000)).toEqual([kept]);
    });

    test("what was never started is given back and was no attempt", async () => {
      const name = await world.load(entriesOf("a"));
      const given = await world.takeOne(name);
      await queue.release([given]);
      expect(await world.entry(name, "a")).toMatchObject({ state: "QUEUED", attempts: 0 });
      expect(await runs.counts(name)).toMatchObject({ QUEUED: 1, RUNNING: 0, attempts: 0 });
      expect((await runs.attempts({ run: name })).rows).toEqual([]);
      expect(await world.finish(given, endOf("done"))).toEqual({ outcome: "lost" });
      const again = await world.takeOne(name);
      expect(again.attempt).toBe(1);
      await queue.release([given]);
      expect(await world.finish(again, endOf("done"))).toMatchObject({ outcome: "recorded" });
    });

    test("workers that ask at the same time never get the same entry", async () => {
      const ids = Array.from({ length: 60 }, (_, i) => `e${i}`);
      const name = await world.load(entriesOf(...ids));
      const taken = await Promise.all(
        ["w1", "w2", "w3"].map(async (worker) => {
          const mine: string[] = [];
          for (let quiet = 0; quiet < under.tries; ) {
            const { leases } = await queue.receive({ run: name, worker, max: 7, leaseMs: 600_000 });
            mine.push(...leases.map(({ entry }) => entry.id));
            await queue.finish(leases.map((lease) => ({ lease, end: endOf("done") })));
            quiet = leases.length === 0 ? quiet + 1 : 0;
          }
          return mine;
        }),
      );
      expect(taken.flat().sort()).toEqual(ids.sort());
      expect(await runs.counts(name)).toMatchObject({ DONE: 60, attempts: 60 });
    });
  });
}
