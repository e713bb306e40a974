import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addCodeChanges } from "../../src/cli/deploy/code-diff.ts";
import { compareTemplates, parseTemplate } from "../../src/cli/deploy/template-diff.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { writeFiles } from "./temporary-project.ts";

function lambda(properties: object = {}) {
  const place = { S3Bucket: { Ref: "Bucket" }, S3Key: "a/1-2026/hello.zip" };
  return { Type: "AWS::Lambda::Function", Properties: { FunctionName: "demo-hello", Code: place, ...properties } };
}

const template = (resources: object) => parseTemplate(JSON.stringify({ Resources: resources }));

test("what is added, removed, changed and replaced is told apart", () => {
  const topic = { Type: "AWS::SNS::Topic" };
  const queue = (name: string) => ({ Type: "AWS::SQS::Queue", Properties: { QueueName: name } });
  const before = template({
    Gone: topic,
    Fn: lambda({ MemorySize: 128 }),
    Queue: queue("a"),
    Same: topic,
    Kind: topic,
  });
  const after = template({
    New: topic,
    Fn: lambda({ MemorySize: 256 }),
    Queue: queue("b"),
    Same: topic,
    Kind: queue("c"),
  });
  expect(compareTemplates(before, after)).toEqual([
    { change: "change", logicalId: "Fn", type: "AWS::Lambda::Function", properties: ["Properties.MemorySize"] },
    { change: "remove", logicalId: "Gone", type: "AWS::SNS::Topic", properties: [] },
    { change: "replace", logicalId: "Kind", type: "AWS::SQS::Queue", properties: ["Properties", "Type"] },
    { change: "add", logicalId: "New", type: "AWS::SNS::Topic", properties: [] },
    { change: "replace", logicalId: "Queue", type: "AWS::SQS::Queue", properties: ["Properties.QueueName"] },
  ]);
});

test("another place of the same code is no change, and a template may be YAML", () => {
  const moved = lambda({ Code: { S3Bucket: { Ref: "Bucket" }, S3Key: "a/2-2026/hello.zip" } });
  expect(compareTemplates(template({ Fn: lambda() }), template({ Fn: moved }))).toEqual([]);
  expect(parseTemplate("Resources:\n  A:\n    Type: B\n    Ref: !Ref C\n")).toMatchObject({
    Resources: { A: { Type: "B" } },
  });
});

test("other code in the zip is a change, beside what else changes of the function", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "hello.zip": "new" });
  const hash = (text: string) => createHash("sha256").update(text).digest("base64");
  const built = template({ Fn: lambda() });
  const compare = (deployed: string) => addCodeChanges([], { built, folder, deployedHash: async () => hash(deployed) });
  expect(await compare("new")).toEqual([]);
  expect(await compare("old")).toEqual([
    { change: "change", logicalId: "Fn", type: "AWS::Lambda::Function", properties: ["code"] },
  ]);
  const added = [{ change: "add", logicalId: "Fn", type: "AWS::Lambda::Function", properties: [] }] as const;
  const deployedHash = () => Promise.reject(new Error(`asked about ${join(folder, "hello.zip")}`));
  expect(await addCodeChanges(added, { built, folder, deployedHash })).toEqual(added);
});
