/** A worker that does what its data says, good or bad. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { defineWorker, done, failed, retry, type WorkerData, type WorkerOutcome } from "cirrus-pipeline/task";
import { isGone } from "./processes-gone.ts";

type Act = (data: Readonly<Record<string, unknown>>, worker: WorkerData) => unknown;

const acts: Readonly<Record<string, Act>> = {
  add: ({ a, b }) => done({ sum: Number(a) + Number(b) }),
  throw: () => {
    throw new RangeError("no such band");
  },
  "throw-text": () => {
    throw "just a text";
  },
  "throw-later": async () => {
    setTimeout(() => {
      throw new TypeError("nobody awaited this");
    });
    await sleep(60_000);
  },
  exit: ({ code }) => process.exit(Number(code)),
  abort: () => process.kill(process.pid, "SIGSEGV"),
  never: () => new Promise(() => {}),
  hang: () => sleep(600_000),
  spin: () => {
    for (;;) Math.sqrt(2);
  },
  "hang-deaf": () => {
    process.on("SIGTERM", () => {});
    return sleep(600_000);
  },
  "finish-on-term": async () => {
    const terminated = once(process, "SIGTERM");
    await Promise.race([terminated, sleep(600_000)]);
    return done("in time");
  },
  memory: async ({ megabytes }) => {
    const kept = Array.from({ length: Number(megabytes) }, () => Buffer.alloc(1024 * 1024, 1));
    await sleep(600_000);
    return done(kept.length);
  },
  heap: () => {
    const kept: object[] = [];
    for (;;) kept.push({ a: [kept.length] });
  },
  "children-memory": async ({ megabytes }) => {
    const code = `const kept = Buffer.alloc(${megabytes} * 1024 * 1024, 1); setTimeout(() => kept, 600000)`;
    spawn(process.execPath, ["-e", code], { stdio: "ignore" });
    await sleep(600_000);
  },
  /** Its number is written down; it leaves the group where `detached` is true. */
  child: async ({ file, detached, stay }) => {
    const child = spawn("sleep", ["600"], { stdio: "ignore", detached: detached === true });
    child.unref();
    writeFileSync(String(file), `${child.pid} ${process.pid}`);
    if (stay === true) await sleep(600_000);
    return done(child.pid);
  },
  /** Whether what another task left is gone while the worker goes on. */
  "await-gone": async ({ file }) => {
    const [pid = 0] = readFileSync(String(file), "utf8").split(" ").map(Number);
    return done(await isGone(pid));
  },
  scribble: () => {
    writeSync(3, "all is well\n");
    return done();
  },
  true: () => true,
  pair: () => [true, { sum: 1 }],
  nothing: () => {},
  "not-json": () => done({ list: [1, { when: new Map() }] }),
  retry: (_data, { attempt }) => (attempt < 3 ? retry("not yet", { attempt }) : done({ attempt })),
  failed: () => failed("no such place", { tried: 2 }),
  print: ({ text, times = 1 }) => {
    for (let count = 0; count < Number(times); count++) console.log(String(text));
    console.error("and an error");
    return done();
  },
  pid: () => done(process.pid),
  facts: (_data, worker) => {
    const { run, attempt, host, limits, slots } = worker;
    return done({ run, attempt, host, limits, slots });
  },
  "await-shutdown": async (_data, { shutdown }) => {
    if (!shutdown.aborted) await once(shutdown, "abort");
    return done("told");
  },
  "poll-termination": (_data, worker) => {
    while (!worker.receivedTerminationNotice);
    return done({ shutdown: worker.receivedShutdownRequest });
  },
};

export const handler = defineWorker((_id, data, worker) => {
  // Some of them return what a worker may not.
  return acts[String(data.do)]?.(data, worker) as WorkerOutcome | Promise<WorkerOutcome>;
});
