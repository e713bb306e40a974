/** `feed-stac-api` against a STAC API of 25,000 items that fails, slows down and changes: each item exactly once. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { handler } from "../../feeders/feed-stac-api/handler.ts";
import { FEEDER_PORTS, type FeederContext, type FeederPorts } from "../../src/feeder/ports.ts";
import type { Log } from "../../src/log.ts";
import { silentLog } from "../../src/log.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { type ApiItem, type ApiOptions, type Fault, makeStacApi } from "./stac-api-server.ts";

const MINUTE = 60_000;
const START = Date.UTC(2023, 0, 1);

/** Every half minute, so that they cross days, months and the borders of slices. */
function manyItems(count: number): ApiItem[] {
  return Array.from({ length: count }, (_, index) => item(`scene-${index}`, START + (index * MINUTE) / 2));
}

function item(id: string, ms: number): ApiItem {
  return { type: "Feature", id, collection: "scenes", properties: { datetime: new Date(ms).toISOString() } };
}

/** A position store and an intake in memory: what would be durable. */
function makeWorld(options: Omit<ApiOptions, "clock">) {
  const clock = makeVirtualClock();
  const api = makeStacApi({ ...options, clock });
  const sent: string[] = [];
  const kept = new Map<string, string>();
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
  const positions: NonNullable<FeederPorts["positions"]> = {
    read: async ({ digest }) => JSON.parse(kept.get(digest) ?? "null") ?? undefined,
    write: async ({ digest }, reached) => void kept.set(digest, JSON.stringify(reached)),
    remove: async ({ digest }) => void kept.delete(digest),
  };

  /** `mostSent`: the process dies when it has sent as many. */
  function run(event: object, { mostSent = Number.POSITIVE_INFINITY } = {}) {
    let left = mostSent;
    const intake: FeederPorts["intake"] = {
      async send(messages) {
        left -= messages.length;
        if (left < 0) throw new Error("killed");
        sent.push(...messages.map(({ body }) => JSON.parse(body).features[0].id));
        return messages.map(({ id }) => ({ id, outcome: "sent" }));
      },
    };
    const ports: FeederPorts = { intake, positions, log, clock, fetch: api.fetch, random: () => 0.5 };
    const context: FeederContext = { [FEEDER_PORTS]: ports };
    const whole = { url: api.url, collection: "scenes", workflow: "mirror", ...event };
    return handler(whole, context as Parameters<typeof handler>[1]); // a feeder reads nothing else of Lambda's context
  }
  return { api, clock, run, sent, kept, warnings };
}

/** Every so many requests something goes wrong, each in its own rhythm. */
function troubles(number: number, now: number): Fault | undefined {
  if (number % 5 === 2) return { slowMs: 20_000 };
  if (number % 7 === 3) return { status: 429, headers: { "retry-after": "3" } };
  if (number % 11 === 4) return "drop";
  if (number % 13 === 6) return "drop-body";
  if (number % 17 === 8) return "truncate";
  if (number % 19 === 9) return { status: 502, body: "<html><title>Bad Gateway</title></html>" };
  if (number % 23 === 10) return { status: 503, headers: { "retry-after": new Date(now + MINUTE).toUTCString() } };
  return number % 41 === 11 ? "hang" : undefined;
}

function idsOf(items: readonly ApiItem[]): readonly string[] {
  return items.map(({ id }) => id).sort();
}

/** So that a few hundred items make dozens of slices, and a slice several pages. */
const SMALL = { max_items_batch: 50, search: { limit: 20 } };

test("25,000 items come once each, whatever goes wrong on the way", async () => {
  const items = manyItems(25_000);
  const { api, run, sent, kept } = makeWorld({ items, fault: troubles });
  expect(await run({ search: { limit: 500 } })).toEqual({ found: 25_000 });
  expect(sent.toSorted()).toEqual(idsOf(items));
  expect(kept.size).toBe(0);
  expect(api.searches()).toBeGreaterThan(60);
});

