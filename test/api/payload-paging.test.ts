import fc from "fast-check";
import { expect, test } from "vitest";
import { payloadPage } from "../../src/api/shapes/payloads.ts";
import type { Clock } from "../../src/clock.ts";
import { executionName } from "../../src/payload/payload-id.ts";
import type { StateStore } from "../../src/state/state-store.ts";
import { type ApiWorld, makeApiWorld } from "./api-world.ts";

let now = Date.UTC(2030, 0, 1);
const clock: Clock = { now: () => now, sleep: async () => {} };

/** What happens between two pages. */
type Change = { readonly do: "add" } | { readonly do: "finish"; readonly which: number } | { readonly do: "wait" };
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant({ do: "add" } as const),
  fc.record({ do: fc.constant("finish" as const), which: fc.nat({ max: 20 }) }),
  fc.constant({ do: "wait" } as const),
);

test.each(["newest", "oldest"] as const)(
  "pages, the %s first, hold each payload once and in order while payloads change",
  async (order) => {
    const world = makeApiWorld({ clock });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 5 }),
        async (count, limit, changes) => {
          run += 1;
          const payloads = makePayloads(world.runtime.ports.state, `run-${order}-${run}`);
          for (let index = 0; index < count; index++) await payloads.change({ do: "add" });
          const before = [...payloads.ids];
          payloads.changed.clear();
          const seen = await readAll(
            world,
            `collections=run-${order}-${run}&order=${order}&limit=${limit}`,
            changes,
            payloads,
          );
          const unchanged = before.filter((id) => !payloads.changed.has(id));
          expect(seen.filter((id) => unchanged.includes(id)).toSorted()).toEqual(unchanged.toSorted());
          const twice = seen.filter((id, index) => seen.indexOf(id) !== index);
          // Towards now one that changes meanwhile comes again; towards the past it never does.
          expect(twice.filter((id) => order === "newest" || !payloads.changed.has(id))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  },
);

async function readAll(
  world: ApiWorld,
  query: string,
  changes: readonly (readonly Change[])[],
  { change }: ReturnType<typeof makePayloads>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  const times: string[] = [];
  const left = [...changes];
  for (let cursor: string | undefined; ; ) {
    const path = `/v1/payloads?${query}${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page = await world.get(path, payloadPage);
    seen.push(...page.rows.map(({ id }) => id));
    times.push(...page.rows.map(({ updated }) => updated));
    cursor = page.next;
    if (cursor === undefined) break;
    for (const one of left.shift() ?? []) await change(one);
  }
  expect(times).toEqual(query.includes("order=oldest") ? times.toSorted() : times.toSorted().reverse());
  return seen;
}

function makePayloads(state: StateStore, collections: string) {
  const ids: string[] = [];
  const changed = new Set<string>();
  async function add(): Promise<void> {
    const payloadId = `${collections}/workflow-mirror/scene-${ids.length}`;
    const at = new Date(now).toISOString();
    const execution = executionName(payloadId, 1);
    const lineage = { depth: 0, ancestors: [] };
    const request = {
      payloadId,
      expected: "absent",
      execution,
      attempt: 1,
      inputUrl: "s3://payloads/x",
      lineage,
    } as const;
    await state.claim([{ ...request, message: payloadId, at, actor: "test", reason: "test" }]);
    ids.push(payloadId);
    changed.add(payloadId);
  }
  return {
    ids,
    changed,
    async change(one: Change): Promise<void> {
      if (one.do === "add") return add();
      if (one.do === "wait") {
        now += 1_000;
        return;
      }
      const payloadId = ids[one.which % Math.max(1, ids.length)];
      if (payloadId === undefined) return;
      const execution = executionName(payloadId, 1);
      // Times within one millisecond are allowed: then the ID decides the order.
      now += one.which % 2;
      const at = new Date(now).toISOString();
      await state.finish([{ payloadId, execution, state: "FAILED", at, outputs: [], actor: "test", reason: "test" }]);
      changed.add(payloadId);
    },
  };
}
