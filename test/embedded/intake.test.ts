import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeIntake } from "../../src/embedded/messages/intake.ts";
import { makeQueue } from "../../src/embedded/messages/queue.ts";
import { describeIntake } from "../contracts/intake.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const TOPIC = "arn:aws:sns:local:000000000000:cirrus-process";

function make() {
  const db = openDatabase(":memory:");
  const clock = makeVirtualClock();
  const queue = makeQueue(db, { name: "process", clock });
  return { db, queue, intake: makeIntake(queue, { topicArn: TOPIC, clock }) };
}

describeIntake("A queue in SQLite", () => {
  const { db, queue, intake } = make();
  return {
    intake,
    received: async () => (await queue.receive({ max: 100 })).map(({ body }) => body),
    close: () => db.close(),
  };
});

test("the same message twice waits once, and both times its sender hears that it is sent", async () => {
  const { db, queue, intake } = make();
  onTestFinished(() => db.close());
  const message = { id: "effect-1", body: "{}" };
  expect(await intake.send([message])).toMatchObject([{ id: "effect-1", outcome: "sent" }]);
  expect(await intake.send([message])).toMatchObject([{ id: "effect-1", outcome: "sent" }]);
  expect(await queue.receive({ max: 10 })).toHaveLength(1);
});

test("on a full disk every message fails for now", async () => {
  const { db, intake } = make();
  onTestFinished(() => db.close());
  const pages = db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0;
  db.get(`PRAGMA max_page_count = ${pages}`);
  const outcomes = await intake.send([
    { id: "1", body: "x".repeat(100_000) },
    { id: "2", body: "{}" },
  ]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({
      outcome: "failed",
      transient: true,
      message: expect.stringMatching(/disk is full/),
    });
  }
});
