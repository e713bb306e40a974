/** Bulk runs over services that throttle, lose answers and messages and deliver twice, with workers that die at any call. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AwsBulk } from "../../../src/aws/bulk/bulk.ts";
import type { AttemptOutcome, AttemptRecord } from "../../../src/bulk/attempt.ts";
import type { Lease } from "../../../src/bulk/bulk-store.ts";
import type { EntryRecord } from "../../../src/bulk/entry.ts";
import { DEFAULT_POLICY, nextAfter, type RetryPolicy } from "../../../src/bulk/retry-policy.ts";
import { TransientError } from "../../../src/errors.ts";
import { allPages, endOf, entriesOf, newRun, sourceOf, workerOf } from "../../contracts/bulk-world.ts";
import { makeFakeCloud } from "./fake-cloud.ts";

const ENTRIES = 24;
const LEASE_MS = 60_000;
const MOST_STEPS = 3_000;
const POLICY: RetryPolicy = {
  ...DEFAULT_POLICY,
  exit: { limit: 1, delaySeconds: 0, factor: 1 },
  exception: { limit: 2, delaySeconds: 30, factor: 2 },
  spot: { limit: 4, delaySeconds: 0, factor: 1 },
};
const OUTCOMES: readonly AttemptOutcome[] = ["done", "done", "failed", "exit", "exception", "requested", "stopped"];

/** The machine of a worker is gone. */
class Killed extends Error {}

/** mulberry32: the same faults for the same seed. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function runToTheEnd(seed: number) {
  const random = makeRandom(seed);
  const chance = (percent: number) => random() * 100 < percent;
  let calm = false;
  const cloud = makeFakeCloud({
    conflict: () => (!calm && chance(5) ? "TransactionConflict" : undefined),
    refuse: () => !calm && chance(5),
    again: () => !calm && chance(5),
    processed: (count) => (calm ? count : Math.max(1, Math.floor(random() * (count + 1)))),
  });
  const fail = () => {
    if (calm) return;
    if (chance(1)) throw new Killed();
    if (chance(2)) throw new TransientError("no answer");
  };
  const open = () => cloud.open({ before: fail, after: fail });
  const tolerate = async <T>(work: () => Promise<T>): Promise<T | "killed" | "failed"> => {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof Killed) return "killed";
      if (thrown instanceof TransientError) return "failed";
      throw thrown;
    }
  };

  const entries = entriesOf(...Array.from({ length: ENTRIES }, (_, i) => `e${i}`));
  const run = newRun(entries, { name: "chaos", policy: POLICY });
  const loadOnce = () =>
    tolerate(() => open().runs.load(run, { ...sourceOf(entries), read: (after) => entries.slice(after, after + 5) }));
  for (let loaded = await loadOnce(); typeof loaded === "string"; ) loaded = await loadOnce();

  /** What the task comes to, whoever runs it. */
  const outcomeOf = ({ entry, attempt }: Lease) =>
    OUTCOMES[(Number(entry.id.slice(1)) * 7 + attempt * 5 + seed) % OUTCOMES.length] ?? "done";
  const recorded: string[] = [];
  let lives = 0;

  function makeWorker() {
    lives += 1;
    const name = `w${lives}`;
    const bulk = open();
    let held: readonly Lease[] = [];
    async function turn(): Promise<void> {
      const choice = Math.floor(random() * 10);
      if (held.length === 0 || choice < 3) {
        const { leases } = await bulk.queue.receive({ run: "chaos", worker: name, max: 4, leaseMs: LEASE_MS });
        held = [...held, ...leases];
      } else if (choice < 7) {
        const ending = held;
        held = [];
        const outcomes = await bulk.queue.finish(ending.map((lease) => ({ lease, end: endOf(outcomeOf(lease)) })));
        for (const [i, { outcome }] of outcomes.entries()) {
          if (outcome === "recorded") recorded.push(`${ending[i]?.entry.id} ${ending[i]?.attempt} ${name}`);
        }
      } else if (choice < 9) {
        const lost = new Set(await bulk.queue.extend(held, LEASE_MS));
        held = held.filter((lease) => !lost.has(lease));
      } else {
        const given = held;
        held = [];
        await bulk.queue.release(given);
      }
    }
    return { turn };
  }

  const workers = [makeWorker(), makeWorker(), makeWorker()];
  const operator = cloud.open();
  const [queue] = [...cloud.queues.values()].filter(({ attributes }) => attributes.RedrivePolicy !== undefined);
  const isDone = async () => {
    const { DONE, FAILED } = await operator.runs.counts("chaos");
    return DONE + FAILED === ENTRIES;
  };
  for (let step = 0; !(await isDone()); step += 1) {
    // Nobody may rely on luck for ever: after so many faults it has to come to an end by itself.
    calm = step > 150;
    expect(step, `seed ${seed} does not end`).toBeLessThan(MOST_STEPS);
    await Promise.all(
      workers.map(async (worker, i) => {
        if ((await tolerate(worker.turn)) === "killed") workers[i] = makeWorker();
      }),
    );
    if (chance(20)) cloud.clock.advance(random() * 1.2 * LEASE_MS);
    if (!calm && chance(3)) queue?.messages.splice(Math.floor(random() * queue.messages.length), 1);
    if (step % 10 === 9) await tolerate(() => operator.repair("chaos"));
  }
  return { cloud, bulk: operator, recorded };
}

