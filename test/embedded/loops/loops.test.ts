/** What is true of loops on one machine alone: whose process is gone, what is kept, and what a turn costs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { isHolderAlive, makeHolder, parseHolder } from "../../../src/embedded/loops/holder.ts";
import { type EmbeddedLoopsOptions, makeEmbeddedLoops } from "../../../src/embedded/loops/loops.ts";
import { processIdentity } from "../../../src/embedded/processes/processes.ts";
import { type LoopTask, taskKey } from "../../../src/loop/loop-task.ts";
import {
  type DrivenLoop,
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

function openLoops(options: Pick<EmbeddedLoopsOptions, "isAlive" | "kept"> = {}) {
  const folder = temporaryFolder();
  const clock = makeVirtualClock();
  const db = openDatabase(join(folder, "cirrus.db"));
  onTestFinished(() => db.close());
  const loops = makeEmbeddedLoops(db, { clock, folder, ...options });
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

test("a holder that claims its loop again and again keeps it, for those that look from another machine, too", async () => {
  const { store, clock } = openLoops({ isAlive: () => undefined });
  const claim = (holder: string) => store.claim({ loop: "debr", holder, leaseMs: 1000 });
  for (const holder of [makeHolder(), "somebody"]) {
    for (const ms of [400, 400, 400, 400]) {
      expect(await claim(holder)).toMatchObject({ outcome: "held" });
      clock.advance(ms);
      expect(await claim("another")).toMatchObject({ outcome: "busy", holder });
    }
    clock.advance(1000);
  }
  expect(await claim("another")).toMatchObject({ outcome: "held" });
});

test("a holder that is no process of a machine is leased the loop anew with each claim", async () => {
  const { store, clock } = openLoops({ isAlive: () => undefined });
  const claim = (holder: string) => store.claim({ loop: "debr", holder, leaseMs: 1000 });
  await claim("somebody");
  clock.advance(400);
  await claim("somebody");
  clock.advance(800);
  expect(await claim("another")).toMatchObject({ outcome: "busy" });
});

/** So many in a row, each begun with the end of the one before. */
async function runMany(driven: DrivenLoop, task: LoopTask, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const begin = executionOf(task);
    const { running } = driven.record();
    const end = running === undefined ? {} : { end: { execution: running, end: endOf("SUCCEEDED") } };
    await driven.write({ begin, ...end }, { running: begin.id });
    ids.push(begin.id);
  }
  return ids;
}

const folderOf = (folder: string, id = "") => join(folder, "loops", "executions", id.slice(-2), id);

test("P10: of each task the newest 1000 executions are kept; what they came to stays counted", async () => {
  const { store, world, db } = openLoops();
  db.get("PRAGMA synchronous = OFF");
  const [train, other] = [taskOf("debr", "train"), taskOf("debr", "other")];
  const driven = await world.drive("debr");
  const [kept] = await runMany(driven, other, 1);
  const ids = await runMany(driven, train, 1003);
  const { rows, next } = await store.executions({ task: taskKey(train), limit: 1000 });
  expect([idsOf(rows), next]).toEqual([ids.slice(3).toReversed(), undefined]);
  expect(await store.execution(kept ?? "")).toBeDefined();
  expect((await store.task(taskKey(train)))?.counts.SUCCEEDED).toBe(1002);
});

test("the files of executions go after their records, also those that a killed process left", async () => {
  const { files, world, db, folder } = openLoops({ kept: 10 });
  const driven = await world.drive("debr");
  const ids = await runMany(driven, taskOf("debr", "train"), 10);
  const left = executionOf(taskOf("debr", "train")).id;
  for (const id of [...ids, left]) writeFileSync((await files.open(id)).log, "2030-01-01T00:00:00.000Z line\n");
  db.run("INSERT INTO loop_leftovers VALUES (?)", left);
  await runMany(driven, taskOf("debr", "train"), 3);
  await expect.poll(() => db.all("SELECT * FROM loop_leftovers")).toEqual([]);
  const there = ids.map((id) => existsSync(folderOf(folder, id)));
  expect(there).toEqual(ids.map((_, index) => index >= 3));
  expect(existsSync(folderOf(folder, left))).toBe(false);
});

test("an execution that runs is kept, however many came after it", async () => {
  const { store, world } = openLoops({ kept: 10 });
  const [own, metadata] = [await world.drive("debr"), await world.drive("metadata")];
  const task = taskOf("debr", "train");
  const running = await world.run(own, executionOf(task));
  await runMany(metadata, task, 12);
  expect(await store.execution(running.id)).toEqual(running);
  await own.write({ end: { execution: running.id, end: endOf("LOST") } });
  await runMany(metadata, task, 1);
  expect(await store.execution(running.id)).toBeUndefined();
  expect((await store.executions({ task: taskKey(task) })).rows).toHaveLength(10);
});

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
});
