/** What every StateStore must do. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isoTime } from "../../src/clock.ts";
import { CirrusError, InvalidInput } from "../../src/errors.ts";
import type {
  ClaimRequest,
  FinishRequest,
  StartedRequest,
  StateStore,
  WriteOutcome,
} from "../../src/state/state-store.ts";
import { type FinalState, isOpen, type State } from "../../src/state/states.ts";
import { makeVirtualClock, type VirtualClock } from "../virtual-clock.ts";
import { claimOf, finishOf, one, parkOf, startedOf, written } from "./payload-writes.ts";
import { describeCounts } from "./state-store-counts.ts";
import { describeWaiting } from "./state-store-waiting.ts";

export interface StateStoreUnderTest {
  readonly store: StateStore;
  close(): Promise<void> | void;
}

export function describeStateStore(
  name: string,
  makeStore: (clock: VirtualClock) => Promise<StateStoreUnderTest> | StateStoreUnderTest,
): void {
  let clock: VirtualClock;
  let under: StateStoreUnderTest;
  let store: StateStore;

  beforeEach(async () => {
    clock = makeVirtualClock();
    under = await makeStore(clock);
    store = under.store;
  });
  afterEach(() => under.close());

  const now = () => isoTime(clock.now());
  const claim = (payloadId: string, more: Partial<ClaimRequest> = {}) =>
    one(store.claim([claimOf(payloadId, now(), more)]));
  const start = (payloadId: string, more: Partial<StartedRequest> = {}) =>
    one(store.started([startedOf(payloadId, now(), more)]));
  const finish = (payloadId: string, more: Partial<FinishRequest> = {}) =>
    one(store.finish([finishOf(payloadId, now(), more)]));

  describeCounts(name, () => ({ store, clock }));
  describeWaiting(name, () => ({ store, clock }));

  describe(`${name} as a StateStore`, () => {
    test("a payload without a record is claimed once, and the second claim gets the record as it stands", async () => {
      const first = written(await claim(ID));
      expect(first).toMatchObject({
        payloadId: ID,
        collections: "s2/l2a",
        workflow: "cog",
        itemids: "a/b",
        state: "CLAIMED",
        version: 1,
        attempt: 1,
        execution: "run-1",
        created: now(),
        claimedAt: now(),
        effectsPending: false,
        messages: ["m-1"],
        outputs: [],
      });
      clock.advance(1000);
      const second = await claim(ID, { execution: "run-2" });
      expect(second).toEqual({ outcome: "refused", current: first });
      expect(await store.get([ID])).toEqual([first]);
    });

    test("a claim needs the version that its caller knew", async () => {
      await claim(ID);
      const ended = written(await finish(ID, { state: "FAILED", error: { error: "E", cause: "c" } }));
      const refused = { outcome: "refused", current: ended };
      expect(await claim(ID, { expected: "absent" })).toEqual(refused);
      expect(await claim(ID, { expected: ended.version - 1 })).toEqual(refused);
      expect(await claim(ID, { expected: ended.version + 1 })).toEqual(refused);
      expect(written(await claim(ID, { expected: ended.version, execution: "run-2", attempt: 2 }))).toMatchObject({
        version: ended.version + 1,
        execution: "run-2",
        attempt: 2,
        created: ended.created,
      });
    });

    test("a claim that expects a version of a payload without a record is refused with nothing", async () => {
      expect(await claim(ID, { expected: 1 })).toEqual({ outcome: "refused", current: undefined });
      expect(await store.get([ID])).toEqual([undefined]);
    });

    test("no claim takes a payload that is open, whatever version it names", async () => {
      const claimed = written(await claim(ID));
      expect((await claim(ID, { expected: claimed.version })).outcome).toBe("refused");
      const running = written(await start(ID));
      expect((await claim(ID, { expected: running.version })).outcome).toBe("refused");
    });

    test("a claim clears what the execution before left behind", async () => {
      await claim(ID);
      await start(ID);
      const ended = written(
        await finish(ID, { state: "FAILED", error: { error: "E", cause: "c" }, outputUrl: "s3://b/o", outputs: ["u"] }),
      );
      expect(ended).toMatchObject({ effectsPending: true, lastError: { error: "E", cause: "c" }, outputs: ["u"] });
      const again = written(await claim(ID, { expected: ended.version, execution: "run-2", message: "m-2" }));
      expect(again).toMatchObject({ outputs: [], effectsPending: false, messages: ["m-2", "m-1"] });
      for (const member of ["startedAt", "endedAt", "lastError", "outputUrl"] as const) {
        expect(again[member]).toBeUndefined();
      }
    });

    test("the latest ten messages are remembered, newest first", async () => {
      let record = written(await claim(ID, { message: "m-0" }));
      for (let i = 1; i <= 12; i += 1) {
        record = written(await finish(ID, { execution: record.execution, state: "FAILED" }));
        clock.advance(1);
        record = written(await claim(ID, { expected: record.version, execution: `run-${i + 1}`, message: `m-${i}` }));
      }
      expect(record.messages).toEqual(["m-12", "m-11", "m-10", "m-9", "m-8", "m-7", "m-6", "m-5", "m-4", "m-3"]);
    });

    test("only the current execution starts and ends a payload", async () => {
      const current = written(await claim(ID));
      expect(await start(ID, { execution: "run-0" })).toEqual({ outcome: "refused", current });
      expect(await finish(ID, { execution: "run-0" })).toEqual({ outcome: "refused", current });
      expect(await start("s2/workflow-cog/none")).toEqual({ outcome: "refused", current: undefined });
      expect(written(await start(ID))).toMatchObject({ state: "PROCESSING", startedAt: now() });
    });

    test("the start of an execution that runs already is refused", async () => {
      await claim(ID);
      const running = written(await start(ID));
      expect(await start(ID)).toEqual({ outcome: "refused", current: running });
    });

    test("an end that is heard of before its start is recorded, and the late start changes nothing", async () => {
      await claim(ID);
      const ended = written(await finish(ID));
      expect(ended).toMatchObject({ state: "SUCCEEDED", endedAt: now(), effectsPending: true });
      expect(await start(ID)).toEqual({ outcome: "refused", current: ended });
      expect(await start(ID, { redriven: true })).toEqual({ outcome: "refused", current: ended });
    });

    test("the same end twice is written once", async () => {
      await claim(ID);
      const ended = written(await finish(ID));
      expect(await finish(ID, { at: ended.endedAt ?? "" })).toEqual({ outcome: "refused", current: ended });
    });

    test("a redriven execution runs again and ends again, but an older end never comes back", async () => {
      await claim(ID);
      await start(ID);
      const failedAt = now();
      await finish(ID, { state: "FAILED", error: { error: "E", cause: "c" } });
      expect((await start(ID, { redriven: true, at: failedAt })).outcome).toBe("refused");
      clock.advance(1000);
      const running = written(await start(ID, { redriven: true }));
      expect(running).toMatchObject({ state: "PROCESSING", effectsPending: false });
      expect(running.endedAt).toBeUndefined();
      expect(running.lastError).toBeUndefined();
      clock.advance(1000);
      const succeeded = written(await finish(ID));
      expect(succeeded.state).toBe("SUCCEEDED");
      expect(await finish(ID, { state: "FAILED", at: failedAt })).toEqual({ outcome: "refused", current: succeeded });
    });

    test("a closed payload takes a later end of its redriven execution even when the start was never heard of", async () => {
      await claim(ID);
      await finish(ID, { state: "FAILED", error: { error: "E", cause: "c" }, outputUrl: "s3://b/o" });
      clock.advance(1);
      const later = written(await finish(ID));
      expect(later).toMatchObject({ state: "SUCCEEDED", endedAt: now() });
      expect([later.lastError, later.outputUrl]).toEqual([undefined, undefined]);
    });

    test("effects are done for the very end that has them, and without a transition", async () => {
      await claim(ID);
      const ended = written(await finish(ID));
      await store.effectsDone([{ payloadId: ID, expected: ended.version - 1 }]);
      expect(await store.get([ID])).toEqual([ended]);
      await store.effectsDone([{ payloadId: ID, expected: ended.version }]);
      const [record] = await store.get([ID]);
      expect(record).toMatchObject({ effectsPending: false, version: ended.version + 1 });
      expect((await store.history(ID)).items).toHaveLength(2);
    });

    test("the effects of a first end, done late, leave those of a redriven execution's second end pending", async () => {
      await claim(ID);
      const failed = written(await finish(ID, { state: "FAILED", error: { error: "E", cause: "c" } }));
      clock.advance(1000);
      await start(ID, { redriven: true });
      clock.advance(1000);
      const succeeded = written(await finish(ID));
      await store.effectsDone([{ payloadId: ID, expected: failed.version }]);
      expect(await store.get([ID])).toEqual([succeeded]);
    });

    test("a claim that somebody takes over stays as it is, but for those who knew its older version", async () => {
      const claimed = written(await claim(ID));
      clock.advance(1000);
      const taken = written(await one(store.takeOver([{ payloadId: ID, expected: claimed.version }])));
      expect(taken).toEqual({ ...claimed, version: claimed.version + 1, updated: now() });
      expect(await store.takeOver([{ payloadId: ID, expected: claimed.version }])).toEqual([
        { outcome: "refused", current: taken },
      ]);
      expect(await finish(ID, { expected: claimed.version, state: "FAILED" })).toEqual({
        outcome: "refused",
        current: taken,
      });
      expect((await finish(ID, { expected: taken.version })).outcome).toBe("written");
      expect((await store.history(ID)).items).toHaveLength(2);
    });

    test("nothing but a claim is taken over", async () => {
      expect(await store.takeOver([{ payloadId: ID, expected: 1 }])).toEqual([
        { outcome: "refused", current: undefined },
      ]);
      await claim(ID);
      const running = written(await start(ID));
      expect(await store.takeOver([{ payloadId: ID, expected: running.version }])).toEqual([
        { outcome: "refused", current: running },
      ]);
    });

    test("a text that is no payload ID has no record, and only a claim says so", async () => {
      for (const id of ["", "abc", "c/workflow-w", "x".repeat(5000), `c/workflow-w/${"ü".repeat(5000)}`]) {
        const refused = { outcome: "refused", current: undefined };
        expect(await start(id)).toEqual(refused);
        expect(await finish(id)).toEqual(refused);
        expect(await store.takeOver([{ payloadId: id, expected: 1 }])).toEqual([refused]);
        await store.effectsDone([{ payloadId: id, expected: 1 }]);
        expect(await store.get([id, ID])).toEqual([undefined, undefined]);
        expect(await store.history(id)).toEqual({ items: [] });
      }
      await expect(claim("abc")).rejects.toThrow(InvalidInput);
    });

    test("outcomes come in the order of the requests, also for the same payload twice in one call", async () => {
      const ids = ["c/workflow-w/1", "c/workflow-w/2", "c/workflow-w/1", "c/workflow-w/3"];
      const outcomes = await store.claim(ids.map((id) => claimOf(id, now())));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(["written", "written", "refused", "written"]);
      expect((await store.get(ids)).map((record) => record?.payloadId)).toEqual(ids);
    });

    test("of many claims of one payload at once a single one is written", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => claim(ID, { execution: `run-${i}`, message: `m-${i}` })),
      );
      const winners = outcomes.filter(({ outcome }) => outcome === "written");
      expect(winners).toHaveLength(1);
      const [record] = await store.get([ID]);
      for (const outcome of outcomes) {
        expect(outcome.outcome === "written" ? outcome.record : outcome.current).toEqual(record);
      }
    });

    test("the history tells every transition with its reason, oldest first and in pages", async () => {
      await claim(ID, { reason: "a new payload" });
      await start(ID);
      await finish(ID, { state: "ABORTED", reason: "stopped by hand", actor: "cli" });
      const first = await store.history(ID, { limit: 2 });
      const rest = await store.history(ID, { limit: 2, cursor: first.next ?? "" });
      expect(rest.next).toBeUndefined();
      const seen = [...first.items, ...rest.items];
      expect(seen.map(({ from, to, version }) => [from, to, version])).toEqual([
        ["none", "CLAIMED", 1],
        ["CLAIMED", "PROCESSING", 2],
        ["PROCESSING", "ABORTED", 3],
      ]);
      expect(seen[0]).toMatchObject({ reason: "a new payload", actor: "process", execution: "run-1", attempt: 1 });
      expect(seen[2]).toMatchObject({ reason: "stopped by hand", actor: "cli" });
    });

    test("lists filter by workflow, collections, state, time and the beginnings of ID and error", async () => {
      await claim("a/workflow-x/1");
      clock.advance(1000);
      const second = now();
      await claim("a/workflow-y/2");
      await claim("b/workflow-x/3");
      await finish("b/workflow-x/3", { state: "FAILED", error: { error: "States.Timeout", cause: "" } });
      clock.advance(1000);
      await claim("b/workflow-x/4");
      const ids = async (query: Parameters<StateStore["list"]>[0]) =>
        (await store.list(query)).items.map(({ payloadId }) => payloadId);

      expect(await ids({})).toEqual(["b/workflow-x/4", "b/workflow-x/3", "a/workflow-y/2", "a/workflow-x/1"]);
      expect(await ids({ order: "oldest" })).toEqual((await ids({})).reverse());
      expect(await ids({ workflow: "x" })).toEqual(["b/workflow-x/4", "b/workflow-x/3", "a/workflow-x/1"]);
      expect(await ids({ collections: "a" })).toEqual(["a/workflow-y/2", "a/workflow-x/1"]);
      expect(await ids({ state: "FAILED" })).toEqual(["b/workflow-x/3"]);
      expect(await ids({ workflow: "x", collections: "b", state: "CLAIMED" })).toEqual(["b/workflow-x/4"]);
      expect(await ids({ since: second, until: second })).toEqual(["b/workflow-x/3", "a/workflow-y/2"]);
      expect(await ids({ since: second.replace(".000Z", "Z") })).toHaveLength(3);
      expect(await ids({ idPrefix: "a/workflow-" })).toEqual(["a/workflow-y/2", "a/workflow-x/1"]);
      expect(await ids({ errorPrefix: "States." })).toEqual(["b/workflow-x/3"]);
      expect(await ids({ errorPrefix: "Lambda." })).toEqual([]);
    });

    test("no character of a prefix has a meaning of its own", async () => {
      const names = ["100%", "100x", "a_b", "axb", "it's", "a*", "[a]", "\u{1F30D}z", "\uFFFDq", "\\"];
      await store.claim(names.map((name) => claimOf(`c/workflow-w/${name}`, now())));
      for (const prefix of ["100%", "a_", "it'", "a*", "[", "%", "_", "\u{1F30D}", "\uFFFD", "\\", "' OR 1=1 --"]) {
        const { items } = await store.list({ idPrefix: `c/workflow-w/${prefix}` });
        const found = items.map(({ itemids }) => itemids).sort();
        expect(found, prefix).toEqual(names.filter((name) => name.startsWith(prefix)).sort());
      }
    });

    test("a cursor of another list, a time that is none and a page of no size are refused in words", async () => {
      await store.claim(["1", "2", "3"].map((name) => claimOf(`c/workflow-w/${name}`, now())));
      const { next = "" } = await store.list({ limit: 1 });
      expect((await store.list({ limit: 1, cursor: next })).items).toHaveLength(1);
      for (const cursor of ["", "x", "eyJ9", next.slice(1), `${next}AAAA`]) {
        await expect(store.list({ cursor }), cursor).rejects.toThrow(CirrusError);
      }
      await expect(store.list({ cursor: next, order: "oldest" })).rejects.toThrow(/cursor/);
      await expect(store.listUnsettled({ before: now(), cursor: next })).rejects.toThrow(/cursor/);
      await expect(store.list({ since: "yesterday" })).rejects.toThrow(/not a time/);
      for (const limit of [0, -1, 1001, 1.5]) await expect(store.list({ limit })).rejects.toThrow(/1 to 1000/);
    });

    test("pages hold each record that stays as it is exactly once and in order, while others change and come in between", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 7 }),
          fc.constantFrom("newest" as const, "oldest" as const),
          fc.constantFrom({}, { state: "CLAIMED" } as const, { collections: "c" }, { idPrefix: "c/work" }),
          fc.array(fc.record({ late: fc.boolean(), tick: fc.boolean() }), { minLength: 1, maxLength: 25 }),
          async (limit, order, filter, plan) => {
            const fresh = await makeStore(clock);
            const workflow = "pages";
            const ids = plan.map((_, i) => `c/workflow-${workflow}/${i}`);
            for (const [i, id] of ids.entries()) {
              await fresh.store.claim([claimOf(id, now())]);
              if (plan[i]?.tick) clock.advance(1);
            }
            const late = ids.filter((_, i) => plan[i]?.late);
            const seen: string[] = [];
            let cursor: string | undefined;
            do {
              const page = await fresh.store.list({ ...filter, workflow, limit, order, cursor });
              seen.push(...page.items.map(({ payloadId }) => payloadId));
              cursor = page.next;
              clock.advance(1);
              const changed = late.pop();
              if (changed) await fresh.store.finish([finishOf(changed, now())]);
            } while (cursor !== undefined && seen.length < 1000);
            const steady = (await fresh.store.get(ids)).filter((_, i) => !plan[i]?.late);
            await fresh.close();
            const places = steady.map((record) => `${record?.updated} ${record?.payloadId}`).sort();
            const inOrder = (order === "newest" ? places.reverse() : places).map((place) => place.split(" ")[1]);
            expect(seen.filter((id) => inOrder.includes(id))).toEqual(inOrder);
            if (order === "newest") expect(new Set(seen).size).toBe(seen.length);
          },
        ),
        { numRuns: 25 },
      );
    });

    test("unsettled are the open ones and those with effects pending, oldest first, in pages", async () => {
      const id = (name: string) => `c/workflow-w/${name}`;
      for (const name of ["open", "running", "pending", "done"]) {
        await claim(id(name));
        clock.advance(1000);
      }
      await start(id("running"));
      await finish(id("pending"));
      const { version: expected } = written(await finish(id("done")));
      await store.effectsDone([{ payloadId: id("done"), expected }]);
      clock.advance(1000);
      const before = now();
      await claim(id("young"));
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.listUnsettled({ before, limit: 1, ...(cursor === undefined ? {} : { cursor }) });
        names.push(...page.items.map(({ itemids }) => itemids));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(names).toEqual(["open", "pending", "running"]);
    });

    test("any order of requests has the outcomes of a simple model, and the counts are those of a recount", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
          const fresh = await makeStore(clock);
          const model = new Map<string, ModelRecord>();
          for (const one of steps) {
            clock.advance(one.tick);
            await compare(fresh.store, model, one, clock);
          }
          const { items } = await fresh.store.list({ limit: 1000 });
          const recount = new Map<string, number>();
          for (const record of items) {
            const key = `${record.workflow} ${record.collections} ${record.state}`;
            recount.set(key, (recount.get(key) ?? 0) + 1);
            const { items: history } = await fresh.store.history(record.payloadId);
            expect(history.at(-1)).toMatchObject({ to: record.state, execution: record.execution });
            for (const [i, { from }] of history.entries()) expect(from).toBe(history[i - 1]?.to ?? "none");
          }
          const counts = await fresh.store.counts();
          expect(new Map(counts.map((c) => [`${c.workflow} ${c.collections} ${c.state}`, c.count]))).toEqual(recount);
          const one = await fresh.store.counts({ workflow: "w", collections: "d" });
          expect(one).toEqual(counts.filter((c) => c.workflow === "w" && c.collections === "d"));
          await fresh.close();
        }),
        { numRuns: 150 },
      );
      // Thousands of requests, over HTTP where the store is one of AWS.
    }, 600_000);
  });
}

const ID = "s2/l2a/workflow-cog/a/b";

/** The model: what matters of a record. */
interface ModelRecord {
  readonly state: State;
  readonly execution: string;
  readonly version: number;
  readonly endedAt: number;
  readonly pending: boolean;
}

