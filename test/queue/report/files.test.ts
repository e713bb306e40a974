import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { makeEmbeddedBulk } from "../../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { dumpEntries } from "../../../src/queue/report/dump-entries.ts";
import { readReport } from "../../../src/queue/report/read-report.ts";
import { writeAttempts } from "../../../src/queue/report/write-attempts.ts";
import { endOf, entriesOf, makeBulkWorld, workerOf } from "../../contracts/bulk-world.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { portsOf, readTaskFile } from "../task-file/sample-files.ts";

/** A run of `count` entries of which every third failed and the last waits. */
async function makeRun(count: number) {
  const clock = makeVirtualClock();
  const folder = temporaryFolder();
  const db = openDatabase(":memory:");
  onTestFinished(() => db.close());
  const bulk = makeEmbeddedBulk(db, { clock, folder });
  const world = makeBulkWorld({ ...bulk, pass: clock.advance, tries: 1, close: () => {} });
  const run = await world.load(entriesOf(...Array.from({ length: count }, (_, n) => `t${n}`)));
  await bulk.queue.reportWorker(workerOf(run, "w1", { pricePerHour: 3600 }));
  const leases = await world.take(run, count - 1);
  await bulk.queue.finish(
    leases.map((lease) => ({ lease, end: endOf(Number(lease.entry.id.slice(1)) % 3 === 0 ? "failed" : "done") })),
  );
  return { ...bulk, run, folder };
}

test("entries that failed are written as a task file that loads again", async () => {
  const { runs, run, folder } = await makeRun(2500);
  for (const name of ["failed.json", "failed.jsonl", "failed.json.gz"]) {
    const file = join(folder, name);
    expect(await dumpEntries(runs, run, ["FAILED", "QUEUED"], file)).toBe(834);
    const entries = await Array.fromAsync(readTaskFile({ file }, portsOf()));
    expect(entries.map(({ id }) => id)).toEqual([...Array.from({ length: 833 }, (_, n) => `t${n * 3}`), "t2499"]);
    expect(entries[1]?.data).toEqual({ number: 4 });
  }
  await expect(dumpEntries(runs, run, ["DONE"], join(folder, "done.csv"))).rejects.toThrow("is neither");
});

test("every attempt is written once, compressed where the name says so", async () => {
  const { runs, run, folder } = await makeRun(2500);
  const file = join(folder, "attempts.jsonl.gz");
  expect(await writeAttempts(runs, run, file)).toBe(2499);
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split("\n");
  expect(lines).toHaveLength(2499);
  expect(JSON.parse(lines[3] ?? "")).toMatchObject({ entryId: "t3", attempt: 1, outcome: "failed" });
});

test("a file that cannot be written is named, and nothing is left beside it", async () => {
  const { runs, run, folder } = await makeRun(3);
  const file = join(folder, "gone", "attempts.jsonl");
  await expect(writeAttempts(runs, run, file)).rejects.toThrow(`${file} cannot be written: ENOENT`);
  const broken = { ...runs, attempts: () => Promise.reject(new Error("cut off")) };
  const before = readdirSync(folder);
  await expect(writeAttempts(broken, run, join(folder, "attempts.jsonl"))).rejects.toThrow("cut off");
  expect(readdirSync(folder)).toEqual(before);
});

test("the report is read from the store", async () => {
  const { runs, run } = await makeRun(7);
  const found = await runs.get(run);
  if (found === undefined) throw new Error("no run");
  expect(await readReport(runs, found)).toMatchObject({
    entries: { total: 7, DONE: 4, FAILED: 2, QUEUED: 1 },
    attempts: { total: 6, outcomes: { done: 4, failed: 2 } },
    duration: { count: 4, mean: 1.5 },
    hosts: [{ host: "machine-1", attempts: 6, done: 4 }],
  });
});
