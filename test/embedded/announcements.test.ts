import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeAnnouncements } from "../../src/embedded/messages/announcements.ts";
import { makeTopic } from "../../src/embedded/messages/topic.ts";
import { announcement, describeAnnouncements } from "../contracts/announcements.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

function make() {
  const db = openDatabase(":memory:");
  return { db, announcements: makeAnnouncements(db, { clock: makeVirtualClock() }) };
}

describeAnnouncements("SQLite", () => {
  const { db, announcements } = make();
  return { announcements, received: (topic) => announcements.list({ topic }), close: () => db.close() };
});

test("an announcement that is repeated is recorded once and told once", async () => {
  const { db, announcements } = make();
  onTestFinished(() => db.close());
  const told: string[] = [];
  const stop = announcements.subscribe("workflow-event", ({ id }) => told.push(id));
  await announcements.publish([announcement("a"), announcement("a"), announcement("b", { topic: "publish" })]);
  expect(await announcements.publish([announcement("a")])).toEqual([{ id: "a", outcome: "sent" }]);
  expect(told).toEqual(["a"]);
  stop();
  await announcements.publish([announcement("c")]);
  expect(told).toEqual(["a"]);
});

test("whoever reads on from the last one seen misses nothing and sees nothing twice", async () => {
  const { db, announcements } = make();
  onTestFinished(() => db.close());
  await announcements.publish([announcement("a"), announcement("x", { topic: "publish" }), announcement("b")]);
  const first = await announcements.list({ topic: "workflow-event", limit: 1 });
  await announcements.publish([announcement("c")]);
  const rest = await announcements.list({ topic: "workflow-event", after: first.at(-1)?.seq ?? 0 });
  expect([...first, ...rest].map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("what is sent to a topic by its ARN is kept as that topic's, and a repetition is another message", async () => {
  const { db, announcements } = make();
  onTestFinished(() => db.close());
  const arn = "arn:aws:sns:us-west-2:111122223333:items";
  const topic = makeTopic(db, arn, { clock: makeVirtualClock() });
  const items = [announcement("0", { topic: "publish" }), announcement("1", { topic: "publish" })];
  const told: string[] = [];
  announcements.subscribe("publish", ({ id }) => told.push(id));
  for (let times = 0; times < 2; times++) {
    expect((await topic.publish(items)).map(({ id, outcome }) => [id, outcome])).toEqual([
      ["0", "sent"],
      ["1", "sent"],
    ]);
  }
  await announcements.publish(items);
  expect(told).toEqual(["0", "1"]);
  const listed = async (topic: Parameters<typeof announcements.list>[0]["topic"]) => {
    const all = await announcements.list({ topic });
    return all.map((one) => one.topic);
  };
  expect(await listed(arn)).toEqual([arn, arn, arn, arn]);
  expect(await listed(["publish", arn])).toEqual([arn, arn, arn, arn, "publish", "publish"]);
  expect(await announcements.newest()).toBe(6);
});
