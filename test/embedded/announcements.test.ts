import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../src/embedded/database/database.ts";
import { makeAnnouncements } from "../../src/embedded/messages/announcements.ts";
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
