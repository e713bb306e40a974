// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them.
import { describe, expect, test } from "vitest";
import { referencesOf, renameReferences } from "../../src/compile/template-references.ts";

const NAMES = new Map([["Queue", "Queue2"]]);

describe("references in a template", () => {
  test.each([
    [{ Ref: "Queue" }, { Ref: "Queue2" }],
    [{ "Fn::GetAtt": ["Queue", "Arn"] }, { "Fn::GetAtt": ["Queue2", "Arn"] }],
    [{ "Fn::GetAtt": "Queue.Arn.More" }, { "Fn::GetAtt": "Queue2.Arn.More" }],
    [{ DependsOn: "Queue" }, { DependsOn: "Queue2" }],
    [{ DependsOn: ["Queue", "Other"] }, { DependsOn: ["Queue2", "Other"] }],
    [{ "Fn::Sub": "a ${Queue} ${ Queue.Arn } ${Queues}" }, { "Fn::Sub": "a ${Queue2} ${Queue2.Arn} ${Queues}" }],
    [{ "Fn::Join": ["-", [{ Ref: "Queue" }]] }, { "Fn::Join": ["-", [{ Ref: "Queue2" }]] }],
  ])("%j becomes %j", (written, renamed) => {
    expect(renameReferences(written, NAMES)).toEqual(renamed);
    expect(referencesOf(written)).toContain("Queue");
  });

  test.each([
    ["a variable of Fn::Sub's own", { "Fn::Sub": ["${Queue}", { Queue: { Ref: "Other" } }] }],
    ["what Fn::Sub takes literally", { "Fn::Sub": "${!Queue}" }],
    ["a text, a key and an attribute", { Queue: "Queue", Get: { "Fn::GetAtt": ["Other", "Queue"] } }],
  ])("%s is none", (_what, written) => {
    expect(renameReferences(written, NAMES)).toEqual(written);
    expect(referencesOf(written)).not.toContain("Queue");
    expect(referencesOf(written)).not.toContain("!Queue");
  });

  test("are those of conditions and mappings as well", () => {
    const part = {
      Condition: "Large",
      Properties: { "Fn::If": ["Small", 1, { "Fn::FindInMap": ["Sizes", { Ref: "Region" }, "max"] }] },
    };
    expect([...referencesOf(part)].sort()).toEqual(["Large", "Region", "Sizes", "Small"]);
  });
});
