/**
 * Drives loops: `drive-loops.ts FOLDER LOOP,LOOP ITERATION end|hold`. One execution after the other of each loop up to an
 * iteration; with `hold` it begins one more of each, says so, and waits to be killed.
 */
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeHolder } from "../../../src/embedded/loops/holder.ts";
import { makeEmbeddedLoops } from "../../../src/embedded/loops/loops.ts";
import type { LoopRecord } from "../../../src/loop/loop-record.ts";
import type { LoopChange } from "../../../src/loop/loop-store.ts";
import { endOf, executionOf, taskOf } from "../../contracts/loop-world.ts";

const [folder = "", loops = "", iteration = "", mode = ""] = process.argv.slice(2);
const { store } = makeEmbeddedLoops(openDatabase(join(folder, "cirrus.db")), { clock: systemClock, folder });
const holder = makeHolder();

async function claim(loop: string) {
  for (;;) {
    const claimed = await store.claim({ loop, holder, leaseMs: 600_000 });
    if (claimed.outcome === "held") return claimed;
    await systemClock.sleep(10);
  }
}

async function drive(loop: string): Promise<void> {
  let { fence, record } = await claim(loop);
  const write = async (change: Partial<LoopRecord>, parts: Partial<LoopChange>) => {
    record = { ...record, ...change, revision: record.revision + 1 };
    if (!(await store.write({ ...parts, fence, record }))) throw new Error(`${loop} is another's`);
  };
  const begin = async () => {
    const execution = executionOf(taskOf(loop, "train"), { iteration: record.iteration + 1 });
    await write({ running: execution.id }, { begin: execution });
    return execution.id;
  };
  if (record.running !== undefined) {
    await write({ running: undefined }, { end: { execution: record.running, end: endOf("LOST") } });
  }
  while (record.iteration < Number(iteration)) {
    const end = { execution: await begin(), end: endOf("SUCCEEDED") };
    await write({ running: undefined, iteration: record.iteration + 1 }, { end });
  }
  if (mode === "hold") await begin();
}

await Promise.all(loops.split(",").map(drive));
if (mode === "hold") {
  console.log("holding");
  await systemClock.sleep(600_000);
}
