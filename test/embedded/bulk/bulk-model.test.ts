/** Random histories of workers and operators, over two connections to one file, against a model in memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AttemptOutcome } from "../../../src/bulk/attempt.ts";
import type { RunState } from "../../../src/bulk/bulk-run.ts";
import type { Lease } from "../../../src/bulk/bulk-store.ts";
import { ENTRY_STATES, type EntryState } from "../../../src/bulk/entry.ts";
import { DEFAULT_POLICY, withLimits } from "../../../src/bulk/retry-policy.ts";
import { isoTime } from "../../../src/clock.ts";
import { makeEmbeddedBulk } from "../../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { endOf, entriesOf, newRun, sourceOf, workerOf } from "../../contracts/bulk-world.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { type BulkModel, type ModelLease, makeBulkModel } from "./bulk-model.ts";

const IDS = ["a", "b", "c", "d"];
const HOST = "this-machine";
const policy = withLimits(DEFAULT_POLICY, { exit: 1, exception: 2, spot: 1, requested: 1 });

/** The store as it is, reached by two processes of which either may be started anew. */
async function makeReal() {
  const folder = mkdtempSync(join(tmpdir(), "cirrus-test-"));
  const clock = makeVirtualClock();
  const killed = new Set<number>();
  const machine = { host: HOST, isRunning: ({ pid }: { pid: number }) => !killed.has(pid) };
  const open = () => {
    const db = openDatabase(join(folder, "cirrus.db"));
    // Processes come and go here, the machine stays: without waiting for the disk the same histories take seconds.
    db.get("PRAGMA synchronous = OFF");
    return { db, ...makeEmbeddedBulk(db, { clock, folder, machine }) };
  };
  const processes = [open(), open()];
  const run = newRun(entriesOf(...IDS), { policy });
  const real = {
    clock,
    name: run.name,
    /** Number of the life that each worker is in; a worker that was killed comes back under another name. */
    lives: [1, 1],
    leases: [] as { readonly lease: Lease; readonly model: ModelLease }[],
    via: (which: number) => processes[which] ?? processes[0] ?? open(),
    reopen(which: number) {
      processes[which]?.db.close();
      processes[which] = open();
    },
    workerName: (worker: number) => `w${worker}-${real.lives[worker]}`,
    async report(worker: number) {
      const record = workerOf(run.name, real.workerName(worker), {
        host: HOST,
        process: { pid: pidOf(worker), identity: "x" },
      });
      await real.via(0).queue.reportWorker(record);
    },
    kill: (worker: number) => void killed.add(pidOf(worker)),
    close() {
      for (const { db } of processes) db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const pidOf = (worker: number) => worker * 1_000_000 + (real.lives[worker] ?? 0);
  await real.via(0).runs.load(run, sourceOf(entriesOf(...IDS)));
  for (const worker of [0, 1]) await real.report(worker);
  return real;
}

type Real = Awaited<ReturnType<typeof makeReal>>;

/** The store tells the same as the model, to whoever asks. */
async function compare(model: BulkModel, real: Real): Promise<void> {
  const { runs } = real.via(1);
  const run = await runs.get(real.name);
  expect(run?.state).toBe(model.state());
  expect(run?.finishedAt !== undefined).toBe(model.state() === "FINISHED");
  const expected = model.entries.map(({ id, state, attempts, due }) => ({
    id,
    state,
    attempts: attempts.length,
    dueAt: state === "QUEUED" && due > 0 ? isoTime(due) : undefined,
  }));
  const { rows } = await runs.entries({ run: real.name });
  expect(rows.map(({ entry, state, attempts, dueAt }) => ({ id: entry.id, state, attempts, dueAt }))).toEqual(expected);
  const attempts = await runs.attempts({ run: real.name, limit: 1000 });
  expect(attempts.rows.map(({ entryId, attempt, outcome }) => [entryId, attempt, outcome])).toEqual(
    model.entries.flatMap(({ id, attempts }) => attempts.map((outcome, index) => [id, index + 1, outcome])),
  );
  const counts: Record<string, number> = { attempts: attempts.rows.length };
  for (const state of ENTRY_STATES) counts[state] = model.entries.filter((entry) => entry.state === state).length;
  expect(await runs.counts(real.name)).toEqual(counts);
}

type Do = (model: BulkModel, real: Real) => Promise<void>;

function command(text: string, act: Do): fc.AsyncCommand<BulkModel, Real> {
  return {
    check: () => true,
    async run(model, real) {
      await act(model, real);
      await compare(model, real);
    },
    toString: () => text,
  };
}

const receive = (via: number, worker: number, max: number, leaseMs: number) =>
  command(`receive ${max} for ${leaseMs} as ${worker} via ${via}`, async (model, real) => {
    const name = real.workerName(worker);
    const expected = model.receive(name, max, { now: real.clock.now(), leaseMs });
    const got = await real.via(via).queue.receive({ run: real.name, worker: name, max, leaseMs });
    const told = got.leases.map(({ entry, attempt, until }) => [entry.id, attempt, until]);
    expect(told).toEqual(expected.map(({ entry, until }) => [entry.id, entry.attempts.length, until]));
    expect(got.state).toBe(model.state());
    got.leases.forEach((lease, index) => {
      const model = expected[index];
      if (model !== undefined) real.leases.push({ lease, model });
    });
  });

/** Leases of all times, those that were lost included; the same one may be named twice. */
const pick = (real: Real, picks: readonly number[]) =>
  picks.flatMap((at) => real.leases[real.leases.length - 1 - (at % Math.max(1, real.leases.length))] ?? []);

const finish = (via: number, picks: readonly number[], outcome: AttemptOutcome) =>
  command(`finish ${picks} as ${outcome} via ${via}`, async (model, real) => {
    const chosen = pick(real, picks);
    const now = real.clock.now();
    const expected = chosen.map((one) => model.finish(one.model, outcome, now));
    if (expected.includes(true)) model.finishIfEnded();
    const got = await real.via(via).queue.finish(chosen.map(({ lease }) => ({ lease, end: endOf(outcome) })));
    expect(got.map((one) => one.outcome === "recorded")).toEqual(expected);
  });

const extend = (via: number, picks: readonly number[], leaseMs: number) =>
  command(`extend ${picks} by ${leaseMs} via ${via}`, async (model, real) => {
    const chosen = pick(real, picks);
    const lost = chosen.filter((one) => !model.extend(one.model, real.clock.now() + leaseMs));
    const got = await real.via(via).queue.extend(
      chosen.map(({ lease }) => lease),
      leaseMs,
    );
    expect(got).toEqual(lost.map(({ lease }) => lease));
  });

const release = (via: number, picks: readonly number[]) =>
  command(`release ${picks} via ${via}`, async (model, real) => {
    const chosen = pick(real, picks);
    for (const one of chosen) model.release(one.model);
    await real.via(via).queue.release(chosen.map(({ lease }) => lease));
  });

const pass = (ms: number) => command(`pass ${ms}`, async (_model, real) => real.clock.advance(ms));

const kill = (worker: number) =>
  command(`kill ${worker}`, async (model, real) => {
    model.kill(real.workerName(worker));
    real.kill(worker);
    real.lives[worker] = (real.lives[worker] ?? 0) + 1;
    await real.report(worker);
  });

const setState = (via: number, from: RunState, to: RunState) =>
  command(`${from} to ${to} via ${via}`, async (model, real) => {
    expect(await real.via(via).runs.setState(real.name, [from], to)).toBe(model.setState([from], to));
  });

const requeue = (via: number, from: readonly EntryState[]) =>
  command(`requeue ${from} via ${via}`, async (model, real) => {
    expect(await real.via(via).runs.requeue(real.name, from)).toBe(model.requeue(from));
  });

const purge = (via: number) =>
  command(`purge via ${via}`, async (model, real) => {
    expect(await real.via(via).runs.purge(real.name, "purged")).toBe(model.purge());
  });

const reopen = (which: number) => command(`reopen ${which}`, async (_model, real) => real.reopen(which));

const two = fc.nat(1);
const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 });
const leaseMs = fc.constantFrom(500, 5000);
const outcome = fc.constantFrom<AttemptOutcome>("done", "failed", "stopped", "exit", "exception", "spot", "requested");
const commands = fc.commands(
  [
    fc.tuple(two, two, fc.integer({ min: 1, max: 4 }), leaseMs).map((values) => receive(...values)),
    fc.tuple(two, picks, outcome).map((values) => finish(...values)),
    fc.tuple(two, two, fc.integer({ min: 1, max: 4 }), leaseMs).map((values) => receive(...values)),
    fc.tuple(two, picks, outcome).map((values) => finish(...values)),
    fc.tuple(two, picks, leaseMs).map((values) => extend(...values)),
    fc.tuple(two, picks).map((values) => release(...values)),
    fc.constantFrom(100, 500, 1000, 6000).map(pass),
    two.map(kill),
    two.map((via) => setState(via, "OPEN", "STOPPED")),
    two.map((via) => setState(via, "STOPPED", "OPEN")),
    fc.tuple(two, fc.subarray([...ENTRY_STATES])).map((values) => requeue(...values)),
    two.map(purge),
    two.map(reopen),
  ],
  { maxCommands: 60, size: "+1" },
);

test("whatever workers and operators do, and whoever is killed, nothing is lost and every attempt ends once", async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (history) => {
      const real = await makeReal();
      try {
        await fc.asyncModelRun(() => ({ model: makeBulkModel(IDS, policy), real }), history);
      } finally {
        real.close();
      }
    }),
    { numRuns: 50 },
  );
});
