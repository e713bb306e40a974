/** What a store of loops must tell those that look: loops, tasks with their counts, executions page by page. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Outcome } from "../../src/loop/loop-execution.ts";
import type { LoopStore } from "../../src/loop/loop-store.ts";
import { NO_OUTCOMES } from "../../src/loop/task-record.ts";
import {
  allPages,
  endOf,
  executionOf,
  idsOf,
  LEASE_MS,
  LEASE_OVER_MS,
  type LoopsUnderTest,
  type LoopWorld,
  type MakeLoops,
  makeLoopWorld,
  newCodops,
  taskOf,
} from "./loop-world.ts";

export function describeLoopViews(make: MakeLoops): void {
  let under: LoopsUnderTest;
  let store: LoopStore;
  let world: LoopWorld;
  let codops: string;
  beforeEach(async () => {
    under = await make();
    store = under.store;
    world = makeLoopWorld(under);
    codops = newCodops();
  });
  afterEach(() => under.close());

  describe("the loops", () => {
    test("are told in order of their names, with who drives them", async () => {
      const names = ["b", "a"].map((end) => `${codops}${end}`);
      for (const name of names) await (await world.drive(name, `driver of ${name}`)).write({}, { iteration: 4 });
      const own = async () => (await store.loops()).filter(({ loop }) => names.includes(loop));
      await world.expectSoon(own, (loops) =>
        expect(loops.map(({ loop, holder, iteration }) => ({ loop, holder, iteration }))).toEqual(
          [...names].sort().map((loop) => ({ loop, holder: `driver of ${loop}`, iteration: 4 })),
        ),
      );
    });

    test("have no holder where it was released, or its lease has run out", async () => {
      const [released, over] = [await world.drive(`${codops}a`), await world.drive(`${codops}b`, "one", LEASE_MS)];
      await store.release(released.loop, released.fence);
      await under.pass(LEASE_OVER_MS);
      const own = async () => (await store.loops()).filter(({ loop }) => loop.startsWith(codops));
      await world.expectSoon(own, (loops) =>
        expect(loops.map(({ loop, holder, fence }) => ({ loop, holder, fence }))).toEqual([
          { loop: released.loop, holder: undefined, fence: released.fence },
          { loop: over.loop, holder: undefined, fence: over.fence },
        ]),
      );
    });
  });

  describe("the tasks", () => {
    test("P10: the outcomes and durations of a task are counted with each end", async () => {
      const driven = await world.drive(codops);
      const outcomes: Outcome[] = ["SUCCEEDED", "FAILED", "TIMED_OUT", "LOST", "CANCELLED", "SUCCEEDED", "FAILED"];
      for (const [index, outcome] of outcomes.entries()) {
        await world.run(driven, executionOf(taskOf(codops, "train")), endOf(outcome, { durationMs: index * 100 }));
      }
      expect(await store.task(`${codops}/train`)).toMatchObject({
        counts: { SUCCEEDED: 2, FAILED: 2, TIMED_OUT: 1, LOST: 1, CANCELLED: 1 },
        totalDurationMs: 2100,
      });
    });

    test("P10: failures in a row are counted until one succeeds; one that was cancelled says nothing", async () => {
      const driven = await world.drive(codops);
      const streaks: (number | undefined)[] = [];
      for (const outcome of ["FAILED", "TIMED_OUT", "CANCELLED", "LOST", "SUCCEEDED", "CANCELLED", "FAILED"] as const) {
        await world.run(driven, executionOf(taskOf(codops, "train")), endOf(outcome));
        streaks.push((await store.task(`${codops}/train`))?.failureStreak);
      }
      expect(streaks).toEqual([1, 2, 2, 3, 0, 0, 1]);
    });

    test("P33: a task has its last execution, which may be running, and the last one that has ended", async () => {
      const driven = await world.drive(codops);
      const task = taskOf(codops, "train");
      const first = await world.run(driven, executionOf(task));
      expect(await store.task(`${codops}/train`)).toEqual({
        task: `${codops}/train`,
        codops,
        name: "train",
        loop: codops,
        last: first,
        counts: NO_OUTCOMES,
        totalDurationMs: 0,
        failureStreak: 0,
      });
      const end = endOf("SUCCEEDED");
      await driven.write({ end: { execution: first.id, end } });
      const ended = { ...first, end };
      expect(await store.task(`${codops}/train`)).toMatchObject({ last: ended, lastEnded: ended });
      const second = await world.run(driven, executionOf(task));
      const record = await store.task(`${codops}/train`);
      expect([record?.last, record?.lastEnded]).toEqual([second, ended]);
      expect(await store.task(`${codops}/nothing`)).toBeUndefined();
    });

    test("P32: those of one organisation are told in order of their keys, and not those of others", async () => {
      const other = newCodops();
      for (const [organisation, name] of [
        [codops, "b"],
        [codops, "a"],
        [other, "c"],
      ] as const) {
        await world.run(await world.drive(organisation), executionOf(taskOf(organisation, name)), endOf("SUCCEEDED"));
      }
      const keys = async (of?: string) => (await store.tasks(of)).map(({ task }) => task);
      await world.expectToTell(() => keys(codops), [`${codops}/a`, `${codops}/b`]);
      await world.expectToTell(() => keys(newCodops()), []);
      await world.expectSoon(keys, (all) => {
        const own = all.filter((key) => key.startsWith(codops) || key.startsWith(other));
        expect(own).toEqual([`${codops}/a`, `${codops}/b`, `${other}/c`].sort());
      });
    });

    test("P4: a task that moves to the metadata loop keeps its counts", async () => {
      await world.run(await world.drive(codops), executionOf(taskOf(codops, "fetch")), endOf("SUCCEEDED"));
      const metadata = await world.drive(`${codops}-metadata`);
      const moved = taskOf(codops, "fetch", { loop: metadata.loop });
      await world.run(metadata, executionOf(moved), endOf("FAILED"));
      expect(await store.task(`${codops}/fetch`)).toMatchObject({
        loop: metadata.loop,
        counts: { ...NO_OUTCOMES, SUCCEEDED: 1, FAILED: 1 },
      });
    });
  });

  describe("the executions", () => {
    /** Seven of two tasks: a, b, a, b, a, b, a; every third one failed, the last one runs. */
    async function runSeven() {
      const driven = await world.drive(codops);
      const executions = [];
      for (let number = 1; number <= 7; number += 1) {
        const execution = executionOf(taskOf(codops, number % 2 === 1 ? "a" : "b"));
        const end = number === 7 ? undefined : endOf(number % 3 === 0 ? "FAILED" : "SUCCEEDED", { result: [number] });
        executions.push(await world.run(driven, execution, end));
      }
      return idsOf(executions);
    }

    test("P34: come newest first, page by page, each once", async () => {
      const ids = await runSeven();
      const read = (task: string) => () =>
        allPages((page) => store.executions({ task: `${codops}/${task}`, ...page })).then(idsOf);
      await world.expectToTell(read("a"), [ids[6], ids[4], ids[2], ids[0]]);
      await world.expectToTell(read("b"), [ids[5], ids[3], ids[1]]);
      await world.expectToTell(
        () => allPages((page) => store.executions({ codops, ...page })).then(idsOf),
        [...ids].reverse(),
      );
      await world.expectToTell(read("nothing"), []);
    });

    test("come in the order of their starts where that is asked for, and from one of them on", async () => {
      const ids = await runSeven();
      const read = (more: object) => () =>
        allPages((page) => store.executions({ task: `${codops}/a`, ...more, ...page })).then(idsOf);
      await world.expectToTell(read({ oldestFirst: true }), [ids[0], ids[2], ids[4], ids[6]]);
      await world.expectToTell(read({ oldestFirst: true, from: ids[2] }), [ids[2], ids[4], ids[6]]);
      await world.expectToTell(read({ oldestFirst: true, from: ids[3] }), [ids[4], ids[6]]);
      await world.expectToTell(read({ from: ids[4] }), [ids[6], ids[4]]);
    });

    test("can be asked for by their outcome", async () => {
      const ids = await runSeven();
      const read = (query: object, outcome: Outcome) => () =>
        allPages((page) => store.executions({ ...query, outcome, ...page }), 1).then(idsOf);
      await world.expectToTell(read({ codops }, "FAILED"), [ids[5], ids[2]]);
      await world.expectToTell(read({ task: `${codops}/a` }, "FAILED"), [ids[2]]);
      await world.expectToTell(read({ task: `${codops}/a` }, "SUCCEEDED"), [ids[4], ids[0]]);
      await world.expectToTell(read({ codops }, "LOST"), []);
    });

    test("of all organisations are there, too", async () => {
      const ids = await runSeven();
      await world.expectSoon(
        async () => idsOf((await store.executions({ from: ids[0], limit: 1000 })).rows),
        (all) => expect(all.filter((id) => ids.includes(id))).toEqual([...ids].reverse()),
      );
    });

    test("lists leave results out, which one execution has", async () => {
      const ids = await runSeven();
      await world.expectSoon(
        async () => (await store.executions({ task: `${codops}/b`, limit: 1 })).rows[0]?.end,
        (end) => expect(end).toEqual(endOf("FAILED")),
      );
      expect((await store.task(`${codops}/b`))?.last.end).toEqual(endOf("FAILED"));
      expect((await store.tasks(codops)).flatMap(({ lastEnded }) => lastEnded?.end?.result ?? [])).toEqual([]);
      expect((await store.execution(ids[5] ?? ""))?.end?.result).toEqual([6]);
    });

    test("a page has 1 to 1000, and a cursor belongs to its list", async () => {
      await expect(store.executions({ codops, limit: 0 })).rejects.toThrow("A page holds 1 to 1000");
      await expect(store.executions({ codops, limit: 1001 })).rejects.toThrow("A page holds 1 to 1000");
      await expect(store.executions({ codops, after: "nonsense" })).rejects.toThrow("does not belong to this list");
    });
  });
}