const step = fc.record({
  id: fc.constantFrom("c/workflow-w/1", "c/workflow-w/2", "d/workflow-w/1", "d/workflow-v/1"),
  verb: fc.constantFrom("claim", "claim", "park", "started", "redriven", "finish", "effectsDone"),
  execution: fc.constantFrom("run-1", "run-1", "run-2"),
  /** Added to the version that the record has: 0 is what a caller knows who has just read it. */
  stale: fc.constantFrom(0, 0, 0, -1, 1),
  state: fc.constantFrom<FinalState>("SUCCEEDED", "FAILED", "INVALID", "ABORTED"),
  /** Milliseconds before now at which it is said to have happened. */
  ago: fc.constantFrom(0, 0, 5),
  tick: fc.constantFrom(0, 1, 10),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function compare(store: StateStore, model: Map<string, ModelRecord>, one: Step, clock: VirtualClock) {
  const ms = clock.now() - one.ago;
  const known = model.get(one.id);
  const next = predict(known, one, ms);
  const outcome = await perform(store, known, one, isoTime(ms));
  if (outcome !== undefined) expect(outcome.outcome, JSON.stringify(one)).toBe(next ? "written" : "refused");
  if (next) model.set(one.id, next);
  const [record] = await store.get([one.id]);
  const expected = model.get(one.id);
  if (outcome !== undefined) expect(outcome.outcome === "written" ? outcome.record : outcome.current).toEqual(record);
  expect(record && { state: record.state, execution: record.execution, version: record.version }).toEqual(
    expected && { state: expected.state, execution: expected.execution, version: expected.version },
  );
  expect(record?.effectsPending).toBe(expected?.pending);
}

/** The record after the step, or undefined where it is refused. */
function predict(known: ModelRecord | undefined, one: Step, ms: number): ModelRecord | undefined {
  if (one.verb === "claim") {
    if (one.stale !== 0 || (known && isOpen(known.state))) return undefined;
    const version = (known?.version ?? 0) + 1;
    return { state: "CLAIMED", execution: one.execution, version, endedAt: 0, pending: false };
  }
  if (one.verb === "park") {
    if (one.stale !== 0 || known?.state === "PROCESSING" || known?.state === "WAITING") return undefined;
    const version = (known?.version ?? 0) + 1;
    return { state: "WAITING", execution: one.execution, version, endedAt: 0, pending: false };
  }
  if (known === undefined) return undefined;
  const next = { ...known, version: known.version + 1 };
  if (one.verb === "effectsDone") return known.pending && one.stale === 0 ? { ...next, pending: false } : undefined;
  if (known.execution !== one.execution) return undefined;
  if (known.state === "WAITING") {
    const mayEnd = one.verb === "finish" && (one.state === "FAILED" || one.state === "ABORTED");
    return mayEnd ? { ...next, state: one.state, endedAt: ms, pending: true } : undefined;
  }
  const closed = !isOpen(known.state);
  if (closed && (known.state === "SUCCEEDED" || ms <= known.endedAt)) return undefined;
  if (one.verb === "finish") return { ...next, state: one.state, endedAt: ms, pending: true };
  const mayStart = one.verb === "redriven" ? closed || known.state === "CLAIMED" : known.state === "CLAIMED";
  return mayStart ? { ...next, state: "PROCESSING", endedAt: 0, pending: false } : undefined;
}

async function perform(
  store: StateStore,
  known: ModelRecord | undefined,
  { id, verb, execution, stale, state }: Step,
  at: string,
): Promise<WriteOutcome | undefined> {
  if (verb === "effectsDone") {
    await store.effectsDone([{ payloadId: id, expected: (known?.version ?? 1) + stale }]);
    return undefined;
  }
  if (verb === "claim" || verb === "park") {
    const expected = known === undefined ? (stale === 0 ? "absent" : stale) : known.version + stale;
    if (verb === "park") return one(store.park([parkOf(id, at, { expected, execution })]));
    return one(store.claim([claimOf(id, at, { expected, execution })]));
  }
  if (verb === "finish") return one(store.finish([finishOf(id, at, { execution, state })]));
  return one(store.started([{ payloadId: id, execution, at, actor: "t", redriven: verb === "redriven" }]));
}
