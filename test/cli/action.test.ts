import { join } from "node:path";
import { expect, test } from "vitest";
import type { Action } from "../../src/actions/action.ts";
import { makeActionStore } from "../../src/embedded/actions/action-store.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { EXIT } from "../../src/errors.ts";
import { cirrus } from "./cirrus.ts";
import { temporaryProject } from "./temporary-project.ts";

const ACTION: Action = {
  id: "01970000-0000-7000-8000-000000000001",
  kind: "rerun",
  request: { kind: "rerun", filter: { state: "FAILED" } },
  what: "rerun 3 payloads that FAILED",
  by: "alice",
  at: "2030-01-01T00:00:00.000Z",
  why: "the sensor was recalibrated",
  state: "RUNNING",
  total: 3,
  done: 1,
  skipped: 1,
  failed: 0,
  updated: "2030-01-01T00:00:01.000Z",
  problems: [{ id: "c/workflow-w/a", outcome: "skipped", reason: "it runs already" }],
  cursor: "{}",
  version: 2,
};

async function project(...actions: readonly Action[]): Promise<string> {
  const cwd = temporaryProject();
  const db = openDatabase(join(cwd, ".cirrus/cirrus.db"));
  const store = makeActionStore(db);
  for (const action of actions) await store.begin(action);
  db.close();
  return cwd;
}

test("actions are listed, the latest first, and shown with why something was left", async () => {
  const later = { ...ACTION, id: "01970000-0000-7000-8000-000000000002", state: "DONE", by: "bob" } as const;
  const cwd = await project(ACTION, later);
  const { code, stdout } = await cirrus(["action", "list"], { cwd });
  expect(code).toBe(EXIT.ok);
  const [, first, second] = stdout.split("\n");
  expect(first).toMatch(/0002 +✓ DONE +2030-01-01T00:00:00Z +bob +rerun 3 payloads that FAILED +1\/3 +1 +0/);
  expect(second).toMatch(/0001 +▶ RUNNING .* alice/);
  expect((await cirrus(["action", "list", "-o", "name", "--limit", "1"], { cwd })).stdout).toBe(`${later.id}\n`);
  const { version: _, cursor: _progress, ...shown } = ACTION;
  const one = await cirrus(["action", "show", ACTION.id, "-o", "json"], { cwd });
  expect(JSON.parse(one.stdout)).toEqual(shown);
});

test("where there is none that is said", async () => {
  const cwd = await project();
  expect(await cirrus(["action", "list"], { cwd })).toMatchObject({
    code: EXIT.ok,
    stdout: "",
    stderr: "Nothing was done through the API here.\n",
  });
  const none = await cirrus(["action", "show", "x"], { cwd });
  expect(none.code).toBe(EXIT.notFound);
  expect(none.stderr).toContain("There is no action x here.");
});