/** What an entry's attempts come to by the policy. */
function replay(attempts: readonly AttemptRecord[]) {
  let retries = {};
  let state = "QUEUED";
  for (const [index, { attempt, outcome }] of attempts.entries()) {
    expect(attempt).toBe(index + 1);
    expect(state, "nothing follows an end").toBe("QUEUED");
    const next = nextAfter(POLICY, retries, endOf(outcome ?? "spot"));
    state = next.state;
    if (next.state === "QUEUED") retries = next.retries;
  }
  return state;
}

async function everything(bulk: AwsBulk): Promise<readonly (readonly [EntryRecord, readonly AttemptRecord[]])[]> {
  const entries = await allPages((page) => bulk.runs.entries({ run: "chaos", ...page }), 7);
  const attempts = await allPages((page) => bulk.runs.attempts({ run: "chaos", ...page }), 7);
  return entries.map((entry) => [entry, attempts.filter(({ entryId }) => entryId === entry.entry.id)] as const);
}

test("whatever fails, every entry ends once, as its policy says, and the counts are exact", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const { bulk, cloud, recorded } = await runToTheEnd(seed);
      const all = await everything(bulk);
      expect(all).toHaveLength(ENTRIES);
      for (const [{ state, attempts }, tried] of all) {
        expect(tried).toHaveLength(attempts);
        expect(replay(tried)).toBe(state);
      }
      const records = all.flatMap(([, tried]) => tried);
      expect(new Set(recorded).size).toBe(recorded.length);
      for (const one of recorded) {
        expect(
          records.some(({ entryId, attempt, worker }) => `${entryId} ${attempt} ${worker}` === one),
          one,
        ).toBe(true);
      }
      const inState = (state: string) => all.filter(([entry]) => entry.state === state).length;
      expect(await bulk.runs.counts("chaos")).toEqual({
        QUEUED: 0,
        RUNNING: 0,
        DONE: inState("DONE"),
        FAILED: inState("FAILED"),
        CANCELLED: 0,
        attempts: records.length,
      });
      await bulk.runs.remove("chaos");
      expect([cloud.items.size, cloud.queues.size, cloud.objects.size]).toEqual([0, 0, 0]);
    }),
    { numRuns: 25 },
  );
});

