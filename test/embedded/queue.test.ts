import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeQueue } from "../../src/embedded/messages/queue.ts";
import { describeQueue } from "../contracts/queue.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { startProcess } from "./other-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describeQueue("SQLite", (clock) => {
  const db = openDatabase(":memory:");
  return {
    queue: makeQueue(db, { name: "q", clock, visibilityMs: 1000, maxReceives: 3 }),
    close: () => db.close(),
  };
});

function openFile() {
  const path = join(temporaryFolder(), "cirrus.db");
  const db = openDatabase(path);
  onTestFinished(() => db.close());
  return { path, db };
}

test("two processes on one queue receive every message exactly once between them", async () => {
  const { path, db } = openFile();
  const queue = makeQueue(db, { name: "shared", clock: systemClock });
  const ids = Array.from({ length: 200 }, (_, i) => `m-${i}`);
  await queue.send(ids.map((id) => ({ id, body: "" })));
  const receivers = [startProcess("receive-messages.ts", path), startProcess("receive-messages.ts", path)];
  const printed = await Promise.all(receivers.map(({ ended }) => ended));
  const received = printed.flatMap((text) => text.split("\n").filter(Boolean));
  expect(received.sort()).toEqual(ids.sort());
  expect(await queue.depth()).toMatchObject({ visible: 0, inFlight: 0, dead: 0 });
});

test("queues of different names share a database and nothing else", async () => {
  const { db } = openFile();
  const clock = makeVirtualClock();
  const one = makeQueue(db, { name: "one", clock });
  const other = makeQueue(db, { name: "other", clock });
  await one.send([{ id: "a", body: "1" }]);
  expect(await other.send([{ id: "a", body: "2" }])).toEqual(["sent"]);
  const [message] = await one.receive({ max: 10 });
  expect(message?.body).toBe("1");
  expect((await other.ack([message?.receipt ?? ""]))[0]?.outcome).toBe("lost");
  expect((await other.receive({ max: 10 })).map(({ body }) => body)).toEqual(["2"]);
});

test("a message sent within a transaction that is undone was never sent", async () => {
  const { db } = openFile();
  const queue = makeQueue(db, { name: "q", clock: makeVirtualClock() });
  const undone = db.write(() => {
    queue.sendWithin([{ id: "a", body: "" }]);
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  expect(await queue.receive({ max: 1 })).toEqual([]);
  expect(await queue.send([{ id: "a", body: "" }])).toEqual(["sent"]);
});

test("IDs are forgotten after five minutes, so that the table of them stays small", async () => {
  const { db } = openFile();
  const clock = makeVirtualClock();
  const queue = makeQueue(db, { name: "q", clock });
  const sendSome = (prefix: string) =>
    queue.send(Array.from({ length: 10 }, (_, i) => ({ id: `${prefix}-${i}`, body: "" })));
  for (let round = 0; round < 20; round += 1) {
    await sendSome(`round-${round}`);
    clock.advance(60_000);
  }
  const rows = db.get<{ count: number }>("SELECT count(*) AS count FROM message_ids")?.count ?? 0;
  expect(rows).toBeLessThanOrEqual(70);
});
