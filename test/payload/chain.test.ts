import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { nextPayloads } from "../../src/payload/chain.ts";
import { FIRST_LINK, type Lineage, MAX_CHAIN_DEPTH } from "../../src/payload/lineage.ts";
import { type Payload, parsePayload } from "../../src/payload/payload.ts";

const features = [
  { id: "fake-1", collection: "s2", properties: { gsd: 0 } },
  { id: "real-2", collection: "s2", properties: { gsd: 10 } },
];

function next(
  later: readonly unknown[],
  { lineage = FIRST_LINK, ...members }: { lineage?: Lineage } & JsonObject = {},
) {
  const id = "s2/workflow-first/fake-1/real-2";
  // Tasks may leave anything in `process`; the output is taken as a payload all the same.
  const output = {
    type: "FeatureCollection",
    id,
    features,
    process: [{ workflow: "first" }, ...later],
    ...members,
  } as unknown as Payload;
  return nextPayloads({ output, lineage, payloadId: id, execution: "run-1" });
}

describe("a chain goes on", () => {
  test("to no workflow where the process has no second element", () => {
    expect(next([])).toEqual([]);
    expect(next([[]])).toEqual([]);
  });

  test("to one workflow, with the items, the definition first and what follows behind it", () => {
    const [child, ...others] = next(
      [{ workflow: "second", tasks: { publish: { public: true } } }, { workflow: "third" }],
      { note: "kept" },
    );
    expect(others).toEqual([]);
    expect(child).toEqual({
      index: 0,
      effect: "run-1/chain/0",
      outcome: "chained",
      payloadId: "s2/workflow-second/fake-1/real-2",
      payload: {
        type: "FeatureCollection",
        id: "s2/workflow-second/fake-1/real-2",
        note: "kept",
        features,
        process: [{ workflow: "second", tasks: { publish: { public: true } } }, { workflow: "third" }],
        "cirrus:chain": { depth: 1, ancestors: ["s2/workflow-first/fake-1/real-2"], effect: "run-1/chain/0" },
      },
    });
  });

  test("to several workflows, each with an effect ID of its own and the same rest", () => {
    const children = next([[{ workflow: "a" }, { workflow: "b", replace: true }], { workflow: "end" }]);
    expect(
      children.map((child) => (child.outcome === "chained" ? [child.effect, child.payload.process] : child)),
    ).toEqual([
      ["run-1/chain/0", [{ workflow: "a" }, { workflow: "end" }]],
      ["run-1/chain/1", [{ workflow: "b", replace: true }, { workflow: "end" }]],
    ]);
  });

  test("with the items that pass the filter", () => {
    const [child] = next([{ workflow: "second", chain_filter: "@.id =~ 'fake*' & @.properties.gsd <= 0" }]);
    expect(child).toMatchObject({
      outcome: "chained",
      payloadId: "s2/workflow-second/fake-1",
      payload: { features: [features[0]] },
    });
  });

  test("with a copy: what happens to a child changes neither its parent nor its siblings", () => {
    const [a, b] = next([[{ workflow: "a" }, { workflow: "b" }]]);
    if (a?.outcome !== "chained" || b?.outcome !== "chained") throw new Error("expected two children");
    expect(a.payload.features[0]).toEqual(b.payload.features[0]);
    expect(a.payload.features[0]).not.toBe(b.payload.features[0]);
    expect(a.payload.features[0]).not.toBe(features[0]);
  });

  test("in a message that reads back as the same payload with its lineage", () => {
    const lineage = { depth: 2, ancestors: ["x/workflow-y/1", "x/workflow-z/1"] };
    const [child] = next([{ workflow: "second" }], { lineage });
    if (child?.outcome !== "chained") throw new Error("expected a child");
    const { "cirrus:chain": _link, ...payload } = child.payload;
    expect(parsePayload(JSON.parse(JSON.stringify(child.payload)))).toEqual({
      payload,
      lineage: { depth: 3, ancestors: [...lineage.ancestors, "s2/workflow-first/fake-1/real-2"] },
      effect: "run-1/chain/0",
    });
  });

  test("to the same payloads each time it is asked", () => {
    const definitions = [[{ workflow: "a" }, { workflow: "b", chain_filter: "@.properties.gsd > 5" }]];
    expect(next(definitions)).toEqual(next(definitions));
  });
});

