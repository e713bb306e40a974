/** What is true of loops on one machine alone: whose process is gone, what is kept, and what a turn costs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { isHolderAlive, makeHolder, parseHolder } from "../../../src/embedded/loops/holder.ts";
import { makeEmbeddedLoops } from "../../../src/embedded/loops/loops.ts";
import { processIdentity } from "../../../src/embedded/processes/processes.ts";
import { taskKey } from "../../../src/loop/loop-task.ts";
import {
  endOf,
  executionOf,
  idsOf,
  LONG_LEASE_MS,
  makeLoopWorld,
  registrationOf,
  taskOf,
} from "../../contracts/loop-world.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { startProcess } from "../other-process.ts";
import { temporaryFolder } from "../temporary-folder.ts";

function openLoops(folder = temporaryFolder()) {
  const clock = makeVirtualClock();
  const db = openDatabase(join(folder, "cirrus.db"));
  onTestFinished(() => db.close());
  const loops = makeEmbeddedLoops(db, { clock, folder });
  const world = makeLoopWorld({ ...loops, pass: clock.advance, tries: 1, close: () => {} });
  return { ...loops, db, folder, clock, world };
}

/** Frames that end a transaction carry the size of the database (https://sqlite.org/fileformat2.html#walformat). */
function countCommits(folder: string): number {
  const log = readFileSync(join(folder, "cirrus.db-wal"));
  const frame = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frame <= log.length; at += frame) if (log.readUInt32BE(at + 4) > 0) commits += 1;
  return commits;
}

async function startSleeper() {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const identity = processIdentity(child.pid ?? 0) ?? "";
  const kill = async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { holder: `${child.pid}:${identity}:${hostname()}:1234abcd`, kill };
}

test("a holder is this process, and another one with each call", () => {
  const [one, other] = [makeHolder(), makeHolder()];
  expect(one).not.toBe(other);
  expect(parseHolder(one)).toEqual({ pid: process.pid, identity: processIdentity(process.pid), host: hostname() });
  expect(isHolderAlive(one)).toBe(true);
});

test("of a process of another machine, and of what is no process, nobody can say whether it is there", () => {
  const far = `1:${processIdentity(process.pid)}:another-machine:1234abcd`;
  expect([isHolderAlive(far), isHolderAlive("one"), isHolderAlive("")]).toEqual([undefined, undefined, undefined]);
  expect(parseHolder("one:two:three:four")).toBeUndefined();
});

test("a process with the same number that started at another time is not the holder", () => {
  expect(isHolderAlive(`${process.pid}:1-ffffffff:${hostname()}:1234abcd`)).toBe(false);
});

test("a holder that lives keeps its loop whatever its lease says, and one that was killed loses it at once", async () => {
  const { store, clock } = openLoops();
  const { holder, kill } = await startSleeper();
  const first = await store.claim({ loop: "debr", holder, leaseMs: 1000 });
  clock.advance(86_400_000);
  const own = makeHolder();
  const busy = await store.claim({ loop: "debr", holder: own, leaseMs: 1000 });
  expect(busy).toEqual({ outcome: "busy", holder, until: clock.now() + 2000 });
  expect((await store.loops())[0]?.holder).toBe(holder);
  await store.extend("debr", first.outcome === "held" ? first.fence : 0, LONG_LEASE_MS);
  await kill();
  expect((await store.loops())[0]?.holder).toBeUndefined();
  expect(await store.claim({ loop: "debr", holder: own, leaseMs: 1000 })).toMatchObject({ outcome: "held", fence: 2 });
});

test("P10: of each task the newest 1000 executions are kept, with their files; what they came to stays counted", async () => {
  const { store, files, folder, world, db } = openLoops();
  db.get("PRAGMA synchronous = OFF");
  const driven = await world.drive("debr");
  const [train, other] = [taskOf("debr", "train"), taskOf("debr", "other")];
  const kept = await world.run(driven, executionOf(other), endOf("SUCCEEDED"));
  const ids: string[] = [];
  for (let number = 1; number <= 1003; number += 1) {
    const execution = executionOf(train);
    if (number <= 5) writeFileSync((await files.open(execution.id)).log, "2030-01-01T00:00:00.000Z line\n");
    await world.run(driven, execution, endOf(number % 2 === 0 ? "FAILED" : "SUCCEEDED"));
    ids.push(execution.id);
  }
  const { rows, next } = await store.executions({ task: taskKey(train), limit: 1000 });
  expect([idsOf(rows), next]).toEqual([ids.slice(3).toReversed(), undefined]);
  expect(await store.execution(ids[2] ?? "")).toBeUndefined();
  expect(await store.execution(kept.id)).toBeDefined();
  expect((await store.task(taskKey(train)))?.counts).toMatchObject({ SUCCEEDED: 502, FAILED: 501 });
  const folderOf = (id = "") => join(folder, "loops", "executions", id.slice(-2), id);
  await expect
    .poll(() => ids.slice(0, 5).map((id) => existsSync(folderOf(id))))
    .toEqual([false, false, false, true, true]);
  await expect.poll(() => db.all("SELECT * FROM loop_leftovers")).toEqual([]);
}, 30_000);

