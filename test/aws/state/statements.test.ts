/** The PartiQL that DynamoDB gets: its words, and that no value is ever one of them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromItem, toItem } from "../../../src/aws/state/attribute-values.ts";
import { shardOf, sortKey, transitionSort } from "../../../src/aws/state/keys.ts";
import {
  claimStatement,
  effectsDoneStatement,
  finishStatement,
  type Statement,
  startedStatement,
  takeOverStatement,
} from "../../../src/aws/state/statements.ts";
import { FIRST_LINK } from "../../../src/payload/lineage.ts";

const NOW = "2030-01-01T00:00:00.000Z";

function statementsFor(payloadId: string, text: string): readonly Statement[] {
  const request = { payloadId, execution: text, at: NOW, actor: text, reason: text };
  const claim = { ...request, attempt: 1, inputUrl: text, lineage: FIRST_LINK, message: text };
  const end = { ...request, outputs: [text], outputUrl: text, error: { error: text, cause: text } };
  const step = { write: text, moved: { to: "CLAIMED", at: NOW, actor: text, reason: text } } as const;
  return [
    claimStatement("state", { ...claim, expected: "absent" }, NOW, step),
    claimStatement("state", { ...claim, expected: 3 }, NOW, step),
    takeOverStatement("state", { payloadId, expected: 3 }, NOW, step),
    startedStatement("state", request, NOW, step),
    startedStatement("state", { ...request, redriven: true }, NOW, step),
    finishStatement("state", { ...end, state: "FAILED", expected: 3 }, NOW, step),
    effectsDoneStatement("state", { payloadId, expected: 3 }, NOW, step),
  ];
}

describe("statements", () => {
  test("are these", () => {
    const [, , , started] = statementsFor("c/workflow-w/1", "x");
    expect(started?.text.split(/ (?=SET|WHERE|AND|RETURNING)/)).toEqual([
      'UPDATE "state"',
      'SET "state" = ?',
      'SET "updated" = ?',
      'SET "stateKey" = ?',
      'SET "sortKey" = ?',
      'SET "unsettled" = ?',
      'SET "startedAt" = ?',
      'SET "enteredCLAIMED" = ?',
      'SET "steps"[100] = ?',
      'SET "version" = "version" + ?',
      'WHERE "pk" = ?',
      'AND "sk" = ?',
      'AND "execution" = ?',
      `AND "state" = 'CLAIMED'`,
      'AND size("steps") < ?',
      "RETURNING ALL NEW *",
    ]);
  });

  test("have the same text for every payload, a value for every question mark, and no more than 8,192 characters", () => {
    const texts = statementsFor("c/workflow-w/1", "x").map(({ text }) => text);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, item) => {
        const statements = statementsFor(`c/workflow-w/x${item.replaceAll("/workflow-", "")}`, text);
        expect(statements.map((statement) => statement.text)).toEqual(texts);
        for (const { text: words, parameters } of statements) {
          expect(words.split("?")).toHaveLength(parameters.length + 1);
          expect(words.length).toBeLessThan(8192);
        }
      }),
    );
  });

  test("set no attribute twice, and none that they take away", () => {
    for (const { text } of statementsFor("c/workflow-w/1", "x").slice(1)) {
      const names = [...text.matchAll(/(?:SET|REMOVE) ("\w+")/g)].map(([, name]) => name);
      expect(names).toEqual([...new Set(names)]);
    }
  });
});

describe("values", () => {
  test("come back as they were, without the members that are undefined", () => {
    const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger(), fc.boolean(), fc.uint8Array());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tree), (members) => {
        // The dictionary holds nothing but what the table can.
        const plain = members as Parameters<typeof toItem>[0];
        expect(fromItem(toItem({ ...plain, absent: undefined }))).toEqual({ ...members });
      }),
    );
  });

  test("of a type that nobody here writes are refused", () => {
    expect(() => fromItem({ a: { SS: ["x"] } })).toThrow(/SS/);
  });
});

describe("keys", () => {
  test("sort by time, then by ID, and transitions by their version after the record", () => {
    expect(sortKey(NOW, "b") > sortKey(NOW, "a")).toBe(true);
    expect(sortKey("2030-01-01T00:00:00.001Z", "a") > sortKey(NOW, "b")).toBe(true);
    expect(transitionSort(10) > transitionSort(9)).toBe(true);
    expect(transitionSort(1) > "record").toBe(true);
  });

  test("spread payloads evenly over the shards", () => {
    const counts = Map.groupBy(
      Array.from({ length: 4000 }, (_, i) => shardOf(`c/workflow-w/${i}`)),
      (shard) => shard,
    );
    expect(counts.size).toBe(4);
    for (const { length } of counts.values()) expect(Math.abs(length - 1000)).toBeLessThan(150);
  });
});
