import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { executionName, parsePayloadId, payloadId, writtenId } from "../../src/payload/payload-id.ts";

describe("the ID of a payload that brings none", () => {
  test("joins the items' collections and IDs in order, each collection once", () => {
    const features = [
      { id: "b", collection: "s2" },
      { id: "c", collection: "landsat" },
      { id: "a", collection: "s2" },
    ];
    expect(payloadId({ workflow: "cog", features })).toBe("landsat/s2/workflow-cog/a/b/c");
  });

  test("says none where no item has a collection, as one word and not as letters", () => {
    expect(payloadId({ workflow: "cog", features: [{ id: "a" }, { id: "b", collection: null }] })).toBe(
      "none/workflow-cog/a/b",
    );
  });

  test("takes the definition's own collections instead of the items'", () => {
    const features = [{ id: "a", collection: "s2" }];
    expect(payloadId({ workflow: "cog", collections: "mine/yours", features })).toBe("mine/yours/workflow-cog/a");
  });

  test("sorts by code point, as every language's UTF-8 does", () => {
    const features = [{ id: "\u{1f30d}" }, { id: "\uff5e" }];
    expect(payloadId({ workflow: "w", features })).toBe("none/workflow-w/\uff5e/\u{1f30d}");
  });
});

test.each([
  [{ id: "a/workflow-b/c", process: 3 }, "a/workflow-b/c"],
  [{ id: 7 }, undefined],
  [{ url: "s3://payloads/a.json" }, undefined],
  [["id"], undefined],
  [null, undefined],
  [undefined, undefined],
])("the ID that %j says it has is %s", (document, id) => {
  expect(writtenId(document)).toBe(id);
});

describe("reading a payload ID", () => {
  test("finds the three parts, underscores and slashes included", () => {
    expect(parsePayloadId("a_b/c/workflow-w-1/x/y_z")).toEqual({
      collections: "a_b/c",
      workflow: "w-1",
      itemids: "x/y_z",
    });
  });

  test.each([
    ["", "nothing"],
    ["a/b", "no workflow"],
    ["/workflow-w/x", "no collections"],
    ["a/workflow-/x", "no workflow name"],
    ["a/workflow-w", "no items"],
    ["a/workflow-w/", "empty items"],
    ["a/workflow-b/workflow-c/d", "two readings"],
  ])("refuses %j: %s", (id) => {
    expect(parsePayloadId(id)).toBeUndefined();
  });

  test("gives back the parts that an ID was made of", () => {
    const part = fc.string({ minLength: 1 }).filter((text) => !text.includes("workflow-"));
    const workflow = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);
    fc.assert(
      fc.property(part, workflow, part, (collections, name, itemId) => {
        const id = payloadId({ workflow: name, collections, features: [{ id: itemId }] });
        expect(parsePayloadId(id)).toEqual({ collections, workflow: name, itemids: itemId });
      }),
    );
  });
});

describe("the name of an execution", () => {
  const id = "test-collection-input1/workflow-test-workflow1/test-id1";

  test("of the first attempt is the one that Cirrus has always given", () => {
    expect(executionName(id, 1)).toBe("a4201f97-6557-5f4e-ae88-6542ef800708");
  });

  test("is another for every attempt and the same for the same attempt", () => {
    const names = [1, 2, 3, 2].map((attempt) => executionName(id, attempt));
    expect(new Set(names).size).toBe(3);
    expect(names[1]).toBe(names[3]);
  });

  test("is one that Step Functions takes, whatever the payload ID", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, attempt) => {
        expect(executionName(text, attempt)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });
});