test("an execution that runs is kept, however many came after it", async () => {
  const { store, world, db } = openLoops();
  db.get("PRAGMA synchronous = OFF");
  const [own, metadata] = [await world.drive("debr"), await world.drive("metadata")];
  const task = taskOf("debr", "train");
  const running = await world.run(own, executionOf(task));
  for (let number = 1; number <= 1002; number += 1) await world.run(metadata, executionOf(task), endOf("SUCCEEDED"));
  expect(await store.execution(running.id)).toEqual(running);
  await own.write({ end: { execution: running.id, end: endOf("LOST") } });
  await world.run(metadata, executionOf(task), endOf("SUCCEEDED"));
  expect(await store.execution(running.id)).toBeUndefined();
  expect((await store.executions({ task: taskKey(task), limit: 1000 })).next).toBeUndefined();
}, 30_000);

test("files of executions whose records went while a process was killed are removed by the next", async () => {
  const { files, world, db, folder } = openLoops();
  db.get("PRAGMA synchronous = OFF");
  const left = executionOf(taskOf("debr", "train")).id;
  writeFileSync((await files.open(left)).log, "");
  db.run("INSERT INTO loop_leftovers VALUES (?)", left);
  const driven = await world.drive("debr");
  for (let number = 1; number <= 1001; number += 1) {
    await world.run(driven, executionOf(taskOf("debr", "train")), endOf("SUCCEEDED"));
  }
  await expect.poll(() => existsSync(join(folder, "loops", "executions", left.slice(-2), left))).toBe(false);
}, 30_000);

test("the newest 20 registrations are kept, and those that iterations work with", async () => {
  const { store, world } = openLoops();
  const registrations = Array.from({ length: 25 }, () => registrationOf("debr"));
  const driven = await world.drive("debr");
  for (const [index, registration] of registrations.entries()) {
    await store.register(registration);
    if (index === 1) await driven.write({}, { registration: registration.id });
  }
  const found = await Promise.all(registrations.map(({ id }) => store.registration(id)));
  // Parsed ones are remembered for a while: what is there is what another process finds.
  expect(found.map((one) => one !== undefined)).toEqual(registrations.map((_, index) => index === 1 || index >= 5));
  await driven.write({}, { registration: registrations[24]?.id });
  await store.register(registrationOf("debr"));
  expect(await store.registration(registrations[1]?.id)).toBeUndefined();
});

test("a turn is one commit, and turns of a hundred loops in the same moment are one together", async () => {
  const { store, folder, db } = openLoops();
  const holder = makeHolder();
  const drive = async (loop: string) => {
    const claimed = await store.claim({ loop, holder, leaseMs: 60_000 });
    if (claimed.outcome === "busy") throw new Error(`${loop} is busy`);
    const { fence, record } = claimed;
    const begin = executionOf(taskOf(loop, "train"));
    const end = record.running === undefined ? undefined : { execution: record.running, end: endOf("SUCCEEDED") };
    return store.write({ fence, record: { ...record, revision: record.revision + 1, running: begin.id }, begin, end });
  };
  await drive("debr");
  const before = countCommits(folder);
  await drive("debr");
  expect(countCommits(folder) - before).toBe(1);
  const loops = Array.from({ length: 100 }, (_, index) => `loop-${index}`);
  await Promise.all(loops.map(drive));
  const together = countCommits(folder);
  expect(await Promise.all(loops.map(drive))).toEqual(loops.map(() => true));
  expect(countCommits(folder) - together).toBe(1);
  expect(db.get("SELECT count(*) AS ended FROM loop_executions WHERE ended IS NOT NULL")).toEqual({ ended: 101 });
});

test("P2: loops go on in another process when theirs is killed, and no execution is lost or doubled", async () => {
  const { store, folder } = openLoops();
  const loops = ["debr", "sesr", "zzebu"];
  const start = (...values: string[]) => startProcess("drive-loops.ts", folder, loops.join(), ...values);
  let driver = start("20", "hold");
  for (const [iteration, mode] of [
    ["40", "hold"],
    ["50", "hold"],
    ["60", "end"],
  ] as const) {
    await driver.printed("holding");
    const next = start(iteration, mode);
    driver.child.kill("SIGKILL");
    driver = next;
  }
  await driver.ended;
  for (const loop of loops) {
    const { rows } = await store.executions({ codops: loop, oldestFirst: true, limit: 1000 });
    const told = rows.map(({ iteration, end }) => `${iteration} ${end?.outcome}`);
    const expected = Array.from({ length: 60 }, (_, index) => {
      const lost = [21, 41, 51].includes(index + 1) ? [`${index + 1} LOST`] : [];
      return [...lost, `${index + 1} SUCCEEDED`];
    });
    expect(told).toEqual(expected.flat());
    expect((await store.task(`${loop}/train`))?.counts).toMatchObject({ SUCCEEDED: 60, LOST: 3 });
  }
}, 30_000);
