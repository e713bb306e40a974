/** Loads a run of many entries as far as one of them, says so and waits to be killed: `load-bulk.ts FOLDER RUN ENTRIES LAST`. */
import { writeSync } from "node:fs";
import { join } from "node:path";
import type { EntrySource } from "../../../src/bulk/bulk-store.ts";
import { systemClock } from "../../../src/clock.ts";
import { makeEmbeddedBulk } from "../../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { numberedRun } from "../bulk/numbered-run.ts";
import { standStill } from "./stand-still.ts";

const [folder = "", name = "", entries = "", last = ""] = process.argv.slice(2);
const { runs } = makeEmbeddedBulk(openDatabase(join(folder, "cirrus.db")), { clock: systemClock, folder });
const { run, source } = numberedRun(name, Number(entries));
const halting: EntrySource = {
  count: source.count,
  read(after, limit) {
    if (after < Number(last)) return source.read(after, limit);
    writeSync(1, `read ${after}.\n`);
    standStill();
  },
};
await runs.load(run, halting);
