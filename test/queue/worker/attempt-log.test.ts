import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shortenLog } from "../../../src/queue/worker/ends/attempt-log.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

const LINE = "a line of thirty bytes in all.\n";

test("a log that is shortened while it grows says at its end how much is left out in all", () => {
  const path = join(temporaryFolder(), "log");
  for (let round = 0; round < 5; round++) {
    appendFileSync(path, LINE.repeat(200));
    shortenLog(path, { head: 310, tail: 310 });
  }
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines).toHaveLength(21);
  expect(lines[10]).toBe(`[${LINE.length * (1000 - 19)} bytes of the log left out here]`);
});

test("a log that is short stays as it is", () => {
  const path = join(temporaryFolder(), "log");
  appendFileSync(path, LINE.repeat(20));
  shortenLog(path, { head: 310, tail: 310 });
  expect(readFileSync(path, "utf8")).toBe(LINE.repeat(20));
});
