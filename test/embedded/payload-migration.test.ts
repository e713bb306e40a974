/** What a database of an earlier version holds is counted by facet and over time when it is opened. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { MIGRATIONS } from "../../src/embedded/database/schema.ts";
import { makeStateStore } from "../../src/embedded/state/state-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const PAYLOAD = `INSERT INTO payloads (payload_id, collections, workflow, itemids, state, version, attempt, execution, created,
  updated, claimed_at, outputs, input_url, lineage, effects_pending, messages)
  VALUES (?, 'c', 'w', ?, 'FAILED', 3, 1, 'run-1', ?, ?, ?, '[]', 's3://b/in', '{"depth":0,"ancestors":[]}', 0, '[]')`;
const TRANSITION = "INSERT INTO payload_transitions VALUES (?, ?, 'none', ?, 'run-1', 1, ?, 'process', 'because')";

test("payloads that were there before are found by facet, and what happened to them is counted", async () => {
  const path = join(temporaryFolder(), "cirrus.db");
  const old = new DatabaseSync(path);
  const before = MIGRATIONS.findIndex((step) => step.includes("payload_facets"));
  for (const step of MIGRATIONS.slice(0, before)) old.exec(step);
  old.exec(`PRAGMA user_version = ${before}`);
  const at = (minute: number) => `2030-01-01T10:${String(minute).padStart(2, "0")}:00.000Z`;
  for (const name of ["1", "2"]) {
    const id = `c/workflow-w/${name}`;
    old.prepare(PAYLOAD).run(id, name, at(1), at(7), at(1));
    old.prepare(TRANSITION).run(id, 1, "CLAIMED", at(1));
    old.prepare(TRANSITION).run(id, 2, "FAILED", at(2));
    old.prepare(TRANSITION).run(id, 3, "FAILED", at(7));
  }
  old.close();

  const db = openDatabase(path);
  const store = makeStateStore(db, { clock: systemClock });
  expect(await store.counts()).toEqual([{ workflow: "w", collections: "c", state: "FAILED", count: 2 }]);
  expect((await store.list({ workflow: "w", state: "FAILED" })).items).toHaveLength(2);
  const activity = await store.activity({ interval: "hour", from: at(0), to: at(59) });
  const hour = { period: at(0), workflow: "w" };
  expect(activity).toEqual([
    { ...hour, state: "CLAIMED", count: 2, unique: 2 },
    { ...hour, state: "FAILED", count: 4, unique: 2 },
  ]);
  const minutes = await store.activity({ interval: "5min", from: at(0), to: at(59) });
  expect(minutes.map(({ period, state, count }) => [period, state, count])).toEqual([
    [at(0), "CLAIMED", 2],
    [at(0), "FAILED", 2],
    [at(5), "FAILED", 2],
  ]);
  db.close();
});
