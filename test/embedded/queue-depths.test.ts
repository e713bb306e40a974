import { expect, test } from "vitest";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeQueue } from "../../src/embedded/messages/queue.ts";
import { makeQueueDepths } from "../../src/embedded/messages/queue-depths.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

test("the depths tell of each queue what waits, is in hand and is dead, and how old the oldest that waits is", async () => {
  const clock = makeVirtualClock();
  const db = openDatabase(":memory:");
  const options = { clock, visibilityMs: 60_000, maxReceives: 1 };
  const queues = {
    process: makeQueue(db, { name: "process", ...options }),
    "status-change": makeQueue(db, { name: "status-change", ...options }),
  };
  const send = (id: string) => queues.process.send([{ id, body: id }]);
  await send("dies");
  const [dying] = await queues.process.receive({ max: 1 });
  await queues.process.release([dying?.receipt ?? ""], { reason: "cannot be read" });
  await send("in hand");
  await queues.process.receive({ max: 1 });
  clock.advance(1_000);
  await send("waits");
  clock.advance(5_000);
  await send("waits too");
  expect(await makeQueueDepths(queues, { clock }).depths()).toEqual([
    { queue: "process", waiting: 2, inFlight: 1, oldestAgeMs: 5_000, dead: 1 },
    { queue: "status-change", waiting: 0, inFlight: 0, oldestAgeMs: undefined, dead: 0 },
  ]);
  db.close();
});
