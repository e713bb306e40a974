import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tryProcessLock } from "../../src/embedded/processes/process-lock.ts";
import { processIdentity, SANDBOX } from "../../src/embedded/processes/processes.ts";
import { makeWorkerRegistry } from "../../src/embedded/processes/worker-registry.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "cirrus-workers-"));
  chmodSync(directory, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const gone = (pid: number) => expect.poll(() => processIdentity(pid)).toBeUndefined();

/** A process in a group of its own, as workers are. */
function startWorker(env: Readonly<Record<string, string>> = {}) {
  const args = ["-c", "trap '' TERM; sleep 100; sleep 100"];
  const child = spawn("/bin/sh", args, { detached: true, stdio: "ignore", env: { PATH: process.env.PATH, ...env } });
  return { pid: child.pid ?? 0, identity: processIdentity(child.pid ?? 0) ?? "" };
}

test("a worker in a busy loop ends with what it started when its runtime is killed", async () => {
  const source = join(import.meta.dirname, "../../src");
  writeFileSync(
    join(directory, "handler.mjs"),
    `import { spawn, spawnSync } from "node:child_process";
    import { renameSync, writeFileSync } from "node:fs";
    export const handler = async () => {
      const child = spawn("sleep", ["100"]);
      writeFileSync("pids.tmp", JSON.stringify([process.pid, child.pid]));
      renameSync("pids.tmp", "pids");
      for (;;);
    };`,
  );
  const code = `
    import { makeLambdaPool } from ${JSON.stringify(join(source, "embedded/lambda/lambda-pool.ts"))};
    import { makeTaskLogs } from ${JSON.stringify(join(source, "embedded/logs/task-logs.ts"))};
    import { systemClock } from ${JSON.stringify(join(source, "clock.ts"))};
    const home = ${JSON.stringify(join(directory, "home"))};
    const pool = makeLambdaPool({ home, clock: systemClock, logs: makeTaskLogs(home + "/logs") });
    await pool.invoke({ name: "busy", arn: "", directory: ${JSON.stringify(directory)}, handler: "handler.handler",
      memorySize: 256, timeout: 100, environment: {} }, {}, { requestId: "1" });`;
  const runtime = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
  await expect.poll(() => readdirSync(directory)).toContain("pids");
  const pids: number[] = JSON.parse(readFileSync(join(directory, "pids"), "utf8"));
  runtime.kill("SIGKILL");
  for (const pid of pids) await gone(pid);
  await expect.poll(() => readdirSync(join(directory, "home/workers"))).toEqual([]);
});

test("a worker that was left by a killed runtime ends when the next one starts; others are left alone", async () => {
  const workers = join(directory, "left");
  const [left, otherNow, living] = [startWorker(), startWorker(), startWorker()];
  const ended = join(workers, "1_long-gone_a/workers");
  const alive = join(workers, `${process.pid}_${processIdentity(process.pid)}_b/workers`);
  mkdirSync(ended, { recursive: true });
  mkdirSync(alive, { recursive: true });
  writeFileSync(join(ended, String(left.pid)), left.identity);
  writeFileSync(join(ended, String(otherNow.pid)), "a process of another time");
  writeFileSync(join(alive, String(living.pid)), living.identity);
  const registry = makeWorkerRegistry(workers);
  try {
    await gone(left.pid);
    expect(processIdentity(otherNow.pid)).toBe(otherNow.identity);
    expect(processIdentity(living.pid)).toBe(living.identity);
    expect(readdirSync(workers).length).toBe(2);
  } finally {
    registry.close();
    for (const { pid } of [otherNow, living]) process.kill(-pid, "SIGKILL");
  }
});

test("what left its group is found by the folder that it was started for", async () => {
  const workers = join(directory, "strays");
  const [ended, alive] = [join(workers, "1_long-gone_a"), join(workers, "1_long-gone_ab")];
  mkdirSync(ended, { recursive: true });
  const stray = startWorker({ [SANDBOX]: join(ended, "tmp-1") });
  const other = startWorker({ [SANDBOX]: join(alive, "tmp-1") });
  const registry = makeWorkerRegistry(workers);
  try {
    await gone(stray.pid);
    expect(processIdentity(other.pid)).toBe(other.identity);
  } finally {
    registry.close();
    process.kill(-other.pid, "SIGKILL");
  }
});

test("a worker in a folder with a long path has a short one to it, which goes with the runtime", () => {
  const registry = makeWorkerRegistry(join(directory, "a-name-of-some-length/".repeat(5)));
  const place = registry.open();
  try {
    writeFileSync(join(place.shortFolder, "file"), "text");
    expect(readFileSync(join(place.folder, "file"), "utf8")).toBe("text");
    // What a pool of processes in Python adds for its socket.
    expect(join(place.shortFolder, "tmp/pymp-12345678/listener-12345678").length).toBeLessThan(104);
  } finally {
    registry.close();
  }
  expect(existsSync(place.shortFolder)).toBe(false);
});

test("the folder of a runtime that lives where its number says nothing, as in a container, is left alone", () => {
  const workers = join(directory, "containers");
  const [living, ended] = [join(workers, "7_of-a-container_a"), join(workers, "7_of-a-container_b")];
  for (const folder of [living, ended]) mkdirSync(folder, { recursive: true });
  const lock = tryProcessLock(join(living, "running"));
  tryProcessLock(join(ended, "running"))?.release();
  makeWorkerRegistry(workers).close();
  expect(readdirSync(workers)).toEqual(["7_of-a-container_a"]);
  lock?.release();
  makeWorkerRegistry(workers).close();
  expect(readdirSync(workers)).toEqual([]);
});

test("what a task has made read-only is removed all the same", () => {
  const source = join(import.meta.dirname, "../../src/embedded/processes");
  const home = mkdtempSync(join(directory, "read-only-"));
  chmodSync(home, 0o777);
  const code = `
    import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
    import { makeSlotPlaces } from ${JSON.stringify(join(source, "slot-places.ts"))};
    import { makeWorkerRegistry } from ${JSON.stringify(join(source, "worker-registry.ts"))};
    const workers = ${JSON.stringify(join(home, "workers"))};
    const makeReadOnly = (folder) => {
      mkdirSync(folder + "/cache/module", { recursive: true });
      writeFileSync(folder + "/cache/module/file", "");
      for (const path of ["/cache/module", "/cache", ""]) chmodSync(folder + path, 0o555);
    };
    makeReadOnly(workers + "/1_long-gone_a");
    const registry = makeWorkerRegistry(workers);
    const left = readdirSync(workers).length;
    const places = makeSlotPlaces(registry);
    const first = places.take(0);
    makeReadOnly(first.temporary);
    first.release();
    const second = places.take(0);
    writeFileSync(second.temporary + "/file", "");
    const same = second.temporary === first.temporary;
    makeReadOnly(second.temporary);
    registry.close();
    console.log(JSON.stringify({ left, same, closed: readdirSync(workers).length }));`;
  // Who may do everything sees nothing of it.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const args = ["--input-type=module", "-e", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { ...nobody, cwd: home, encoding: "utf8" });
  expect(stderr + stdout).toBe(`${JSON.stringify({ left: 1, same: true, closed: 0 })}\n`);
});
