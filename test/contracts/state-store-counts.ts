/** What every StateStore counts: how many payloads a filter chooses, and what came into each state over time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isoTime } from "../../src/clock.ts";
import { INTERVALS, periodOf, periodsOf } from "../../src/state/activity.ts";
import type { PayloadFilter, StateStore, Transition } from "../../src/state/state-store.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import { claimOf, finishOf, one, startedOf, written } from "./payload-writes.ts";

export interface CountedStore {
  readonly store: StateStore;
  readonly clock: VirtualClock;
}

export function describeCounts(name: string, open: () => CountedStore): void {
  describe(`${name} as what counts payloads`, () => {
    test("an organisation is kept with a claim, and the next claim brings its own or none", async () => {
      const { store, clock } = open();
      const now = () => isoTime(clock.now());
      const [id, other] = ["c/workflow-w/1", "c/workflow-w/2"] as const;
      const first = written(await one(store.claim([claimOf(id, now(), { organisation: "zzebu" })])));
      expect(first.organisation).toBe("zzebu");
      await store.claim([claimOf(other, now())]);
      const ended = written(await one(store.finish([finishOf(id, now(), { state: "FAILED" })])));
      expect(ended.organisation).toBe("zzebu");
      expect((await store.list({ organisation: "zzebu" })).items).toEqual([ended]);
      expect((await store.list({ organisation: "ammy" })).items).toEqual([]);
      expect(await store.count({ organisation: "zzebu" }, 10)).toEqual({ count: 1, atLeast: false });
      clock.advance(1);
      const again = written(await one(store.claim([claimOf(id, now(), { expected: ended.version, execution: "b" })])));
      expect(again.organisation).toBeUndefined();
      expect((await store.list({ organisation: "zzebu" })).items).toEqual([]);
      expect((await store.counts()).map(({ state, count }) => [state, count])).toEqual([["CLAIMED", 2]]);
    });

    test("a count is of what a list would find, whatever the filters, and says where it stopped", async () => {
      const { store, clock } = open();
      const times: string[] = [];
      for (const [i, collections] of ["a", "b", "a", "b", "a/b", "a", "b", "a"].entries()) {
        const id = `${collections}/workflow-${i % 3 === 0 ? "v" : "w"}/${i}`;
        const organisation = i % 2 === 0 ? "zzebu" : undefined;
        times.push(isoTime(clock.now()));
        await store.claim([claimOf(id, isoTime(clock.now()), { organisation })]);
        const error = { error: i % 4 === 0 ? "States.Timeout" : "Error", cause: "" };
        if (i > 2) await store.finish([finishOf(id, isoTime(clock.now()), { state: "FAILED", error })]);
        clock.advance(1000);
      }
      const filters = fc.record(
        {
          workflow: fc.constantFrom("v", "w", "none"),
          collections: fc.constantFrom("a", "b", "a/b"),
          organisation: fc.constantFrom("zzebu", "ammy"),
          state: fc.constantFrom("CLAIMED", "FAILED"),
          since: fc.constantFrom(...times),
          until: fc.constantFrom(...times),
          idPrefix: fc.constantFrom(
            "a",
            "a/",
            "a/work",
            "a/workflow-",
            "a/workflow-v",
            "a/workflow-v/",
            "b/workflow-w/4",
            "c",
            "",
          ),
          errorPrefix: fc.constantFrom("States", "E", "Error", "none", ""),
        },
        { requiredKeys: [] },
      ) satisfies fc.Arbitrary<PayloadFilter>;
      const { items: all } = await store.list({});
      await fc.assert(
        fc.asyncProperty(filters, async (filter) => {
          const expected = all.filter((record) => chooses(filter, record));
          expect((await store.list(filter)).items).toEqual(expected);
          expect(await store.count(filter, 100)).toEqual({ count: expected.length, atLeast: false });
          const { count, atLeast } = await store.count(filter, 2);
          if (atLeast) expect([count, expected.length > 2]).toEqual([2, true]);
          else expect(count).toBe(expected.length);
        }),
        { numRuns: 40 },
      );
    });

    test("activity is what the histories say, by five minutes, hours and days, each payload also once", async () => {
      const { store, clock } = open();
      const ids = ["c/workflow-w/1", "c/workflow-v/2", "c/workflow-v/unstarted"];
      const from = isoTime(clock.now());
      for (const ticks of [0, 60_000, 300_000, 3_600_000, 40 * 3_600_000]) {
        clock.advance(ticks);
        for (const id of ids) await runOnce(store, id, isoTime(clock.now()));
      }
      const to = isoTime(clock.now());
      const histories = await Promise.all(ids.map((id) => store.history(id, { limit: 1000 })));
      const transitions = histories.flatMap(({ items }) => items);
      for (const interval of INTERVALS) {
        const counts = await store.activity({ interval, from, to });
        expect(counts).toEqual(recount(transitions, (at) => periodOf(interval, at)));
        const periods = periodsOf({ interval, from, to });
        expect(counts.every(({ period }) => periods.includes(period))).toBe(true);
        const ofOne = await store.activity({ interval, from, to, workflow: "v" });
        expect(ofOne).toEqual(counts.filter(({ workflow }) => workflow === "v"));
        expect(await store.activity({ interval, from: to, to: from })).toEqual([]);
      }
    });
  });
}

/** From a claim to an end, whatever was there before. */
async function runOnce(store: StateStore, id: string, at: string): Promise<void> {
  const [known] = await store.get([id]);
  const execution = `run-${known?.version ?? 0}`;
  await store.claim([claimOf(id, at, { expected: known?.version ?? "absent", execution })]);
  if (!id.endsWith("/unstarted")) await store.started([startedOf(id, at, { execution })]);
  await store.finish([finishOf(id, at, { execution, state: "FAILED" })]);
}

function recount(transitions: readonly Transition[], period: (at: string) => string) {
  const key = (one: Transition) => [period(one.at), one.payloadId.includes("-w/") ? "w" : "v", one.to].join(" ");
  return [...Map.groupBy(transitions, key)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, same]) => {
      const [at, workflow, state] = text.split(" ");
      const unique = new Set(same.map(({ payloadId }) => payloadId)).size;
      return { period: at, workflow, state, count: same.length, unique };
    });
}

function chooses(filter: PayloadFilter, record: Awaited<ReturnType<StateStore["list"]>>["items"][number]): boolean {
  const { since = "", until = "~", idPrefix = "", errorPrefix = "" } = filter;
  return (
    (["workflow", "collections", "organisation", "state"] as const).every(
      (name) => filter[name] === undefined || filter[name] === record[name],
    ) &&
    record.updated >= since &&
    record.updated <= until &&
    record.payloadId.startsWith(idPrefix) &&
    (errorPrefix === "" || (record.lastError?.error.startsWith(errorPrefix) ?? false))
  );
}
