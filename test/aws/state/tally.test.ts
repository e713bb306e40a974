/** The tally: what the state table's stream tells, counted once, however it is cut and however often it comes. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Counters, makeDynamoCounters, type StateChange } from "../../../src/aws/state/counters.ts";
import { makeDynamoStateStore } from "../../../src/aws/state/state-store.ts";
import { systemClock } from "../../../src/clock.ts";
import { TransientError } from "../../../src/errors.ts";
import { type TallyRecord, tally } from "../../../src/functions/tally/tally.ts";
import type { StateStore } from "../../../src/state/state-store.ts";
import { STATES, type State } from "../../../src/state/states.ts";
import { type Faults, startTableServer, type TableServer } from "./table-server.ts";

let server: TableServer;
let counters: Counters;
let store: StateStore;
const faults: { call?: Faults["call"] } = {};

beforeEach(open);
afterEach(() => server.close());

const clock = { now: () => 0, sleep: async () => undefined };

async function open(): Promise<void> {
  delete faults.call;
  server = await startTableServer({ call: (operation) => faults.call?.(operation) });
  counters = makeDynamoCounters({ client: server.client, table: "state", clock, random: () => 0 });
  store = makeDynamoStateStore({ client: server.client, table: "state", clock: systemClock });
}

interface Change {
  readonly id: string;
  readonly from?: State | undefined;
  readonly to?: State | undefined;
}

/** Sequence numbers have gaps, and more digits in the end than at first. */
function sequence(index: number): string {
  return String(9_999_999_999_999_999_999_990n + BigInt(index) * 3n);
}

function recordOf({ id, from, to }: Change, index: number, sort = "record"): TallyRecord {
  const image = (state: State | undefined) => (state === undefined ? undefined : { state: { S: state } });
  return {
    dynamodb: {
      SequenceNumber: sequence(index),
      Keys: { pk: { S: id }, sk: { S: sort } },
      OldImage: image(from),
      NewImage: image(to),
    },
  };
}

/** What the counts must be. */
function sumOf(changes: readonly Change[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { id, from, to } of changes) {
    for (const [state, by] of [[from, -1] as const, [to, 1] as const]) {
      if (state === undefined || from === to) continue;
      const [collections, rest = ""] = id.split("/workflow-");
      const key = `${rest.split("/")[0]} ${collections} ${state}`;
      sums[key] = (sums[key] ?? 0) + by;
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, count]) => count > 0));
}

async function counted(): Promise<Record<string, number>> {
  const counts = await store.counts();
  return Object.fromEntries(counts.map((one) => [`${one.workflow} ${one.collections} ${one.state}`, one.count]));
}

