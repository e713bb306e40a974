/** Loads a run of many entries, and says how far it is: `load-bulk.ts FOLDER RUN ENTRIES`. */
import { join } from "node:path";
import { systemClock } from "../../../src/clock.ts";
import { makeEmbeddedBulk } from "../../../src/embedded/bulk/bulk.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { numberedRun } from "../bulk/numbered-run.ts";

const [folder = "", name = "", entries = ""] = process.argv.slice(2);
const db = openDatabase(join(folder, "cirrus.db"));
const { runs } = makeEmbeddedBulk(db, { clock: systemClock, folder });
const { run, source } = numberedRun(name, Number(entries));
await runs.load(run, source, (stored) => console.log(`stored ${stored}.`));
db.close();
