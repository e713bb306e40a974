import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeEmbeddedLoops } from "../../../src/embedded/loops/loops.ts";
import { describeExecutionFiles } from "../../contracts/execution-files.ts";
import { describeLoopStore } from "../../contracts/loop-store.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";
import { temporaryFolder } from "../temporary-folder.ts";

function make() {
  const clock = makeVirtualClock();
  const db = openDatabase(":memory:");
  const loops = makeEmbeddedLoops(db, { clock, folder: temporaryFolder() });
  return { ...loops, pass: clock.advance, tries: 1, close: () => db.close() };
}

describeLoopStore("SQLite", make);
describeExecutionFiles("Folders", make);
