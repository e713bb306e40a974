import { expect, test } from "vitest";
import { allArrows, allNodes, describeRule, graphOf } from "../../../dashboard/src/parts/state-graph/machine-graph.ts";

const machine = {
  StartAt: "look",
  States: {
    look: {
      Type: "Choice",
      Choices: [{ Variable: "$.batch", BooleanEquals: true, Next: "both" }],
      Default: "each",
    },
    both: {
      Type: "Parallel",
      Branches: [
        { StartAt: "a", States: { a: { Type: "Pass", End: true } } },
        { StartAt: "b", States: { b: { Type: "Pass", End: true } } },
      ],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "failure" }],
      Next: "each",
    },
    each: {
      Type: "Map",
      ItemProcessor: { StartAt: "copy", States: { copy: { Type: "Task", Resource: "x", End: true } } },
      End: true,
    },
    failure: { Type: "Fail" },
  },
};

test("every state is a node, with those of branches and of a Map's processor inside", () => {
  const graph = graphOf(machine);
  expect(graph && allNodes(graph).map(({ name, type }) => `${name} ${type}`)).toEqual([
    "look Choice",
    "both Parallel",
    "a Pass",
    "b Pass",
    "each Map",
    "copy Task",
    "failure Fail",
  ]);
  expect(graph?.nodes.find(({ name }) => name === "both")?.inner).toHaveLength(2);
});

test("arrows say why they are taken: the next state, a rule, the default, an error that is caught, the end", () => {
  const graph = graphOf(machine);
  expect(graph && allArrows(graph)).toEqual([
    { from: "look", to: "both", kind: "choice", when: "$.batch = true" },
    { from: "look", to: "each", kind: "default", when: undefined },
    { from: "both", to: "each", kind: "next", when: undefined },
    { from: "both", to: "failure", kind: "catch", when: "any error" },
    { from: "each", to: undefined, kind: "next", when: undefined },
    { from: "a", to: undefined, kind: "next", when: undefined },
    { from: "b", to: undefined, kind: "next", when: undefined },
    { from: "copy", to: undefined, kind: "next", when: undefined },
  ]);
});

test("an older Map's Iterator is read too, and arrows to states that are not there are left out", () => {
  const graph = graphOf({
    StartAt: "each",
    States: {
      each: { Type: "Map", Iterator: { StartAt: "one", States: { one: { Type: "Pass", End: true } } }, Next: "gone" },
    },
  });
  expect(graph && allNodes(graph).map(({ name }) => name)).toEqual(["each", "one"]);
  expect(graph?.arrows).toEqual([]);
});

test("what is no definition makes no graph", () => {
  for (const odd of [undefined, null, "text", [], {}, { StartAt: 1, States: {} }, { StartAt: "a", States: [] }]) {
    expect(graphOf(odd)).toBeUndefined();
  }
});

test("rules of a Choice read as conditions", () => {
  expect(describeRule({ Variable: "$.n", NumericLessThanEquals: 5 })).toBe("$.n ≤ 5");
  expect(describeRule({ Variable: "$.n", StringEqualsPath: "$.m" })).toBe("$.n = $.m");
  expect(describeRule({ Variable: "$.n", IsPresent: false })).toBe("$.n is not present");
  expect(describeRule({ Not: { Variable: "$.a", StringMatches: "x*" } })).toBe('not ($.a matches "x*")');
  expect(
    describeRule({
      And: [
        { Variable: "$.a", IsNull: true },
        { Variable: "$.b", BooleanEquals: false },
      ],
    }),
  ).toBe("$.a is null and $.b = false");
  expect(describeRule({ Condition: "{% $n > 3 %}" })).toBe("$n > 3");
});
