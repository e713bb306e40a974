import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/json.ts";
import { outputOf, run } from "./harness.ts";

/** Whether the rule holds for the input. */
async function holds(rule: Readonly<Record<string, unknown>>, input: Json): Promise<boolean> {
  const output = await outputOf(choosing(rule), { input });
  return output === "yes";
}

function choosing(rule: Readonly<Record<string, unknown>>): unknown {
  return {
    StartAt: "choose",
    States: {
      choose: { Type: "Choice", Choices: [{ ...rule, Next: "yes" }], Default: "no" },
      yes: { Type: "Pass", Result: "yes", End: true },
      no: { Type: "Pass", Result: "no", End: true },
    },
  };
}

const Variable = "$.v";

describe("comparisons", () => {
  const EARLY = "2030-01-01T00:00:00Z";
  // One hour ahead of UTC: a moment before EARLY although the text is greater.
  const EARLIER = "2030-01-01T00:30:00+01:00";
  const pairs: [string, Json, Json, boolean][] = [
    ["StringEquals", "a", "a", true],
    ["StringEquals", "a", "A", false],
    ["StringLessThan", "a", "b", true],
    ["StringLessThanEquals", "b", "b", true],
    ["StringGreaterThan", "b", "a", true],
    ["StringGreaterThanEquals", "a", "b", false],
    ["NumericEquals", 1, 1, true],
    ["NumericLessThan", 9, 10, true],
    ["NumericLessThanEquals", 11, 10, false],
    ["NumericGreaterThan", 1.5, 1.4, true],
    ["NumericGreaterThanEquals", 10, 10, true],
    ["BooleanEquals", false, false, true],
    ["BooleanEquals", true, false, false],
    ["TimestampEquals", "2030-01-01T01:00:00+01:00", EARLY, true],
    ["TimestampLessThan", EARLIER, EARLY, true],
    ["TimestampLessThanEquals", EARLY, EARLY, true],
    ["TimestampGreaterThan", EARLIER, EARLY, false],
    ["TimestampGreaterThanEquals", EARLY, EARLIER, true],
  ];

  it.each(pairs)("%s of %j and %j is %j, with a fixed value and with a path", async (operator, v, other, expected) => {
    expect(await holds({ Variable, [operator]: other }, { v })).toBe(expected);
    expect(await holds({ Variable, [`${operator}Path`]: "$.w" }, { v, w: other })).toBe(expected);
  });

  it("is false for a value of another type, never an error", async () => {
    expect(await holds({ Variable, NumericEquals: 1 }, { v: "1" })).toBe(false);
    expect(await holds({ Variable, StringEquals: "true" }, { v: true })).toBe(false);
    expect(await holds({ Variable, TimestampLessThan: EARLY }, { v: "yesterday" })).toBe(false);
    expect(await holds({ Variable, BooleanEqualsPath: "$.w" }, { v: true, w: "true" })).toBe(false);
  });

  it("fails with States.Runtime where the variable or the other path leads nowhere", async () => {
    for (const rule of [
      { Variable, StringEquals: "x" },
      { Variable, IsNull: true },
      { Variable: "$.w", StringEqualsPath: "$.v" },
    ]) {
      const result = await run(choosing(rule), { input: { w: "x" } });
      expect(result).toMatchObject({ status: "FAILED", error: "States.Runtime" });
      expect("cause" in result && result.cause).toContain("references an undefined value");
    }
  });

  it("reads the context object too", async () => {
    expect(await holds({ Variable: "$$.Execution.Name", StringEquals: "one" }, {})).toBe(true);
  });
});

describe("StringMatches", () => {
  const matches = (text: string, pattern: string) => holds({ Variable, StringMatches: pattern }, { v: text });

  it.each([
    ["foo-23.log", "*.log", true],
    ["foo-23.log", "foo*", true],
    ["foo-23.log", "foo*.log", true],
    ["foo-23.log", "foo*.txt", false],
    ["zebra", "*", true],
    ["", "*", true],
    ["aXbXc", "a*b*c", true],
    ["ab", "ab*b", false],
    ["a.c", "a?c", false],
    ["50*", "50\\*", true],
    ["500", "50\\*", false],
    ["a\\b", "a\\\\b", true],
    ["line\nbreak", "line*break", true],
  ])("%j against %j is %j", async (text, pattern, expected) => {
    expect(await matches(text, pattern)).toBe(expected);
  });

  it("agrees with a regular expression for any pattern", async () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(word, word, async (text, pattern) => {
        const expected = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text);
        expect(await matches(text, pattern)).toBe(expected);
      }),
    );
  });
});

describe("tests of type", () => {
  it.each([
    ["IsNull", null, 0],
    ["IsPresent", null, undefined],
    ["IsNumeric", 1.5, "1.5"],
    ["IsString", "", 1],
    ["IsBoolean", false, "false"],
    ["IsTimestamp", "2030-01-01T00:00:00Z", "2030-01-01"],
  ])("%s holds for %j and not for %j, and the other way round with false", async (operator, is, isNot) => {
    const inputOf = (v: Json | undefined): Json => (v === undefined ? {} : { v });
    expect(await holds({ Variable, [operator]: true }, inputOf(is))).toBe(true);
    expect(await holds({ Variable, [operator]: true }, inputOf(isNot))).toBe(false);
    expect(await holds({ Variable, [operator]: false }, inputOf(is))).toBe(false);
    expect(await holds({ Variable, [operator]: false }, inputOf(isNot))).toBe(true);
  });
});

describe("And, Or and Not", () => {
  const isOne = { Variable, NumericEquals: 1 };
  const isBig = { Variable, NumericGreaterThan: 5 };

  it("combine as they say and nest", async () => {
    expect(await holds({ Or: [isOne, isBig] }, { v: 6 })).toBe(true);
    expect(await holds({ And: [isOne, isBig] }, { v: 6 })).toBe(false);
    expect(await holds({ Not: isOne }, { v: 6 })).toBe(true);
    expect(await holds({ And: [{ Not: isOne }, { Or: [isBig, isOne] }] }, { v: 6 })).toBe(true);
  });

  it("look no further than needed, so that IsPresent can guard a comparison", async () => {
    expect(await holds({ And: [{ Variable, IsPresent: true }, isOne] }, {})).toBe(false);
  });
});

describe("the choice", () => {
  const rule = (value: number, Next: string) => ({ Variable, NumericLessThan: value, Next });
  const definition = (Default?: string) => ({
    StartAt: "choose",
    States: {
      choose: { Type: "Choice", Choices: [rule(10, "first"), rule(20, "second")], ...(Default && { Default }) },
      first: { Type: "Pass", Result: "first", End: true },
      second: { Type: "Pass", Result: "second", End: true },
    },
  });

  it("takes the first rule that holds, else Default", async () => {
    expect(await outputOf(definition(), { input: { v: 5 } })).toBe("first");
    expect(await outputOf(definition(), { input: { v: 15 } })).toBe("second");
    expect(await outputOf(definition("first"), { input: { v: 25 } })).toBe("first");
  });

  it("fails with States.Runtime where no rule holds and there is no Default", async () => {
    expect(await run(definition(), { input: { v: 25 } })).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });
});
