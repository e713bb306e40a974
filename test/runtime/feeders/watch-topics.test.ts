/** Feeders are told of the messages of topics, whatever dies, fails or is restarted meanwhile. */
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeAnnouncements } from "../../../src/embedded/messages/announcements.ts";
import { makeRejections } from "../../../src/embedded/messages/rejections.ts";
import type { Positions, Reached } from "../../../src/feeder/positions.ts";
import { isJsonObject, type Json } from "../../../src/json.ts";
import type { FeederTopic } from "../../../src/runtime/feeders/topics/feeder-topics.ts";
import { readMessageFilter } from "../../../src/runtime/feeders/topics/message-filter.ts";
import { watchTopics } from "../../../src/runtime/feeders/topics/watch-topics.ts";
import { announcement } from "../../contracts/announcements.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

const MINUTE = 60_000;
const ARN = "arn:aws:sns:local:000000000000:items";
const ITEMS: FeederTopic = { feeder: "mosaics", arn: ARN, topics: ["publish", ARN], isOwn: true };

/** Topics with a feeder, over any number of starts. */
function world({ calls = () => {} }: { readonly calls?: (message: string) => void } = {}) {
  const clock = makeVirtualClock();
  const db = openDatabase(":memory:");
  const announcements = makeAnnouncements(db, { clock });
  const rejections = makeRejections(db);
  const kept = new Map<string, Reached>();
  const told: string[] = [];
  const lines: string[] = [];
  const positions: Positions = {
    read: async ({ digest }) => kept.get(digest),
    write: async ({ digest }, reached) => void kept.set(digest, reached),
    remove: async ({ digest }) => void kept.delete(digest),
  };
  const start = (topics: () => readonly FeederTopic[] = () => [ITEMS]) =>
    watchTopics({
      ...{ topics, announcements, positions, rejections, clock, region: "us-west-2" },
      async call(_feeder, event, signal) {
        await clock.sleep(100, signal);
        for (const message of messagesOf(event)) calls(message);
        told.push(...messagesOf(event));
        return 1;
      },
      tell() {},
      random: () => 0.5,
      log: { error: (message, { reason } = {}) => lines.push(`${message}: ${reason}`) },
    });
  const say = (id: string, more: Parameters<typeof announcement>[1] = {}) =>
    announcements.publish([announcement(id, { topic: "publish", body: id, ...more })]);
  return { clock, db, told, lines, start, say, rejections, kept };
}

function messagesOf(event: Json): readonly string[] {
  const records = isJsonObject(event) && Array.isArray(event.Records) ? event.Records : [];
  // As SNS has it; what it is like is held by the feeder's own tests.
  return records.map((record) => (record as { Sns: { Message: string } }).Sns.Message);
}

test("a feeder is told of what is announced, of no other topic, and not of what was there before it was set up", async () => {
  const { clock, db, told, start, say } = world();
  onTestFinished(() => db.close());
  await say("before");
  const watched = start();
  await clock.sleep(MINUTE);
  for (const id of ["one", "two", "one"]) await say(id);
  await say("event", { topic: "workflow-event" });
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(told).toEqual(["one", "two"]);
});

test("it is told of those alone that its filter lets through", async () => {
  const { clock, db, told, start, say } = world();
  onTestFinished(() => db.close());
  const filter = readMessageFilter({ status: ["created"] });
  const watched = start(() => [{ ...ITEMS, filter }]);
  await clock.sleep(MINUTE);
  for (const status of ["created", "updated"])
    await say(status, { attributes: { status: { type: "String", value: status } } });
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(told).toEqual(["created"]);
});

test("a feeder that is taken out and put in again, or gets another filter, goes on where it was", async () => {
  const { clock, db, told, start, say } = world();
  onTestFinished(() => db.close());
  let topics: readonly FeederTopic[] = [ITEMS];
  const watched = start(() => topics);
  await clock.sleep(MINUTE);
  const steps: [string, readonly FeederTopic[]][] = [
    ["while it is out", []],
    ["in again", [ITEMS]],
    ["filtered", [{ ...ITEMS, filter: () => false }]],
    ["without a filter", [ITEMS]],
  ];
  for (const [id, now] of steps) {
    topics = now;
    watched.refresh();
    await say(id);
    await clock.sleep(MINUTE);
  }
  await watched.stop();
  expect(told).toEqual(["while it is out", "in again", "without a filter"]);
});

test("what a feeder fails for again and again is kept with what tells it once more, and the others go on", async () => {
  let failures = 2;
  const { clock, db, told, lines, start, say, rejections } = world({
    calls(message) {
      if (message === "poison" || (message === "hard" && failures-- > 0)) throw new Error("no collection");
    },
  });
  onTestFinished(() => db.close());
  const watched = start();
  await clock.sleep(MINUTE);
  for (const id of ["hard", "poison", "good"]) await say(id);
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(told).toEqual(["hard", "good"]);
  const { items } = await rejections.list({});
  expect(items).toHaveLength(1);
  const [given] = items;
  expect(given).toMatchObject({ code: "feeder-failed", raw: expect.stringContaining('"Message":"poison"') });
  const mend = `npx cirrus dlq show ${given?.id} | npx cirrus feeder run mosaics -`;
  expect(given?.reason).toContain(`mosaics failed 3 times for a message of ${ITEMS.arn}: no collection`);
  expect([given?.reason, ...lines]).toEqual([expect.stringContaining(mend), expect.stringContaining(mend)]);
});

test("a message of a database that was removed and made anew is news", async () => {
  const { clock, db, told, start, say, kept } = world();
  onTestFinished(() => db.close());
  const first = start();
  await clock.sleep(MINUTE);
  await first.stop();
  for (const digest of kept.keys()) kept.set(digest, { position: { seq: 1000 }, found: 0 });
  await say("one");
  const second = start();
  await clock.sleep(MINUTE);
  await second.stop();
  expect(told).toEqual(["one"]);
});

test("every message is told of, whenever it comes and whenever what watches is stopped and started", async () => {
  const seed = Date.now() % 2 ** 31;
  console.info(`topics that are watched: seed ${seed}`);
  const act = fc.constantFrom("say", "say", "stop", "start", "refresh", "fail");
  const step = fc.record({ wait: fc.integer({ min: 0, max: 2000 }), act });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      let fails = false;
      const { clock, db, told, start, say } = world({
        calls() {
          if (!fails) return;
          fails = false;
          throw new Error("for once");
        },
      });
      let watched = start();
      await clock.sleep(1);
      const ids: string[] = [];
      for (const [index, { wait, act }] of steps.entries()) {
        await clock.sleep(wait);
        if (act === "say") await say(ids[ids.push(`${index}`) - 1] ?? "");
        if (act === "refresh") watched.refresh();
        if (act === "stop" || act === "start") await watched.stop();
        if (act === "start") watched = start();
        if (act === "fail") fails = true;
      }
      await watched.stop();
      watched = start();
      await clock.sleep(MINUTE);
      await watched.stop();
      db.close();
      // One that was cut off while the feeder ran is told of again; none is told of before an earlier one.
      expect([...new Set(told)]).toEqual(ids);
    }),
    { seed, numRuns: 40 },
  );
});