describe("a chain ends", () => {
  test("where the filter leaves no item", () => {
    expect(next([{ workflow: "second", chain_filter: "@.id == 'none'" }])).toEqual([
      {
        index: 0,
        effect: "run-1/chain/0",
        outcome: "empty",
        workflow: "second",
        reason: "none of the 2 items passes chain_filter \"@.id == 'none'\"",
      },
    ]);
  });

  test("where the output has no items", () => {
    expect(next([{ workflow: "second" }], { features: [] })).toMatchObject([
      { outcome: "empty", reason: "the output has no items to go on with" },
    ]);
  });

  test("for one definition while the others go on", () => {
    const outcomes = next([[{ workflow: "a", chain_filter: "@.no" }, { workflow: "b" }, { workflow: "bad_name" }]]).map(
      ({ outcome }) => outcome,
    );
    expect(outcomes).toEqual(["empty", "chained", "rejected"]);
  });
});

describe("a next payload is rejected", () => {
  test("where it would come back to its parent", () => {
    expect(next([{ workflow: "first" }])).toMatchObject([
      {
        outcome: "rejected",
        code: "chain-loop",
        payloadId: "s2/workflow-first/fake-1/real-2",
        reason: expect.stringContaining(" → "),
      },
    ]);
  });

  test("where it would come back to any payload before it", () => {
    const lineage = { depth: 2, ancestors: ["s2/workflow-zero/fake-1/real-2", "s2/workflow-one/fake-1/real-2"] };
    expect(next([{ workflow: "zero" }], { lineage })).toMatchObject([{ outcome: "rejected", code: "chain-loop" }]);
  });

  test("where the chain has had its 32 links, and not one earlier", () => {
    const lineageOf = (depth: number) => ({
      depth,
      ancestors: Array.from({ length: depth }, (_, i) => `a/workflow-w/${i}`),
    });
    expect(next([{ workflow: "second" }], { lineage: lineageOf(MAX_CHAIN_DEPTH - 1) })).toMatchObject([
      { outcome: "chained" },
    ]);
    expect(next([{ workflow: "second" }], { lineage: lineageOf(MAX_CHAIN_DEPTH) })).toMatchObject([
      { outcome: "rejected", code: "chain-too-deep" },
    ]);
  });

  test.each([
    ["a definition that is no object", 5],
    ["a definition without a workflow", { tasks: {} }],
    ["a filter that does not parse", { workflow: "second", chain_filter: "@.id ==" }],
    ["a filter that is no text, on an output without items", { workflow: "second", chain_filter: 5 }],
  ])("where a task left %s", (_what, definition) => {
    const [child] = next([[definition]]);
    expect(child).toMatchObject({
      outcome: "rejected",
      code: "not-a-payload",
      reason: expect.stringContaining("$.process[0]"),
    });
  });

  test("where its filter costs too much, with the payload kept", () => {
    const [child] = next([{ workflow: "second", chain_filter: "@.id =~ '(.*)(.*)[ab]{1000}c'" }], {
      features: [{ id: "ab".repeat(50_000) }],
    });
    expect(child).toMatchObject({
      outcome: "rejected",
      code: "chain-filter-too-costly",
      raw: expect.stringContaining('"workflow":"second"'),
    });
  });
});

test("every definition has one outcome, and following a chain always comes to an end", () => {
  const definition = fc.record({ workflow: fc.constantFrom("first", "a", "b", "c") });
  const element = fc.oneof(definition, fc.array(definition, { maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(element, { maxLength: 6 }), (later) => {
      let open = next(later);
      expect(open).toHaveLength(later[0] === undefined ? 0 : [later[0]].flat().length);
      for (let links = 0; open.length > 0; links++) {
        expect(links).toBeLessThanOrEqual(MAX_CHAIN_DEPTH);
        open = open.flatMap((child) => {
          if (child.outcome !== "chained") return [];
          const { depth, ancestors } = child.payload["cirrus:chain"];
          expect(ancestors).not.toContain(child.payloadId);
          return nextPayloads({
            output: child.payload,
            lineage: { depth, ancestors },
            payloadId: child.payloadId,
            execution: child.effect,
          });
        });
      }
    }),
  );
});
