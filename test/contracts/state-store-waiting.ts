/** What every StateStore does with payloads that wait for others. */
import { describe, expect, test } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { ParkRequest } from "../../src/state/state-store.ts";
import { claimOf, finishOf, one, parkOf, startedOf, written } from "./payload-writes.ts";
import type { CountedStore } from "./state-store-counts.ts";

const ID = "s2/workflow-mosaic/tuesday";

export function describeWaiting(name: string, open: () => CountedStore): void {
  const now = () => isoTime(open().clock.now());
  const park = (more: Partial<ParkRequest> = {}, id = ID) => one(open().store.park([parkOf(id, now(), more)]));

  describe(`${name} as what keeps payloads that wait`, () => {
    test("a payload begins to wait once, without an execution, and whoever finds all there claims it", async () => {
      const { store } = open();
      const waiting = written(await park());
      expect(waiting).toMatchObject({
        state: "WAITING",
        version: 1,
        attempt: 0,
        waitsUntil: "2031-01-01T00:00:00.000Z",
      });
      expect(await park()).toEqual({ outcome: "refused", current: waiting });
      expect(await park({ expected: 1 })).toEqual({ outcome: "refused", current: waiting });
      expect(await store.get([ID])).toEqual([waiting]);
      expect((await one(store.claim([claimOf(ID, now())]))).outcome).toBe("refused");
      const claimed = written(await one(store.claim([claimOf(ID, now(), { expected: 1, message: "m-2" })])));
      expect(claimed).toMatchObject({ state: "CLAIMED", version: 2, attempt: 1, messages: ["m-2", "m-1"] });
      expect(claimed.waitsUntil).toBe(waiting.waitsUntil);
      const { items } = await store.history(ID);
      expect(items.map(({ from, to, attempt, reason }) => [from, to, attempt, reason])).toEqual([
        ["none", "WAITING", 0, "waits for 1 of 2"],
        ["WAITING", "CLAIMED", 1, "a new payload"],
      ]);
    });

    test("of two that find all there at once a single one claims it", async () => {
      const { store } = open();
      await park();
      const claims = ["a", "b", "c"].map((message) => claimOf(ID, now(), { expected: 1, message }));
      const outcomes = (await Promise.all(claims.map((claim) => store.claim([claim])))).flat();
      expect(outcomes.filter(({ outcome }) => outcome === "written")).toHaveLength(1);
    });

    test("nothing starts what waits, takes it over or ends it well", async () => {
      const { store } = open();
      const current = written(await park());
      const refused = { outcome: "refused", current };
      expect(await one(store.started([startedOf(ID, now())]))).toEqual(refused);
      expect(await one(store.started([startedOf(ID, now(), { redriven: true })]))).toEqual(refused);
      expect(await one(store.takeOver([{ payloadId: ID, expected: 1 }]))).toEqual(refused);
      expect(await one(store.finish([finishOf(ID, now())]))).toEqual(refused);
      expect(await one(store.finish([finishOf(ID, now(), { state: "INVALID" })]))).toEqual(refused);
      expect(await one(store.finish([finishOf(ID, now(), { state: "FAILED", execution: "run-0" })]))).toEqual(refused);
    });

    test("its time may be over, and it may wait again after that", async () => {
      const { store, clock } = open();
      await park();
      const end = finishOf(ID, now(), { state: "FAILED", expected: 1, error: { error: "AwaitTimeout", cause: "c" } });
      const ended = written(await one(store.finish([end])));
      expect(ended).toMatchObject({ state: "FAILED", effectsPending: true });
      expect(ended.waitsUntil).toBeUndefined();
      await store.effectsDone([{ payloadId: ID, expected: ended.version }]);
      clock.advance(1000);
      const again = written(await park({ expected: ended.version + 1, waitsUntil: "2032-01-01T00:00:00.000Z" }));
      expect(again).toMatchObject({ state: "WAITING", waitsUntil: "2032-01-01T00:00:00.000Z", attempt: 0 });
      expect([again.lastError, again.endedAt]).toEqual([undefined, undefined]);
    });

    test("what was claimed and never started may wait again, what runs may not", async () => {
      const { store } = open();
      const claimed = written(await one(store.claim([claimOf(ID, now())])));
      const waiting = written(await park({ expected: claimed.version }));
      expect(waiting).toMatchObject({ state: "WAITING", attempt: 0 });
      await store.claim([claimOf(ID, now(), { expected: waiting.version })]);
      const running = written(await one(store.started([startedOf(ID, now())])));
      expect(await park({ expected: running.version })).toEqual({ outcome: "refused", current: running });
    });

    test("those that wait are listed by themselves, the oldest first and in pages, and are not unsettled", async () => {
      const { store, clock } = open();
      const id = (name: string) => `c/workflow-w/${name}`;
      for (const name of ["c", "b", "a", "claimed"]) {
        await park({}, id(name));
        clock.advance(1000);
      }
      await store.claim([claimOf(id("claimed"), now(), { expected: 1 })]);
      clock.advance(1000);
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.listWaiting({ limit: 1, ...(cursor !== undefined && { cursor }) });
        names.push(...page.items.map(({ itemids }) => itemids));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(names).toEqual(["c", "b", "a"]);
      const unsettled = await store.listUnsettled({ before: now() });
      expect(unsettled.items.map(({ itemids }) => itemids)).toEqual(["claimed"]);
      const states = (await store.counts()).map(({ state, count }) => [state, count]);
      expect(states).toEqual([
        ["CLAIMED", 1],
        ["WAITING", 3],
      ]);
      expect((await store.list({ state: "WAITING", workflow: "w" })).items).toHaveLength(3);
    });
  });
}
