import { expect, test } from "vitest";
import { judge, readSuppressions } from "./lint/justify.ts";
import type { Finding } from "./lint/linters.ts";

const finding = (rule: string, resource: string): Finding => ({
  tool: "checkov",
  rule,
  resource,
  detail: "",
  message: "",
});
const reason = "because it is so on purpose";

test("a finding is justified for its own rule and resource alone", () => {
  const found = [
    finding("R1", "PublishLambdaFunction"),
    finding("R1", "Queue"),
    finding("R2", "PublishLambdaFunction"),
  ];
  const { unjustified } = judge(found, [{ rule: "R1", resources: ["*LambdaFunction"], reason }]);
  expect(unjustified).toEqual(found.slice(1));
});

test("a justification that nothing needs is named", () => {
  const { unused } = judge([finding("R1", "A")], [{ rule: "R1", resources: ["A", "B"], reason }]);
  expect(unused).toEqual(["R1: B"]);
});

test("every justification has a reason and is there once", () => {
  const all = readSuppressions().flatMap(({ rule, resources }) => resources.map((resource) => `${rule}: ${resource}`));
  expect(all.length).toBeGreaterThan(10);
  expect(new Set(all).size).toBe(all.length);
});
