/**
 * A worker of a bulk run: `work-bulk.ts FOLDER RUN WORKER end|hold [LAST]`. With `end` it ends every entry it gets as done
 * and prints them, up to LAST, with which in hand it waits to be killed; with `hold` it takes some, writes to the log of
 * each, says so, and waits to be killed.
 */
import { writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isoTime, systemClock } from "../../../src/clock.ts";
import { makeEmbeddedBulk } from "../../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { processIdentity } from "../../../src/embedded/processes/processes.ts";
import { workerOf } from "../../contracts/bulk-world.ts";
import { standStill } from "./stand-still.ts";

const [folder = "", run = "", worker = "", mode = "", last] = process.argv.slice(2);
const db = openDatabase(join(folder, "cirrus.db"));
const { queue, logs } = makeEmbeddedBulk(db, { clock: systemClock, folder });
const identity = processIdentity(process.pid) ?? "";
await queue.reportWorker(workerOf(run, worker, { host: hostname(), process: { pid: process.pid, identity } }));
for (;;) {
  const { leases } = await queue.receive({ run, worker, max: 3, leaseMs: 600_000 });
  if (mode === "hold") {
    for (const lease of leases) writeFileSync(await logs.open(lease), `working on ${lease.entry.id}\n`);
    console.log(`holding ${leases.length}`);
    await systemClock.sleep(600_000);
  }
  if (leases.length === 0) break;
  for (const { entry } of leases) writeSync(1, `${entry.id}\n`);
  if (leases.some(({ entry }) => entry.id === last)) standStill();
  const now = isoTime(systemClock.now());
  await queue.finish(leases.map((lease) => ({ lease, end: { outcome: "done", startedAt: now, endedAt: now } })));
}
db.close();
