import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { registerRuntime } from "../../src/embedded/executions/runtimes.ts";
import { startProcess } from "./other-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function open() {
  const path = join(temporaryFolder(), "cirrus.db");
  const db = openDatabase(path);
  onTestFinished(() => db.close());
  return { path, db };
}

test("a runtime is alive until it is closed", () => {
  const { db } = open();
  const one = registerRuntime(db, { clock: systemClock });
  const other = registerRuntime(db, { clock: systemClock });
  expect([one.isAlive(one.id), one.isAlive(other.id), one.isAlive("unknown")]).toEqual([true, true, false]);
  other.close();
  expect([one.isAlive(one.id), one.isAlive(other.id)]).toEqual([true, false]);
});

test("a runtime whose process was killed is not alive, and its entry goes with the next one that registers", async () => {
  const { path, db } = open();
  const runtime = registerRuntime(db, { clock: systemClock });
  const other = startProcess("register.ts", path);
  await other.printed("\n");
  const id = db.get<{ id: string }>("SELECT id FROM runtimes WHERE id <> ?", runtime.id)?.id ?? "";
  expect(runtime.isAlive(id)).toBe(true);
  other.child.kill("SIGKILL");
  await once(other.child, "close");
  expect(runtime.isAlive(id)).toBe(false);
  registerRuntime(db, { clock: systemClock });
  expect(db.get("SELECT id FROM runtimes WHERE id = ?", id)).toBeUndefined();
});

test("a later process with the same process ID is not taken for the one that ended", () => {
  const { db } = open();
  const runtime = registerRuntime(db, { clock: systemClock });
  db.run("INSERT INTO runtimes VALUES ('earlier', ?, 'started before', '2030')", process.pid);
  expect(runtime.isAlive("earlier")).toBe(false);
});
