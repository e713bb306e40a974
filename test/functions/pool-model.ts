/** A model of a run and its provider, minute by minute: entries, messages, machines that come and go, calls that fail. */

import type { BulkRun, EntryCounts, RunState } from "../../src/bulk/bulk-run.ts";
import type { Pool, PoolPlan } from "../../src/bulk/pool.ts";
import type { PoolOrder } from "../../src/bulk/pool-order.ts";
import { DEFAULT_POLICY } from "../../src/bulk/retry-policy.ts";
import type { WorkerRecord } from "../../src/bulk/worker-record.ts";
import { isoTime } from "../../src/clock.ts";
import { TransientError } from "../../src/errors.ts";
import { type SupervisePorts, superviseRuns } from "../../src/functions/supervise/supervise.ts";

const START = Date.parse("2030-01-01T00:00:00.000Z");
const MINUTE_MS = 60_000;
/** Minutes until a worker that was asked for runs. */
const BOOT_MINUTES = 2;
/** Minutes that a machine is still there once its worker has ended. */
const IDLE_MINUTES = 1;
/** Minutes until what a dead worker held is delivered again. */
const LEASE_MINUTES = 5;

export interface ModelOptions {
  readonly entries: number;
  readonly plan?: PoolPlan;
  readonly state?: RunState;
  readonly impossible?: string;
  /** Workers end before they take an entry. */
  readonly broken?: boolean;
  /** Chances a minute: of each worker to die, of all to die, of a call to fail, of a message to be lost when its entry is taken, of two to look at a time. */
  readonly workerDeaths?: number;
  readonly spotWaves?: number;
  readonly failingCalls?: number;
  readonly lostMessages?: number;
  readonly overlaps?: number;
  readonly seed?: number;
}

export function planOf(more: Partial<PoolPlan> = {}): PoolPlan {
  return {
    kind: "batch",
    region: "us-west-2",
    instanceTypes: ["m7g.large", "m6g.large"],
    spot: true,
    onDemandShare: 0,
    slotsPerWorker: 1,
    cpusPerWorker: 1,
    memoryPerWorkerMiB: 1024,
    bootDiskGB: 30,
    maxWorkers: 3,
    workerPricePerHour: 0.05,
    workerPriceByType: {},
    onDemandWorkerPricePerHour: 0.1,
    ...more,
  };
}

interface Worker {
  readonly name: string;
  readonly bornAt: number;
  phase: "starting" | "running" | "ended";
  startedAt: number;
  seenAt: number;
  endedAt?: number;
  /** What its machine cost, booting included. */
  paidMinutes: number;
}

interface Message {
  state: "visible" | "held" | "lost" | "deleted";
  worker?: string;
  /** The minute in which it is delivered again. */
  backAt: number;
}