/** Lives of payloads, mixed: the changes of each are in order. */
const lives = fc
  .array(
    fc.record({
      id: fc.constantFrom("a/workflow-w/1", "a/workflow-w/2", "b/workflow-w/1", "b/workflow-v/1"),
      to: fc.constantFrom(...STATES),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((steps) => {
    const states = new Map<string, State>();
    return steps.map(({ id, to }): Change => {
      const from = states.get(id);
      states.set(id, to);
      return { id, from, to };
    });
  });

describe("the tally", () => {
  test("adds what begins, moves what changes, and takes away what is removed", async () => {
    const changes: readonly Change[] = [
      { id: "a/b/workflow-w/1", to: "CLAIMED" },
      { id: "a/b/workflow-w/1", from: "CLAIMED", to: "PROCESSING" },
      { id: "a/b/workflow-w/2", to: "CLAIMED" },
      { id: "a/b/workflow-w/3", to: "CLAIMED" },
      { id: "a/b/workflow-w/3", from: "CLAIMED" },
      { id: "a/b/workflow-w/1", from: "PROCESSING", to: "PROCESSING" },
    ];
    const Records = changes.map((change, i) => recordOf(change, i));
    expect(await tally({ Records, shardId: "s" }, { counters })).toBe(5);
    expect(await store.counts()).toEqual([
      { workflow: "w", collections: "a/b", state: "CLAIMED", count: 1 },
      { workflow: "w", collections: "a/b", state: "PROCESSING", count: 1 },
    ]);
  });

  test("looks at nothing but records, and calls nobody for a batch without any", async () => {
    const change = { id: "a/workflow-w/1", to: "CLAIMED" } as const;
    const Records = [recordOf(change, 0, "transition#0000000001"), recordOf({ ...change, id: "counts" }, 1), {}];
    expect(await tally({ Records, shardId: "s" }, { counters })).toBe(0);
    expect(await tally({ Records: [] }, { counters })).toBe(0);
    expect(server.calls).toEqual([]);
  });

  test("does not count a batch of which it does not know the shard", async () => {
    const Records = [recordOf({ id: "a/workflow-w/1", to: "CLAIMED" }, 0)];
    await expect(tally({ Records }, { counters })).rejects.toThrow(/tumblingWindowInSeconds/);
  });

  test("counts every change once, however batches repeat, overlap, are cut, or fail halfway", async () => {
    const delivery = fc.record({ back: fc.nat(8), size: fc.integer({ min: 1, max: 12 }), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(lives, fc.array(delivery, { maxLength: 12 }), async (changes, deliveries) => {
        await server.close();
        await open();
        const all = changes.map((change, i) => recordOf(change, i));
        // How far the reader was told that all is done: it goes on from there, or goes back.
        let done = 0;
        for (const { back, size, fails } of [...deliveries, { back: 3, size: all.length, fails: false }]) {
          const begin = Math.max(0, done - back);
          const Records = all.slice(begin, begin + size);
          let calls = 0;
          faults.call = (operation) => {
            if (operation !== "TransactWriteItems" || !fails) return undefined;
            calls += 1;
            return calls === 1 ? "lost" : "refused-connection";
          };
          const outcome = await tally({ Records, shardId: "s" }, { counters }).catch(() => "failed");
          if (outcome !== "failed") done = Math.max(done, begin + Records.length);
        }
        delete faults.call;
        await tally({ Records: all.slice(done), shardId: "s" }, { counters });
        expect(await counted()).toEqual(sumOf(changes));
      }),
      { numRuns: 60 },
    );
  });

  test("counts each shard by its own checkpoint", async () => {
    const first = recordOf({ id: "a/workflow-w/1", to: "CLAIMED" }, 5);
    const second = recordOf({ id: "a/workflow-w/2", to: "CLAIMED" }, 1);
    await tally({ Records: [first], shardId: "s-1" }, { counters });
    await tally({ Records: [second], shardId: "s-2" }, { counters });
    await tally({ Records: [first], shardId: "s-1" }, { counters });
    expect(await counted()).toEqual({ "w a CLAIMED": 2 });
  });

  test("counts once what two invocations count at the same time", async () => {
    const changes = Array.from({ length: 20 }, (_, i) => ({ id: `a/workflow-w/${i}`, to: "CLAIMED" }) as const);
    const Records = changes.map((change, i) => recordOf(change, i));
    await Promise.all(
      [0, 4, 9].map((begin) => tally({ Records: Records.slice(0, 20 - begin), shardId: "s" }, { counters })),
    );
    await tally({ Records, shardId: "s" }, { counters });
    expect(await counted()).toEqual({ "w a CLAIMED": 20 });
  });

  test("spreads more counters than a transaction holds over several, each with its checkpoint", async () => {
    const changes = Array.from({ length: 250 }, (_, i) => ({ id: `c${i}/workflow-w/1`, to: "CLAIMED" }) as const);
    const Records = changes.map((change, i) => recordOf(change, i));
    let transactions = 0;
    faults.call = (operation) => {
      if (operation !== "TransactWriteItems") return undefined;
      transactions += 1;
      return transactions > 1 ? "refused-connection" : undefined;
    };
    await expect(tally({ Records, shardId: "s" }, { counters })).rejects.toThrow();
    delete faults.call;
    expect(Object.keys(await counted())).toHaveLength(99);
    await tally({ Records, shardId: "s" }, { counters });
    expect(await counted()).toEqual(sumOf(changes));
  });

  test("gives up on a transaction that is cancelled again and again, so that the batch comes again", async () => {
    const blocked: Counters = makeDynamoCounters({
      client: {
        send: async (command: { readonly constructor: { readonly name: string } }) => {
          if (command.constructor.name === "GetItemCommand") return {};
          throw Object.assign(new Error("[ThrottlingError]"), { name: "TransactionCanceledException" });
        },
      },
      table: "state",
      clock,
      random: () => 0,
    });
    const change: StateChange = { sequence: "1", payload: { workflow: "w", collections: "a" }, to: "CLAIMED" };
    await expect(blocked.count("s", [change])).rejects.toThrow(TransientError);
  });
});
