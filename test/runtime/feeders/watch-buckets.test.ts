/** Feeders are told of the objects that come into buckets, whatever dies, fails or is restarted meanwhile. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChangedObject } from "../../../src/embedded/objects/changed-objects.ts";
import type { Positions, Reached } from "../../../src/feeder/positions.ts";
import { isJsonObject, type Json } from "../../../src/json.ts";
import type { FeederBucket } from "../../../src/runtime/feeders/buckets/feeder-buckets.ts";
import { watchBuckets } from "../../../src/runtime/feeders/buckets/watch-buckets.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

const SCENES: FeederBucket = { feeder: "new-scenes", bucket: "scenes", prefix: "2030/", suffix: ".tif" };
const MINUTE = 60_000;

/** A bucket with its feeder, over any number of starts. */
function world({ calls = () => {} }: { readonly calls?: (call: number) => void } = {}) {
  const time = makeVirtualClock();
  let setBack = 0;
  const clock = { ...time, now: () => time.now() - setBack };
  const stored = new Map<string, ChangedObject>();
  const kept = new Map<string, Reached>();
  const told: string[] = [];
  const lines: string[] = [];
  const positions: Positions = {
    read: async ({ digest }) => kept.get(digest),
    write: async ({ digest }, reached) => void kept.set(digest, reached),
    remove: async ({ digest }) => void kept.delete(digest),
  };
  let called = 0;
  const start = (buckets: () => readonly FeederBucket[] = () => [SCENES]) =>
    watchBuckets({
      buckets,
      async *changed(prefix, { after, until }) {
        for (const object of [...stored.values()]) {
          if (object.url.endsWith("/unreadable")) throw new Error("EACCES");
          const isNew = object.changed > after && object.changed <= until;
          if (isNew && object.url.startsWith(prefix)) yield object;
        }
      },
      async call(_feeder, event, signal) {
        await clock.sleep(500, signal);
        calls(++called);
        told.push(...keysOf(event));
        return keysOf(event).length;
      },
      positions,
      tell() {},
      clock,
      random: () => 0.5,
      log: { error: (message, { reason } = {}) => lines.push(`${message}: ${reason}`) },
      region: "us-west-2",
    });
  return {
    clock,
    told,
    lines,
    start,
    store(key: string) {
      stored.set(key, { url: `s3://scenes/${key}`, size: 1, changed: clock.now() });
    },
    remove: (key: string) => stored.delete(key),
    setBack(ms: number) {
      setBack += ms;
    },
  };
}

function keysOf(event: Json): readonly string[] {
  const records = isJsonObject(event) && Array.isArray(event.Records) ? event.Records : [];
  // As S3 has it; what it is like is held by the feeder's own tests.
  return records.map((record) => (record as { s3: { object: { key: string } } }).s3.object.key);
}

test("a feeder is told of what comes, and not of what was there before it was set up", async () => {
  const { clock, told, start, store } = world();
  store("2030/before.tif");
  await clock.sleep(MINUTE);
  const watched = start();
  await clock.sleep(MINUTE);
  for (const key of ["2030/one.tif", "2030/two.tif", "2030/notes.txt", "2029/old.tif"]) store(key);
  await clock.sleep(MINUTE);
  store("2030/one.tif");
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(told).toEqual(["2030/one.tif", "2030/two.tif", "2030/one.tif"]);
});

test("what came while nothing ran is told at the next start", async () => {
  const { clock, told, start, store } = world();
  await ranFor(MINUTE);
  store("2030/in-the-night.tif");
  await clock.sleep(MINUTE);
  await ranFor(MINUTE);
  await ranFor(MINUTE);
  expect(told).toEqual(["2030/in-the-night.tif"]);

  async function ranFor(ms: number) {
    const watched = start();
    await clock.sleep(ms);
    await watched.stop();
  }
});

test("a bucket that a saved definition adds is watched from then on", async () => {
  const { clock, told, start, store } = world();
  let buckets: readonly FeederBucket[] = [];
  const watched = start(() => buckets);
  await clock.sleep(MINUTE);
  buckets = [SCENES];
  watched.refresh();
  await clock.sleep(MINUTE);
  store("2030/one.tif");
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(told).toEqual(["2030/one.tif"]);
});

test("many objects are told of in parts", async () => {
  const parts: number[] = [];
  let before = 0;
  const { clock, told, start, store } = world({
    calls() {
      parts.push(told.length - before);
      before = told.length;
    },
  });
  const watched = start();
  await clock.sleep(MINUTE);
  for (let n = 0; n < 250; n++) store(`2030/${n}.tif`);
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(told).toHaveLength(250);
  expect(parts).toHaveLength(3);
});

