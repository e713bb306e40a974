/** Locks that a process holds until it lets go of them or ends. */
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { tryProcessLock } from "../../../src/embedded/processes/process-lock.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a lock is held until it is released, however often", () => {
  const file = join(temporaryFolder(), "lock");
  const lock = tryProcessLock(file);
  expect(tryProcessLock(file)).toBeUndefined();
  lock?.release();
  lock?.release();
  const next = tryProcessLock(file);
  expect(next).toBeDefined();
  next?.release();
});

test("a lock is held although nobody keeps what it was taken by, and memory is cleared", async () => {
  const file = join(temporaryFolder(), "lock");
  expect(tryProcessLock(file)).toBeDefined();
  setFlagsFromString("--expose-gc");
  const clear: () => void = runInNewContext("gc");
  for (let round = 0; round < 3; round++) {
    await turn();
    clear();
  }
  expect(tryProcessLock(file)).toBeUndefined();
});
