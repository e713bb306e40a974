// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are a path template's placeholders
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_CHAIN_DEPTH } from "../../src/payload/lineage.ts";
import { parsePayload } from "../../src/payload/payload.ts";
import { explainProblems } from "../../src/payload/problems.ts";

const item = { type: "Feature", stac_version: "1.1.0", id: "scene-1", collection: "s2", "x:own": [1, null] };
const minimal = { type: "FeatureCollection", features: [item], process: [{ workflow: "cog" }] };

function accepted(value: unknown) {
  const parsed = parsePayload(value);
  if ("problems" in parsed) throw new Error(explainProblems(parsed.problems));
  return parsed;
}

function refused(value: unknown): string[] {
  const parsed = parsePayload(value);
  return "problems" in parsed ? explainProblems(parsed.problems).split("\n") : [];
}

function codes(value: unknown): string[] {
  const parsed = parsePayload(value);
  return "problems" in parsed ? parsed.problems.map(({ code }) => code) : [];
}

describe("a payload", () => {
  test("keeps every member that it does not know, and its items as they are", () => {
    const value = { ...minimal, note: { any: 1 }, process: [{ workflow: "cog", succeed: true }] };
    const { payload } = accepted(value);
    expect(payload).toEqual({ ...value, id: "s2/workflow-cog/scene-1" });
    expect(payload.features[0]).toBe(item);
  });

  test("may have a single definition instead of a list", () => {
    expect(accepted({ ...minimal, process: { workflow: "cog" } }).payload.process).toEqual([{ workflow: "cog" }]);
  });

  test("may have no items where it has an ID", () => {
    const { payload } = accepted({ type: "FeatureCollection", id: "a/workflow-cog/b", process: [{ workflow: "cog" }] });
    expect(payload.features).toEqual([]);
  });

  test("may hold the same item ID twice", () => {
    expect(accepted({ ...minimal, features: [item, item] }).payload.id).toBe("s2/workflow-cog/scene-1/scene-1");
  });

  test("is read in its older forms: output_options, functions, tasks as a list", () => {
    const old = {
      workflow: "cog",
      output_options: { path_template: "${collection}/${id}" },
      functions: [{ name: "copy-assets", parameters: { assets: ["B01"] } }, { name: "publish" }],
    };
    expect(accepted({ ...minimal, process: [old, [old]] }).payload.process).toEqual([
      {
        workflow: "cog",
        upload_options: { path_template: "${collection}/${id}" },
        tasks: { "copy-assets": { assets: ["B01"] }, publish: {} },
      },
      [
        {
          workflow: "cog",
          upload_options: { path_template: "${collection}/${id}" },
          tasks: { "copy-assets": { assets: ["B01"] }, publish: {} },
        },
      ],
    ]);
  });

  test("starts a lineage unless it comes out of a chain", () => {
    expect(accepted(minimal)).toMatchObject({ lineage: { depth: 0, ancestors: [] } });
    const chained = accepted({
      ...minimal,
      "cirrus:chain": { depth: 1, ancestors: ["p/workflow-x/1"], effect: "e/chain/0" },
    });
    expect(chained).toMatchObject({ lineage: { depth: 1, ancestors: ["p/workflow-x/1"] }, effect: "e/chain/0" });
    expect(chained.payload).not.toHaveProperty("cirrus:chain");
  });

  test("parses to the same payload again", () => {
    const once = accepted(minimal).payload;
    expect(accepted(JSON.parse(JSON.stringify(once))).payload).toEqual(once);
  });
});