test("a feeder that fails is called again, and what it never took is named with what sends it", async () => {
  const { clock, told, lines, start, store } = world({
    calls(call) {
      if (call <= 2 || (call > 3 && call <= 6)) throw new Error("no collection");
    },
  });
  const watched = start();
  await clock.sleep(MINUTE);
  store("2030/one.tif");
  await clock.sleep(MINUTE);
  expect({ told, lines }).toEqual({ told: ["2030/one.tif"], lines: [] });
  store("2030/two.tif");
  await clock.sleep(MINUTE);
  store("2030/three.tif");
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(told).toEqual(["2030/one.tif", "2030/three.tif"]);
  expect(lines).toEqual([
    expect.stringMatching(
      /new-scenes failed 3 times for s3:\/\/scenes\/2030\/two\.tif: no coll.* --s3urls s3:\/\/scenes\/2030\/ \|/,
    ),
  ]);
});

test("what a look has told of before it fails is not told of again by the next one", async () => {
  const { clock, told, start, store, remove } = world();
  const watched = start();
  await clock.sleep(MINUTE);
  for (let n = 0; n < 150; n++) store(`2030/${n}.tif`);
  store("2030/unreadable");
  await clock.sleep(MINUTE);
  watched.refresh();
  await clock.sleep(MINUTE);
  expect(told).toHaveLength(100);
  remove("2030/unreadable");
  store("2030/0.tif");
  for (let second = 0; second < 60; second++) {
    await clock.sleep(1000);
    watched.refresh();
  }
  await watched.stop();
  expect(told).toHaveLength(151);
  expect(new Set(told).size).toBe(150);
});

test.each([1_500, 10_000, 30 * MINUTE])("nothing is passed over where the clock is set back by %i ms", async (ms) => {
  for (let wait = 0; wait < 2000; wait += 500) {
    const { clock, told, start, store, setBack } = world();
    const watched = start();
    await clock.sleep(MINUTE);
    store("2030/before.tif");
    await clock.sleep(MINUTE + wait);
    setBack(ms);
    store("2030/at-once.tif");
    await clock.sleep(100);
    store("2030/soon.tif");
    await clock.sleep(MINUTE);
    await watched.stop();
    expect([...new Set(told)]).toEqual(["2030/before.tif", "2030/at-once.tif", "2030/soon.tif"]);
  }
});

test("nothing is passed over where the clock is set back while a feeder runs, or shortly before a start", async () => {
  const { clock, told, start, store, setBack } = world({
    calls(call) {
      if (call !== 1) return;
      setBack(30 * MINUTE);
      store("2030/meanwhile.tif");
    },
  });
  let watched = start();
  await clock.sleep(MINUTE);
  store("2030/one.tif");
  await clock.sleep(MINUTE);
  await watched.stop();
  setBack(10 * MINUTE);
  store("2030/two.tif");
  await clock.sleep(MINUTE);
  watched = start();
  await clock.sleep(MINUTE);
  await watched.stop();
  expect(new Set(told)).toEqual(new Set(["2030/one.tif", "2030/meanwhile.tif", "2030/two.tif"]));
});

test("every object is told of, whenever it comes and whenever what watches is stopped and started", async () => {
  const seed = Date.now() % 2 ** 31;
  console.info(`buckets that are watched: seed ${seed}`);
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 9000 }),
    act: fc.constantFrom("store", "stop", "start", "fail"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      let fails = false;
      const { clock, told, start, store } = world({
        calls() {
          if (fails) {
            fails = false;
            throw new Error("for once");
          }
        },
      });
      let watched = start();
      await clock.sleep(1);
      const keys: string[] = [];
      let isCut = false;
      for (const [index, { wait, act }] of steps.entries()) {
        await clock.sleep(wait);
        if (act === "store") store(keys[keys.push(`2030/${index}.tif`) - 1] ?? "");
        if (act === "stop") {
          isCut = true;
          await watched.stop();
        }
        if (act === "start") {
          await watched.stop();
          isCut = true;
          watched = start();
        }
        if (act === "fail") fails = true;
      }
      await watched.stop();
      watched = start();
      await clock.sleep(MINUTE);
      await watched.stop();
      expect([...new Set(told)].sort()).toEqual(keys.sort());
      if (!isCut) expect(told).toHaveLength(keys.length);
    }),
    { seed, numRuns: 100 },
  );
});
