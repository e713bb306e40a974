/** A worker over this machine's own store as a program of its own, for a test that kills it again and again. */
import { hostname } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import { openBulkHere } from "../../../src/queue/open-here.ts";
import { runWorker } from "../../../src/queue/worker/run-worker.ts";

const [, , data = "", mode] = process.argv;
const here = openBulkHere(data);
const run = await here.runs.get("chaos");
if (run === undefined) throw new Error("there is no run");
await runWorker(
  { ...here, clock: systemClock },
  {
    ...{ run: run.name, worker: `worker-${process.pid}-${Date.now()}`, limits: run.limits, slots: 3 },
    ...{
      idle: "wait-for-retries",
      idleMs: 0,
      folder: join(data, "tasks"),
      environment: { PATH: process.env.PATH ?? "" },
    },
    mode: mode === "reuse" ? "reuse" : "process",
    program: { kind: "module", file: join(import.meta.dirname, "troublemaker.ts"), exportName: "handler" },
    host: { host: hostname(), provider: "local", cpus: 2, memoryBytes: 4e9, spot: false },
    signal: new AbortController().signal,
  },
);
here.close();
