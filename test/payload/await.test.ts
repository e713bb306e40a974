/** What a definition may await, and the one ID that all members of a fan-in agree on. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { timeoutMs } from "../../src/payload/await.ts";
import { nextPayloads } from "../../src/payload/chain.ts";
import { memberId, uniteItems } from "../../src/payload/fan-in.ts";
import { FIRST_LINK, type Lineage } from "../../src/payload/lineage.ts";
import { CHAIN_MEMBER, MEMBERS_MEMBER, parsePayload } from "../../src/payload/payload.ts";

const A = "s2/workflow-cog/a";
const B = "s2/workflow-cog/b";

const item = (id: string, more: JsonObject = {}): JsonObject => ({ type: "Feature", id, collection: "s2", ...more });
const payloadOf = (awaits: unknown, features: readonly JsonObject[] = [item("x")], more: JsonObject = {}) => ({
  type: "FeatureCollection",
  features,
  process: [{ workflow: "mosaic", await: awaits, ...more }],
});

function idOf(value: unknown): string {
  const parsed = parsePayload(value);
  if ("payload" in parsed) return parsed.payload.id;
  throw new Error(JSON.stringify(parsed.problems));
}

function problemsOf(value: unknown): readonly string[] {
  const parsed = parsePayload(value);
  return "problems" in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

/** As a chain sends it after `payloadId`. */
const chainedAfter = (payloadId: string, awaits: JsonObject, items: readonly JsonObject[]) => ({
  ...payloadOf(awaits, items),
  [CHAIN_MEMBER]: { depth: 1, ancestors: [payloadId] },
});

describe("the ID of a fan-in", () => {
  test("is the same whichever of the awaited payloads comes first, whatever its tasks have called its items", () => {
    const awaits = { payloads: [A, B, "l8/workflow-cog/c"] };
    expect(idOf(chainedAfter(A, awaits, [item("a-cog", { collection: "mine" })]))).toBe("l8/s2/workflow-mosaic/a/b/c");
    expect(idOf(chainedAfter(B, awaits, [item("b-cog")]))).toBe("l8/s2/workflow-mosaic/a/b/c");
  });

  test("has the items of a payload that is not awaited itself", () => {
    expect(idOf(payloadOf({ payloads: [B, A, A] }))).toBe("s2/workflow-mosaic/a/b/x");
    expect(idOf(payloadOf({ payloads: [B, A] }, []))).toBe("s2/workflow-mosaic/a/b");
  });

  test("is made of the group where there is one, and of the collections that the definition names", () => {
    const tuesday = item("x", { properties: { datetime: "2030-01-01T10:00:00Z" } });
    const awaits = { group: `\${collection}/\${date}`, count: 4 };
    expect(idOf(payloadOf(awaits, [tuesday]))).toBe("s2/workflow-mosaic/s2/2030-01-01");
    expect(idOf(payloadOf(awaits, [tuesday], { collections: "all" }))).toBe("all/workflow-mosaic/s2/2030-01-01");
    expect(idOf(chainedAfter(A, awaits, [tuesday]))).toBe("s2/workflow-mosaic/s2/2030-01-01");
    expect(idOf(payloadOf({ payloads: [A], group: "europe" }))).toBe("s2/workflow-mosaic/europe");
  });

  test("is the one that the payload brings, where it brings one", () => {
    expect(idOf({ ...payloadOf({ payloads: [A] }), id: "mine/workflow-mosaic/own" })).toBe("mine/workflow-mosaic/own");
  });

  test("does not depend on the order of the list", () => {
    const ids = fc.uniqueArray(fc.constantFrom(A, B, "l8/workflow-cog/c", "none/workflow-x/d/e"), { minLength: 1 });
    fc.assert(
      fc.property(ids, (payloads) => {
        expect(idOf(payloadOf({ payloads }))).toBe(idOf(payloadOf({ payloads: payloads.toReversed() })));
      }),
    );
  });
});

