/**
 * Tasks that cost nothing through the queue alone, in the worker's own process: how many a second are taken, run and
 * recorded durably. In turn with graphile-worker, batched, where PostgreSQL is there.
 */
import { mkdtempSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DEFAULT_POLICY } from "../../src/bulk/retry-policy.ts";
import { renderTable } from "../../src/cli/terminal/table.ts";
import { systemClock } from "../../src/clock.ts";
import { openBulkHere } from "../../src/queue/open-here.ts";
import { runWorker } from "../../src/queue/worker/run-worker.ts";
import { median, spread } from "../figures.ts";
import { startGraphileWorker } from "./graphile-worker.ts";

const TASKS = 40_000;
const ROUNDS = 3;

export async function measureQueues(work: string): Promise<void> {
  const started = await startGraphileWorker(join(work, "graphile"));
  if (started.outcome === "unavailable") console.log(`\ngraphile-worker was not measured: ${started.reason}.`);
  const peer = started.outcome === "started" ? started.peer : undefined;
  const own: number[] = [];
  const theirs: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      own.push(await throughOwnQueue(mkdtempSync(join(work, "own-"))));
      if (peer !== undefined) theirs.push(await peer.measure(TASKS));
    }
  } finally {
    await peer?.stop();
  }
  const columns = [{ title: `${TASKS} tasks that cost nothing` }, { title: "tasks/s", align: "right" as const }];
  const ratio = { title: "against the peer", align: "right" as const };
  console.log(
    `\n${renderTable(
      [...columns, ratio],
      [
        [
          "Cirrus, in process: SQLite, synced, every attempt kept",
          spread(own),
          theirs.length === 0 ? "" : (median(own) / median(theirs)).toFixed(2),
        ],
        ...(theirs.length === 0
          ? []
          : [["graphile-worker 0.18.0, 500 at a time: PostgreSQL, synced, ended jobs deleted", spread(theirs), "1"]]),
      ],
    )}`,
  );
}

async function throughOwnQueue(folder: string): Promise<number> {
  const bulk = openBulkHere(folder);
  try {
    const entries = Array.from({ length: TASKS }, (_, n) => ({ id: `task-${n}`, data: { n } }));
    await bulk.runs.load(
      {
        name: "bench",
        task: { kind: "module", file: join(import.meta.dirname, "nothing.ts") },
        limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 5 },
        policy: DEFAULT_POLICY,
        digest: "bench",
        entries: TASKS,
        source: {},
      },
      { count: TASKS, read: (after, limit) => entries.slice(after, after + limit) },
    );
    const begun = performance.now();
    await runWorker(
      { queue: bulk.queue, logs: bulk.logs, clock: systemClock },
      {
        run: "bench",
        program: { kind: "module", file: join(import.meta.dirname, "nothing.ts"), exportName: "handler" },
        limits: { maxRuntimeSeconds: 60, cpus: 1, graceSeconds: 5 },
        slots: 2,
        mode: "in-process",
        host: { host: hostname(), provider: "local", cpus: 2, memoryBytes: 0, spot: false },
        signal: new AbortController().signal,
        idle: "exit",
        idleMs: 10,
        environment: {},
        folder: join(folder, "workers"),
        worker: "bench",
      },
    );
    const seconds = (performance.now() - begun) / 1_000;
    const { DONE } = await bulk.runs.counts("bench");
    if (DONE !== TASKS) throw new Error(`${DONE} of ${TASKS} tasks are done`);
    return TASKS / seconds;
  } finally {
    bulk.close();
  }
}