describe("each item comes once", () => {
  test.each(["token", "offset", "page"] as const)("with pages by %s", async (paging) => {
    const items = manyItems(1000);
    const { run, sent } = makeWorld({ items, paging, fault: troubles });
    await run(SMALL);
    expect(sent.toSorted()).toEqual(idsOf(items));
  });

  test.each(["numberMatched", "context", "search:metadata", "meta", "none"] as const)(
    "with the count under %s",
    async (matched) => {
      const items = manyItems(400);
      const { run, sent } = makeWorld({ items, matched });
      await run(SMALL);
      expect(sent.toSorted()).toEqual(idsOf(items));
    },
  );

  test("from a server that takes GET alone", async () => {
    const items = manyItems(400);
    const { run, sent } = makeWorld({ items, methods: ["GET"], fault: troubles });
    await run({ ...SMALL, datetime: "2023-01-01/2023-01-31" });
    expect(sent.toSorted()).toEqual(idsOf(items));
  });

  test.each(["token", "offset", "page"] as const)("while others appear, with pages by %s", async (paging) => {
    const items = manyItems(1000);
    // Newer and older ones, so that pages that count from the beginning move.
    const appear = (number: number) => [
      item(`late-${number}-a`, START + number * 7 * MINUTE),
      item(`late-${number}-b`, START + 600 * MINUTE - number * 3 * MINUTE),
    ];
    const { run, sent } = makeWorld({ items, paging, appear, fault: troubles });
    await run(SMALL);
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.filter((id) => id.startsWith("scene-")).sort()).toEqual(idsOf(items));
  });

  test.each(["token", "offset", "page"] as const)("while others are taken away, with pages by %s", async (paging) => {
    const items = manyItems(1000);
    // Without them, those that follow are on an earlier page than they were.
    const doomed = manyItems(1000).map((one, index) => ({ ...one, id: `doomed-${index}` }));
    const isGone = ({ id }: ApiItem, number: number) =>
      id.startsWith("doomed-") && Number(id.replace("doomed-", "")) % 97 === number % 97;
    const { run, sent } = makeWorld({ items: [...items, ...doomed], paging, isGone });
    await run(SMALL);
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent.filter((id) => id.startsWith("scene-")).sort()).toEqual(idsOf(items));
  });

  test.each(["token", "offset", "page", "number"] as const)(
    "while as many appear as are taken away, so that the count stays, with pages by %s",
    async (paging) => {
      const items = manyItems(600);
      const doomed = Array.from({ length: 200 }, (_, index) =>
        item(`doomed-${index}`, START + (9000 + index) * MINUTE),
      );
      // Those that go are the newest, which were read; those that come are the oldest, which were not.
      const isGone = ({ id }: ApiItem, number: number) => id.startsWith("doomed-") && Number(id.slice(7)) < 2 * number;
      const appear = (number: number) =>
        [1, 2].map((one) => item(`late-${number}-${one}`, START - number * one * MINUTE));
      for (const matched of ["numberMatched", "none"] as const) {
        const { api, run, sent } = makeWorld({ items: [...items, ...doomed], paging, matched, isGone, appear });
        await run({ search: { limit: 20 } });
        expect(new Set(sent).size).toBe(sent.length);
        expect(sent.filter((id) => id.startsWith("scene-")).sort()).toEqual(idsOf(items));
        // 45 pages without any change; those that have moved are asked for twice, and a quarter of each once more.
        expect(api.searches()).toBeLessThan(3 * 45);
      }
    },
  );

  test("whatever comes and goes between its pages, where the server counts them from the beginning", async () => {
    const change = fc.record({
      gone: fc.array(fc.nat(249), { maxLength: 40 }),
      come: fc.array(fc.nat(1100), { maxLength: 5 }),
    });
    const stays = manyItems(250).filter((_one, index) => index % 3 > 0);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("offset" as const, "number" as const),
        fc.integer({ min: 16, max: 60 }),
        fc.array(change, { maxLength: 30 }),
        async (paging, limit, changes) => {
          const isGone = ({ id }: ApiItem, number: number) => {
            const index = Number(/^scene-(\d+)$/.exec(id)?.[1] ?? 1);
            return index % 3 === 0 && changes[number]?.gone.includes(index) === true;
          };
          const appear = (number: number) =>
            (changes[number]?.come ?? []).map((place, index) => item(`late-${number}-${index}`, START + place * 7000));
          // Nothing is counted, and so no page is read again for that.
          const world = makeWorld({ items: manyItems(250), paging, matched: "none", isGone, appear });
          await world.run({ search: { limit } });
          expect(new Set(world.sent).size).toBe(world.sent.length);
          expect(world.sent).toEqual(expect.arrayContaining(stays.map(({ id }) => id)));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("on the borders of slices, which lie on whole seconds, and next to them", async () => {
    const second = (index: number) => START + index * 1000;
    const items = Array.from({ length: 300 }, (_, index) => [
      item(`on-${index}`, second(index)),
      item(`after-${index}`, second(index) + 1),
      item(`before-${index}`, second(index) - 1),
    ]).flat();
    const { run, sent } = makeWorld({ items });
    await run({ ...SMALL, max_items_batch: 7 });
    expect(sent.toSorted()).toEqual(idsOf(items));
  });

  test("where they last, have no datetime, and reach over the ends of what is asked for", async () => {
    const lasting = Array.from({ length: 200 }, (_, index): ApiItem => {
      const [start_datetime, end_datetime] = [START + index * 60 * MINUTE, START + (index * 97 + 1) * 60 * MINUTE].map(
        (ms) => new Date(ms).toISOString(),
      ) as [string, string];
      return { ...item(`lasts-${index}`, 0), properties: { datetime: null, start_datetime, end_datetime } };
    });
    const items = [...manyItems(400), ...lasting];
    const { run, sent } = makeWorld({ items });
    await run(SMALL);
    expect(sent.toSorted()).toEqual(idsOf(items));
    const { run: runPart, sent: part } = makeWorld({ items: lasting });
    await runPart({ ...SMALL, max_items_batch: 5, datetime: "2023-01-05/2023-01-06" });
    const touching = lasting.filter(
      ({ properties: { start_datetime = "", end_datetime = "" } }) =>
        start_datetime < "2023-01-07" && end_datetime >= "2023-01-05",
    );
    expect(part.toSorted()).toEqual(idsOf(touching));
  });

  test("where a server finds items without a datetime by no time", async () => {
    const undated = manyItems(30).map((one, index): ApiItem => {
      const { datetime } = one.properties;
      const properties = { datetime: null, start_datetime: datetime ?? "", end_datetime: datetime ?? "" };
      return { ...one, id: `undated-${index}`, properties };
    });
    const items = [...manyItems(300), ...undated];
    const { run, sent, warnings } = makeWorld({ items, knowsDatetimeOnly: true });
    await run(SMALL);
    expect(sent.toSorted()).toEqual(idsOf(items));
    expect(warnings).toEqual([expect.stringContaining("without a datetime")]);
  });

  test("where more of them have the same time than a slice may hold", async () => {
    const items = Array.from({ length: 300 }, (_, index) => item(`same-${index}`, START));
    const { run, sent } = makeWorld({ items, paging: "offset" });
    await run(SMALL);
    expect(sent.toSorted()).toEqual(idsOf(items));
  });
});

describe("a run that was killed", () => {
  test.each([1, 9, 77, 333, 600, 999])("after %i items goes on at the slice that it was in", async (mostSent) => {
    const items = manyItems(1000);
    const { run, sent } = makeWorld({ items, fault: troubles });
    await expect(run(SMALL, { mostSent })).rejects.toThrow("killed");
    const before = sent.length;
    await run(SMALL);
    expect([...new Set(sent)].sort()).toEqual(idsOf(items));
    // What is sent again is what was sent of one slice.
    expect(sent.length - items.length).toBeLessThanOrEqual(50);
    expect(sent.length - before).toBeGreaterThanOrEqual(items.length - before);
  });

  test("over and over comes to its end, if it gets through a slice each time", async () => {
    const items = manyItems(500);
    const { run, sent } = makeWorld({ items, paging: "offset", fault: troubles });
    let deaths = 0;
    const attempt = () => run(SMALL, { mostSent: 60 });
    while ((await attempt().catch(() => undefined)) === undefined) deaths++;
    expect([...new Set(sent)].sort()).toEqual(idsOf(items));
    expect(deaths).toBeGreaterThan(5);
  });

  test("goes on at its page where the server does not count", async () => {
    const items = manyItems(400);
    const { run, sent } = makeWorld({ items, matched: "none" });
    await expect(run(SMALL, { mostSent: 250 })).rejects.toThrow("killed");
    await run(SMALL);
    expect([...new Set(sent)].sort()).toEqual(idsOf(items));
    expect(sent.length - items.length).toBeLessThanOrEqual(20);
  });

  test("begins again where the server has forgotten the page", async () => {
    const items = manyItems(100);
    let forgets = false;
    const fault = (): Fault | undefined => {
      if (!forgets) return undefined;
      forgets = false;
      return { status: 400 };
    };
    const { run, sent, warnings } = makeWorld({ items, matched: "none", fault });
    await expect(run(SMALL, { mostSent: 50 })).rejects.toThrow("killed");
    forgets = true;
    expect(await run(SMALL)).toMatchObject({ found: expect.any(Number) });
    expect([...new Set(sent)].sort()).toEqual(idsOf(items));
    expect(warnings).toEqual([expect.stringContaining("no longer knows the page")]);
  });
});