describe("what is wrong with an await", () => {
  test.each([
    ["neither payloads nor count", {}, "$.process[0].await: found {}, expected either payloads, or group and count"],
    ["both", { payloads: [A], group: "g", count: 2 }, "expected either payloads, or group and count"],
    [
      "a count of no group",
      { count: 2 },
      "$.process[0].await.group: found nothing, expected the group that is counted",
    ],
    ["an empty list", { payloads: [] }, "$.process[0].await.payloads: found [], expected at least one payload ID"],
    [
      "a text that is no payload ID",
      { payloads: ["a"] },
      '$.process[0].await.payloads[0]: found "a", expected a payload ID',
    ],
    ["a count of none", { group: "g", count: 0 }, "$.process[0].await.count: found 0, expected at least 1"],
    ["a time without a unit", { payloads: [A], timeout: "90" }, "$.process[0].await.timeout"],
    ["a time that is too long", { payloads: [A], timeout: "366d" }, "at most 365d"],
    ["an unknown end", { payloads: [A], on_timeout: "skip" }, '"fail" or "run"'],
    ["a member that is none", { payloads: [A], on_timout: "run" }, "no members but payloads, group, count, timeout"],
    ["a list", [A], "expected an object that says what is awaited"],
  ])("%s is said with its place", (_what, awaits, message) => {
    const parsed = parsePayload(payloadOf(awaits));
    const problems = "problems" in parsed ? parsed.problems : [];
    expect(problems.map((one) => `${one.path}: ${one.message} ${one.hint}`).join("\n")).toContain(message);
  });

  test("a payload does not await itself", () => {
    const own = { ...payloadOf({ payloads: [A, "s2/workflow-mosaic/x"] }), id: "s2/workflow-mosaic/x" };
    expect(problemsOf(own)).toEqual([expect.stringContaining("$.process[0].await.payloads")]);
  });

  test("items of two groups, and items without what the group needs, are named", () => {
    const [one, two] = [item("x", { properties: { row: 1 } }), item("y", { properties: { row: 2 } })];
    const awaits = { group: `\${row}`, count: 2 };
    expect(problemsOf(payloadOf(awaits, [one, two]))).toEqual([
      '$.process[0].await.group: item "x" belongs to the group 1, item "y" to 2',
    ]);
    expect(problemsOf(payloadOf(awaits))).toEqual([expect.stringContaining("the item has no row")]);
    expect(problemsOf(payloadOf(awaits, []))).toEqual([expect.stringContaining("$.features")]);
  });

  test("an ID that is too long asks for a group", () => {
    const payloads = Array.from({ length: 100 }, (_, n) => `s2/workflow-cog/S2A_MSIL2A_${n}`);
    const parsed = parsePayload(payloadOf({ payloads }));
    expect("problems" in parsed && parsed.problems[0]?.hint).toContain("Name a group in await");
    expect(idOf(payloadOf({ payloads, group: "all" }))).toBe("s2/workflow-mosaic/all");
  });
});

test("times are written in minutes, hours and days, and are seven days where nothing is said", () => {
  expect(["30m", "12h", "2d"].map((timeout) => timeoutMs({ timeout }))).toEqual([1_800_000, 43_200_000, 172_800_000]);
  expect(timeoutMs({})).toBe(7 * 86_400_000);
});

test("a member is the payload before it in its chain, else its own items, else the waiting payload itself", () => {
  const definition = { workflow: "mosaic" };
  const chained: Lineage = { depth: 2, ancestors: ["x/workflow-y/z", A] };
  expect(memberId("f", { definition, features: [{ id: "x" }], lineage: chained })).toBe(A);
  expect(memberId("f", { definition, features: [{ id: "x", collection: "s2" }], lineage: FIRST_LINK })).toBe(
    "s2/workflow-mosaic/x",
  );
  expect(memberId("f", { definition, features: [], lineage: FIRST_LINK })).toBe("f");
});

test("of items that come several times the first stays, and the same ID in another collection is another item", () => {
  const items = [item("a", { v: 1 }), item("b"), item("a", { v: 2 }), item("a", { collection: "l8" })];
  expect(uniteItems(items as never)).toEqual([item("a", { v: 1 }), item("b"), item("a", { collection: "l8" })]);
});

test("who was in a payload is told apart from the payload, and does not go on in its chain", () => {
  const value = { ...payloadOf({ payloads: [A] }), [MEMBERS_MEMBER]: [{ id: A, messages: ["m"] }] };
  const parsed = parsePayload({ ...value, process: [...value.process, { workflow: "publish" }] });
  if (!("payload" in parsed)) throw new Error("it is no payload");
  expect(parsed.members).toEqual([{ id: A, messages: ["m"] }]);
  expect(parsed.payload).not.toHaveProperty([MEMBERS_MEMBER]);
  const finished = { lineage: FIRST_LINK, payloadId: parsed.payload.id, execution: "e" };
  const [next] = nextPayloads({ ...finished, output: { ...parsed.payload, [MEMBERS_MEMBER]: [{ id: A }] } });
  expect(next?.outcome === "chained" && next.payload).not.toHaveProperty([MEMBERS_MEMBER]);
});

test("a chain that has no items left ends, although its next definition awaits others", () => {
  const output = parsePayload({
    type: "FeatureCollection",
    id: A,
    features: [],
    process: [{ workflow: "cog" }, { workflow: "mosaic", await: { payloads: [A, B] } }],
  });
  if (!("payload" in output)) throw new Error("it is no payload");
  const finished = { lineage: FIRST_LINK, payloadId: A, execution: "e" };
  expect(nextPayloads({ ...finished, output: output.payload })).toMatchObject([{ outcome: "empty" }]);
});