describe("a payload is refused", () => {
  test("with the place, the value, what was expected and what to do, for all problems at once", () => {
    expect(
      refused({ type: "Feature", id: 5, features: [{ id: 7 }, "x"], process: [{ workflow: 1, replace: "yes" }] }),
    ).toEqual([
      '$.type: found "Feature", expected "FeatureCollection". Write "type": "FeatureCollection".',
      "$.id: found 5, expected a payload ID as text. Leave it out to have it made from the items.",
      '$.features[0].id: found 7, expected an item ID as text. Write "id": "…"; a number needs quotes.',
      '$.features[1]: found "x", expected a STAC item. Send items, not their URLs.',
      '$.process[0].workflow: found 1, expected the name of a workflow. Write "workflow": "publish-only".',
      '$.process[0].replace: found "yes", expected true or false. true runs a payload again that has ended SUCCEEDED or INVALID.',
    ]);
  });

  test("with long values cut to 80 characters", () => {
    const [problem = ""] = refused({ ...minimal, type: "x".repeat(10_000) });
    expect(problem).toContain(`${"x".repeat(78)}…`);
    expect(problem.length).toBeLessThan(200);
  });

  test.each([
    ["an array", []],
    ["null", null],
    ["a text", "payload"],
    ["nothing", undefined],
    ["an empty object", {}],
    ["an empty process", { ...minimal, process: [] }],
    ["a process whose first element is a list", { ...minimal, process: [[{ workflow: "cog" }]] }],
    ["a later element that is no definition", { ...minimal, process: [{ workflow: "cog" }, { workflw: "x" }] }],
    ["a later list with one that is none", { ...minimal, process: [{ workflow: "cog" }, [{ workflow: "x" }, 5]] }],
    ["no workflow", { ...minimal, process: [{}] }],
    ["an underscore in the workflow", { ...minimal, process: [{ workflow: "a_b" }] }],
    ["a slash in the workflow", { ...minimal, process: [{ workflow: "a/b" }] }],
    ["a workflow of 81 characters", { ...minimal, process: [{ workflow: "a".repeat(81) }] }],
    ["a digit before the workflow", { ...minimal, process: [{ workflow: "1a" }] }],
    ["an item without an ID", { ...minimal, features: [{ type: "Feature" }] }],
    ["an empty item ID", { ...minimal, features: [{ id: "" }] }],
    ["items that are no list", { ...minimal, features: { id: "a" } }],
    ["an asset without href", { ...minimal, features: [{ id: "a", assets: { B01: {} } }] }],
    ["task parameters that are no object", { ...minimal, process: [{ workflow: "cog", tasks: { publish: true } }] }],
    [
      "a task without a name in the list form",
      { ...minimal, process: [{ workflow: "cog", tasks: [{ parameters: {} }] }] },
    ],
    [
      "a chain filter that does not parse",
      { ...minimal, process: [{ workflow: "cog" }, { workflow: "x", chain_filter: "@.id =" }] },
    ],
    ["a chain link whose depth and ancestors disagree", { ...minimal, "cirrus:chain": { depth: 2, ancestors: [] } }],
    ["a chain link that is no object", { ...minimal, "cirrus:chain": 1 }],
    [
      "an ancestor longer than any payload ID",
      { ...minimal, "cirrus:chain": { depth: 1, ancestors: [`a/workflow-b/${"c".repeat(900)}`] } },
    ],
    ["an effect longer than any", { ...minimal, "cirrus:chain": { depth: 0, ancestors: [], effect: "e".repeat(201) } }],
    [
      "a chain link that is too long",
      { ...minimal, "cirrus:chain": { depth: 33, ancestors: Array(MAX_CHAIN_DEPTH + 1).fill("a/workflow-b/c") } },
    ],
  ])("when it is or has %s", (_what, value) => {
    expect(codes(value)).toContain("not-a-payload");
  });

  test("when it names collections in two ways", () => {
    const upload_options = { collections: { s2: ".*" } };
    const collection_matchers = [{ type: "catch_all", collection_name: "s2" }];
    expect(refused({ ...minimal, process: [{ workflow: "cog", upload_options, collection_matchers }] })[0]).toMatch(
      /^\$\.process\[0\]\.collection_matchers: .* one of upload_options\.collections and collection_matchers/,
    );
  });

  test.each([
    ["neither items nor an ID", { ...minimal, features: [] }],
    ["an ID without a workflow part", { ...minimal, id: "just-a-name" }],
    ["/workflow- twice", { ...minimal, id: "a/workflow-b/workflow-cog/c" }],
    ["an item whose ID makes /workflow- appear twice", { ...minimal, features: [{ id: "x/workflow-y/z" }] }],
    ["an ID of more than 900 bytes", { ...minimal, id: `a/workflow-cog/${"é".repeat(450)}` }],
    [
      "items whose joined IDs are too long",
      { ...minimal, features: Array.from({ length: 200 }, (_, i) => ({ id: `item-${i}` })) },
    ],
    ["a line break in its ID", { ...minimal, id: "a/workflow-cog/b\n" }],
    ["a NUL in an item's ID", { ...minimal, features: [{ id: "a\u0000" }] }],
    ["U+FFFF in its ID, which SQS does not carry", { ...minimal, id: "a/workflow-cog/b\uffff" }],
  ])("when its ID cannot be one: %s", (_what, value) => {
    expect(codes(value)).toEqual(["bad-payload-id"]);
  });

  test("E11: when its ID says one workflow and its process another", () => {
    expect(refused({ ...minimal, id: "a/workflow-other/b" })).toEqual([
      '$.id: found "a/workflow-other/b", expected a payload ID of workflow cog, which $.process[0].workflow names. Correct one of the two, or leave the id out.',
    ]);
    expect(parsePayload({ ...minimal, id: "a/workflow-other/b" })).toMatchObject({ payloadId: "a/workflow-other/b" });
  });

  test.each(["__proto__", "constructor", "prototype"])("when a key %s is anywhere in it", (key) => {
    const value: unknown = JSON.parse(
      `{"type":"FeatureCollection","features":[{"id":"a","properties":{"deep":[{"${key}":{"x":1}}]}}],"process":{"workflow":"w"}}`,
    );
    expect(refused(value)[0]).toContain(`$.features[0].properties.deep[0].${key}`);
    expect(codes(value)).toEqual(["forbidden-key"]);
  });

  test("when a text or a key holds half a character", () => {
    expect(codes({ ...minimal, features: [{ id: "a\ud800" }] })).toEqual(["lone-surrogate"]);
    expect(codes({ ...minimal, "\udc00": 1 })).toEqual(["lone-surrogate"]);
  });

  test("when it nests deeper than 64 levels, and not before", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(codes({ ...minimal, note: nested(63) })).toEqual([]);
    expect(codes({ ...minimal, note: nested(64) })).toEqual(["too-deep"]);
    let bottomless: unknown = 1;
    for (let level = 0; level < 200_000; level++) bottomless = [bottomless];
    expect(codes({ ...minimal, note: bottomless })).toEqual(["too-deep"]);
  });

  test("when it holds what JSON cannot", () => {
    expect(codes({ ...minimal, note: Number.NaN })).toEqual(["not-json-value"]);
    expect(codes({ ...minimal, note: () => 1 })).toEqual(["not-json-value"]);
  });

  test("in few words where a thousand items have the same mistake", () => {
    expect(refused({ ...minimal, features: Array(1000).fill({}) }).length).toBeLessThanOrEqual(50);
  });
});

test("whatever comes in, the parser answers with a payload or with problems that have a place and a hint", () => {
  const broken = fc.record(
    {
      type: fc.constantFrom("FeatureCollection", 1),
      features: fc.jsonValue(),
      process: fc.jsonValue(),
      id: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), broken, fc.anything()), (value) => {
      const parsed = parsePayload(value);
      if ("problems" in parsed) {
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const problem of parsed.problems)
          expect(problem).toMatchObject({ path: expect.stringMatching(/^\$/), hint: expect.stringMatching(/./) });
      }
    }),
  );
});