export function makePoolModel(options: ModelOptions) {
  const { entries, plan = planOf(), impossible, broken = false } = options;
  const { workerDeaths = 0, spotWaves = 0, failingCalls = 0, lostMessages = 0, overlaps = 0 } = options;
  const random = mulberry32(options.seed ?? 1);
  const order: PoolOrder = { plan, code: { kind: "lambda", function: "stack-task" } };
  const messages: Message[] = Array.from({ length: entries }, () => ({ state: "visible", backAt: 0 }));
  const turns = new Set<string>();
  let now = START;
  let state: RunState | undefined = options.state ?? "OPEN";
  let reason: string | undefined;
  let workers: Worker[] = [];
  const former: Worker[] = [];
  /** Steps that are made: template, environments, queue and definition. */
  let made = 0;
  let asked = 0;
  let attempts = 0;
  let missed = 0;
  let most = 0;

  const clock = { now: () => now, sleep: async () => {} };
  const minute = () => (now - START) / MINUTE_MS;
  const live = () => workers.filter(({ phase }) => phase !== "ended");

  /** A call fails before it has its effect, or its answer is lost. */
  async function call<T>(effect: () => T): Promise<T> {
    if (random() < failingCalls / 2) throw new TransientError("no connection");
    const result = effect();
    if (random() < failingCalls / 2) throw new TransientError("no answer");
    return result;
  }

  function endWorker(worker: Worker, known: boolean): void {
    if (worker.phase === "ended") return;
    worker.phase = "ended";
    if (known) {
      worker.endedAt = now;
      worker.paidMinutes += IDLE_MINUTES;
    }
    for (const message of messages) {
      if (message.state !== "held" || message.worker !== worker.name) continue;
      // Told to end, it gives back what it holds; dead, the lease has to run out.
      message.backAt = minute() + (known ? 0 : LEASE_MINUTES);
    }
  }

  const batch: Pool = {
    scalesItself: false,
    prepare: () =>
      call(() => {
        if (impossible !== undefined && made > 0) return { outcome: "impossible", reason: impossible };
        if (made < 3) made += 1;
        return made < 3 ? { outcome: "waiting", reason: "step by step" } : { outcome: "ready" };
      }),
    start: (_run, _order, number, turn) =>
      call(() => {
        if (turns.has(turn)) return;
        turns.add(turn);
        // The environments' most processors.
        for (let i = 0; i < number; i += 1) {
          asked += 1;
          const name = `worker-${asked}`;
          workers.push({ name, bornAt: minute(), phase: "starting", startedAt: 0, seenAt: 0, paidMinutes: 0 });
        }
      }),
    status: () =>
      call(() => ({
        starting: workers.filter(({ phase }) => phase === "starting").length,
        running: workers.filter(({ phase }) => phase === "running").length,
        ended: workers.filter(({ phase }) => phase === "ended").length,
        reasons: [],
      })),
    remove: () =>
      call(() => {
        for (const worker of live()) endWorker(worker, true);
        if (made > 0) made -= 1;
        if (made > 0) return false;
        former.push(...workers);
        workers = [];
        return true;
      }),
    runs: () => call(() => (made > 0 ? ["run"] : [])),
  };
  const nothing: Pool = { ...batch, remove: async () => true, runs: async () => [] };

  function counts(): EntryCounts {
    const of = (wanted: Message["state"]) => messages.filter((message) => message.state === wanted).length;
    return {
      QUEUED: of("visible") + of("lost"),
      RUNNING: of("held"),
      DONE: of("deleted"),
      FAILED: 0,
      CANCELLED: 0,
      attempts,
    };
  }

  function run(): BulkRun | undefined {
    if (state === undefined) return undefined;
    return {
      name: "run",
      task: { kind: "task", name: "task" },
      limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 30 },
      policy: DEFAULT_POLICY,
      digest: "",
      entries,
      source: {},
      pool: JSON.parse(JSON.stringify(order)),
      state,
      ...(reason !== undefined && { reason }),
      created: isoTime(START),
      updated: isoTime(now),
    };
  }

  const ports = (): SupervisePorts => ({
    clock,
    pools: { batch, lambda: nothing },
    repair: () =>
      call(() => {
        for (const message of messages) if (message.state === "lost") message.state = "visible";
        return 0;
      }),
    runs: {
      get: () => call(run),
      list: () => call(() => [run()].filter((one) => one !== undefined)),
      counts: () => call(counts),
      workers: () => call(() => [...former, ...workers].filter(({ startedAt }) => startedAt > 0).map(recordOf)),
      setState: (_name, from, to, why) =>
        call(() => {
          if (state === undefined || !from.includes(state)) return false;
          state = to;
          reason = why;
          return true;
        }),
    },
  });

  function recordOf({ name, startedAt, seenAt, endedAt }: Worker): WorkerRecord {
    const machine = { host: name, provider: "aws", cpus: 1, memoryBytes: 1, spot: true, slots: plan.slotsPerWorker };
    const ended = endedAt === undefined ? {} : { endedAt: isoTime(endedAt) };
    return { run: "run", worker: name, ...machine, startedAt: isoTime(startedAt), seenAt: isoTime(seenAt), ...ended };
  }

  function work(worker: Worker): void {
    for (const message of messages) {
      if (message.state === "held" && message.worker === worker.name && message.backAt > minute())
        message.state = "deleted";
    }
    const wanted = messages.filter((message) => message.state === "visible").slice(0, plan.slotsPerWorker);
    if (state !== "OPEN" || wanted.length === 0 || broken) {
      endWorker(worker, true);
      return;
    }
    for (const message of wanted) {
      if (random() < lostMessages) {
        message.state = "lost";
        continue;
      }
      attempts += 1;
      Object.assign(message, { state: "held", worker: worker.name, backAt: Number.POSITIVE_INFINITY });
    }
  }

  /** A job whose machine was taken away: Batch starts it again. Nobody pays for a machine that was taken away as it booted. */
  function startAgain(worker: Worker): void {
    if (worker.phase === "starting") worker.paidMinutes = 0;
    endWorker(worker, false);
    former.push(worker);
    const name = `${worker.name}-again`;
    const fresh: Worker = { name, bornAt: minute(), phase: "starting", startedAt: 0, seenAt: 0, paidMinutes: 0 };
    workers = workers.map((one) => (one === worker ? fresh : one));
  }

  function machines(): void {
    const wave = random() < spotWaves;
    for (const message of messages)
      if (message.state === "held" && message.backAt <= minute()) message.state = "visible";
    for (const worker of live()) {
      worker.paidMinutes += 1;
      if (worker.phase === "starting" && minute() - worker.bornAt >= BOOT_MINUTES) {
        Object.assign(worker, { phase: "running", startedAt: now, seenAt: now });
      }
      if (wave) startAgain(worker);
      else if (random() < workerDeaths) endWorker(worker, false);
      if (worker.phase !== "running") continue;
      worker.seenAt = now;
      work(worker);
    }
    most = Math.max(most, live().length);
  }

  async function look(): Promise<void> {
    const results = await superviseRuns(ports()).catch((thrown: unknown) => {
      if (!(thrown instanceof TransientError)) throw thrown;
      return [{ action: "later" }];
    });
    if (results.some(({ action }) => action === "later")) missed += 1;
  }

  return {
    ports,
    run,
    counts,
    async minutes(number: number, until: () => boolean = () => false): Promise<void> {
      for (let i = 0; i < number && !until(); i += 1) {
        // Now and then two look at the same time.
        await Promise.all(random() < overlaps ? [look(), look()] : [look()]);
        now += MINUTE_MS;
        machines();
      }
    },
    setState: (wanted: RunState) => {
      state = wanted;
    },
    remove: () => {
      state = undefined;
    },
    mostWorkers: () => most,
    /** Minutes in which a call failed, so that nobody could look. */
    missed: () => missed,
    /** USD that the provider asks for. */
    spent: () =>
      [...former, ...workers].reduce((sum, { paidMinutes }) => sum + (paidMinutes / 60) * plan.workerPricePerHour, 0),
    pool: { exists: () => made > 0, live: () => live().length, asked: () => asked },
  };
}

/** A small generator of random numbers with a seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