test("entries that wait without a message get one again, once the queue has run dry", async () => {
  const cloud = makeFakeCloud();
  const { runs, queue, repair } = cloud.open();
  const run = newRun(entriesOf("a", "b", "c", "d"));
  await runs.load(run, sourceOf(entriesOf("a", "b", "c", "d")));
  const request = { run: run.name, worker: "w1", max: 2, leaseMs: LEASE_MS };
  const { leases } = await queue.receive(request);
  const [main] = [...cloud.queues.values()].filter(({ attributes }) => attributes.RedrivePolicy !== undefined);
  main?.messages.splice(0, 3);
  expect(await repair(run.name), "there is a message that may be received").toBe(0);
  const [last] = (await queue.receive(request)).leases;
  expect(await repair(run.name), "it may just have been received").toBe(0);
  cloud.clock.advance(LEASE_MS / 2);
  await queue.extend(last ? [last] : [], 10 * LEASE_MS);
  cloud.clock.advance(5 * LEASE_MS);
  expect(await repair(run.name)).toBe(3);
  expect(await repair(run.name)).toBe(0);
  const again = (await queue.receive({ ...request, worker: "w2", max: 4 })).leases;
  expect(again.map(({ attempt }) => attempt).sort()).toEqual([1, 2, 2]);
  expect(await queue.finish(leases.map((lease) => ({ lease, end: endOf("done") })))).toEqual([
    { outcome: "lost" },
    { outcome: "lost" },
  ]);
  expect(await repair("never")).toBe(0);
});

test("a message that was sent for a lost one has its time to arrive, and is sent again when it is lost too", async () => {
  const cloud = makeFakeCloud();
  const { runs, repair } = cloud.open();
  const run = newRun(entriesOf("a"));
  await runs.load(run, sourceOf(entriesOf("a")));
  const loseAll = () => {
    for (const { messages } of cloud.queues.values()) messages.splice(0);
  };
  loseAll();
  cloud.clock.advance(5 * LEASE_MS);
  expect(await repair(run.name)).toBe(1);
  loseAll();
  expect(await repair(run.name)).toBe(0);
  cloud.clock.advance(5 * LEASE_MS);
  expect(await repair(run.name)).toBe(1);
});

test("while every entry that is open has a message, none is looked through for a lost one", async () => {
  const cloud = makeFakeCloud();
  const { runs, queue } = cloud.open();
  const run = newRun(entriesOf("a", "b"));
  await runs.load(run, sourceOf(entriesOf("a", "b")));
  await queue.receive({ run: run.name, worker: "w1", max: 2, leaseMs: LEASE_MS });
  let queries = 0;
  const supervisor = cloud.open({
    before(operation) {
      if (operation === "QueryCommand") queries += 1;
    },
  });
  await supervisor.runs.counts(run.name);
  const ofCounts = queries;
  queries = 0;
  expect(await supervisor.repair(run.name)).toBe(0);
  expect(queries).toBe(ofCounts);
});

test("what was received too often is found among the dead letters' entries", async () => {
  const cloud = makeFakeCloud();
  const { runs, queue, repair } = cloud.open();
  const run = newRun(entriesOf("a"));
  await runs.load(run, sourceOf(entriesOf("a")));
  const [main] = [...cloud.queues.values()].filter(({ attributes }) => attributes.RedrivePolicy !== undefined);
  for (const message of main?.messages ?? []) message.receives = 1_000;
  const request = { run: run.name, worker: "w1", max: 1, leaseMs: LEASE_MS };
  expect((await queue.receive(request)).leases).toEqual([]);
  cloud.clock.advance(5 * LEASE_MS);
  expect(await repair(run.name)).toBe(1);
  expect((await queue.receive(request)).leases).toHaveLength(1);
});

test("an attempt of more than twelve hours is left alone, though its message comes back", async () => {
  const cloud = makeFakeCloud();
  const { runs, queue } = cloud.open();
  const run = newRun(entriesOf("a"));
  await runs.load(run, sourceOf(entriesOf("a")));
  const hour = 3_600_000;
  const request = { run: run.name, max: 1, leaseMs: hour };
  await queue.reportWorker(workerOf(run.name, "w1"));
  const { leases } = await queue.receive({ ...request, worker: "w1" });
  for (let hours = 0; hours < 30; hours += 1) {
    cloud.clock.advance(hour / 2);
    expect(await queue.extend(leases, hour)).toEqual([]);
    expect((await queue.receive({ ...request, worker: "w2" })).leases).toEqual([]);
  }
  expect(await queue.finish(leases.map((lease) => ({ lease, end: endOf("done") })))).toMatchObject([
    { outcome: "recorded" },
  ]);
  cloud.clock.advance(2 * hour);
  expect((await queue.receive({ ...request, worker: "w2" })).leases).toEqual([]);
  expect([...cloud.queues.values()].flatMap(({ messages }) => messages)).toEqual([]);
});
