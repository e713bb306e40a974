/** A worker as a program of its own, for tests that kill it: two tasks that hang, with a child in their group and one outside. */
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import { runWorker } from "../../../src/queue/worker/run-worker.ts";
import { makeFolderLogs, makeMemoryQueue } from "./memory-queue.ts";

const [, , folder = "", mode] = process.argv;
const entries = [false, true].map((detached) => ({
  id: `detached-${detached}`,
  data: { do: "child", file: join(folder, `pids-${detached}`), detached, stay: true },
}));

await runWorker(
  { queue: makeMemoryQueue(entries, systemClock), clock: systemClock, logs: makeFolderLogs(join(folder, "logs")) },
  {
    ...{ run: "test", worker: "killed", slots: 2, idle: "exit", idleMs: 0, folder },
    mode: mode === "reuse" ? "reuse" : "process",
    program: { kind: "module", file: join(import.meta.dirname, "troublemaker.ts"), exportName: "handler" },
    limits: { maxRuntimeSeconds: 600, cpus: 1, graceSeconds: 1 },
    host: { host: "here", provider: "local", cpus: 2, memoryBytes: 4e9, spot: false },
    signal: new AbortController().signal,
    environment: { PATH: process.env.PATH ?? "" },
  },
);
