import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entriesOf, overlongNames, reviseBatch, stemOf } from "../../src/compile/batch/batch-revisions.ts";
import { referencesOf } from "../../src/compile/template-references.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "../../src/json.ts";
import { batchTemplate } from "./batch-template.ts";

/** Logical IDs by the name that people wrote. */
function idsOf(template: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(entriesOf(template.Resources).map(([id, resource]) => [stemOf(id, resource), id]));
}

function resourceOf(template: JsonObject, stem: string): JsonObject {
  const found = entriesOf(template.Resources).find(([id, resource]) => stemOf(id, resource) === stem);
  if (found === undefined) throw new Error(`There is no ${stem}`);
  return found[1];
}

function propertiesOf(template: JsonObject, stem: string): JsonObject {
  const { Properties } = resourceOf(template, stem);
  return isJsonObject(Properties) ? Properties : {};
}

const REVISED = ["WarpEnvironment", "WarpLaunchTemplate", "WarpProfile", "WarpQueue"];

describe("the revisions of a template's Batch resources", () => {
  const revised = reviseBatch(batchTemplate());
  const ids = idsOf(revised);

  test("are in the logical IDs of environments, queues and what environments stand on, and in no others", () => {
    for (const stem of [...REVISED, "SharedQueue", "SharedEnvironment"]) {
      expect(ids[stem]).toMatch(new RegExp(`^${stem}[0-9a-f]{8}$`));
    }
    for (const stem of ["WarpJob", "WarpJobRole", "WarpInstanceRole", "WarpMachine"]) expect(ids[stem]).toBe(stem);
  });

  test("are in the physical names", () => {
    const revision = ids.WarpQueue?.slice("WarpQueue".length);
    expect(propertiesOf(revised, "WarpQueue").JobQueueName).toEqual({
      "Fn::Sub": `\${AWS::StackName}-Warp-${revision}`,
    });
    expect(propertiesOf(revised, "WarpProfile")).not.toHaveProperty("InstanceProfileName");
  });

  test("give a name to environments and queues without one: CloudFormation replaces nothing that has a name", () => {
    expect(propertiesOf(revised, "SharedQueue").JobQueueName).toEqual({
      "Fn::Sub": `\${AWS::StackName}-SharedQueue-${ids.SharedQueue?.slice("SharedQueue".length)}`,
    });
    expect(propertiesOf(revised, "SharedEnvironment")).toHaveProperty("ComputeEnvironmentName");
  });

  test("are followed by every reference, however it is written", () => {
    const machine = propertiesOf(revised, "WarpMachine");
    expect(machine.DefinitionString).toEqual({
      "Fn::Sub": `{"Queue":"\${${ids.WarpQueue}}","Definition":"\${WarpJob}","Literal":"\${!WarpQueue}"}`,
    });
    expect(machine.DefinitionSubstitutions).toEqual({ queue: { Ref: ids.WarpQueue } });
    expect(resourceOf(revised, "WarpMachine").DependsOn).toEqual([ids.WarpQueue]);
    expect(revised.Outputs).toEqual({ WarpQueueArn: { Value: { Ref: ids.WarpQueue } } });
    expect(canonicalJson(propertiesOf(revised, "WarpEnvironment"))).toContain(`["${ids.WarpProfile}","Arn"]`);
  });

  test("are the same bytes for the same definition, in whatever order it is written", () => {
    expect(JSON.stringify(reviseBatch(batchTemplate()))).toBe(JSON.stringify(revised));
    const backwards = { Resources: Object.fromEntries([...entriesOf(batchTemplate().Resources)].reverse()) };
    expect(idsOf(reviseBatch(backwards))).toEqual(ids);
  });

  test("stay as they are when they are revised again", () => {
    expect(reviseBatch(revised)).toEqual(revised);
  });

  test("change with a launch template's content up to the queue, and nowhere else", () => {
    const changed = idsOf(reviseBatch(batchTemplate({ volume: 800 })));
    for (const stem of ["WarpLaunchTemplate", "WarpEnvironment", "WarpQueue"])
      expect(changed[stem]).not.toBe(ids[stem]);
    for (const stem of ["WarpProfile", "SharedQueue", "SharedEnvironment"]) expect(changed[stem]).toBe(ids[stem]);
  });

  test("stay when what changes does not disturb jobs", () => {
    expect(idsOf(reviseBatch(batchTemplate({ maxvCpus: 512, priority: 9 })))).toEqual(ids);
  });

  test("change with a condition or parameter that the definition depends on", () => {
    const withChoice = (subnet: string) => ({
      Parameters: { Where: { Type: "String", Default: subnet } },
      Resources: {
        Environment: {
          Type: "AWS::Batch::ComputeEnvironment",
          Properties: { ComputeResources: { Subnets: [{ Ref: "Where" }] } },
        },
      },
    });
    expect(idsOf(reviseBatch(withChoice("a")))).not.toEqual(idsOf(reviseBatch(withChoice("b"))));
  });

  test("leave out the vCPUs that Batch itself sets: sent along later, they would be refused while jobs run", () => {
    expect(propertiesOf(revised, "WarpEnvironment").ComputeResources).not.toHaveProperty("DesiredvCpus");
    expect(propertiesOf(revised, "WarpEnvironment").ComputeResources).toHaveProperty("MinvCpus", 0);
  });

  test("give a name made by another function the revision as well", () => {
    const name = { "Fn::ImportValue": "queue-name" };
    const template = { Resources: { Queue: { Type: "AWS::Batch::JobQueue", Properties: { JobQueueName: name } } } };
    const [[id = "", queue]] = entriesOf(reviseBatch(template).Resources) as [[string, JsonObject]]; // it has one resource
    expect(queue.Properties).toEqual({ JobQueueName: { "Fn::Join": ["-", [name, id.slice("Queue".length)]] } });
  });

  test("leave a launch template that no environment uses alone, and a template without Batch as it is", () => {
    const plain = { Resources: { Alone: { Type: "AWS::EC2::LaunchTemplate", Properties: {} } } };
    expect(reviseBatch(plain)).toBe(plain);
  });

  test("are told where they make a name too long for AWS", () => {
    expect(overlongNames(revised, "cirrus-prod")).toEqual([]);
    const found = overlongNames(revised, `cirrus-${"x".repeat(110)}`);
    expect(found.map(({ longest }) => longest)).toEqual([128, 128, 128, 128, 128]);
    expect(found[0]?.name).toHaveLength(131);
  });

  test("do not end in a circle of groups that let each other in", () => {
    const group = (other: string) => ({
      Type: "AWS::EC2::SecurityGroup",
      Properties: { VpcId: "vpc", SecurityGroupIngress: [{ SourceSecurityGroupId: { Ref: other } }] },
    });
    const template = {
      Resources: {
        Environment: {
          Type: "AWS::Batch::ComputeEnvironment",
          Properties: { ComputeResources: { SecurityGroupIds: [{ Ref: "One" }] } },
        },
        One: group("Two"),
        Two: group("One"),
      },
    };
    const names = idsOf(reviseBatch(template));
    expect(Object.values(names).every((id) => /[0-9a-f]{8}$/.test(id))).toBe(true);
  });
});

describe("whatever the resources refer to", () => {
  const TYPES = [
    "AWS::Batch::ComputeEnvironment",
    "AWS::Batch::JobQueue",
    "AWS::Batch::JobDefinition",
    "AWS::EC2::LaunchTemplate",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Role",
  ];
  const ids = ["A", "B", "C", "D", "E", "F"];
  const reference = (id: string) =>
    fc.constantFrom<JsonObject>(
      { Ref: id },
      { "Fn::GetAtt": [id, "Arn"] },
      { "Fn::GetAtt": `${id}.Arn` },
      { "Fn::Sub": `x-\${${id}}-\${${id}.Arn}` },
      { "Fn::Sub": [`\${${id}} \${Own}`, { Own: { Ref: id } }] },
      { "Fn::If": ["Chosen", { Ref: id }, { Ref: "AWS::NoValue" }] },
    );
  const resource = fc.record({
    Type: fc.constantFrom(...TYPES),
    Properties: fc.record({ Uses: fc.array(fc.constantFrom(...ids).chain(reference), { maxLength: 3 }), N: fc.nat(3) }),
    DependsOn: fc.oneof(fc.constantFrom(...ids), fc.subarray(ids)),
  });
  const template = fc
    .tuple(...ids.map(() => resource))
    .map((made) => ({ Resources: Object.fromEntries(ids.map((id, index) => [id, made[index] ?? {}])) }));

  test("every reference still leads to the resource that it led to, and revising again changes nothing", () => {
    fc.assert(
      fc.property(template, (written) => {
        const revised = reviseBatch(written);
        const stems = new Map(entriesOf(revised.Resources).map(([id, one]) => [id, stemOf(id, one)]));
        const before = entriesOf(written.Resources).map(([id, one]) => [id, [...referencesOf(one)].sort()]);
        const after = entriesOf(revised.Resources).map(([id, { Metadata: _added, ...one }]) => [
          stems.get(id),
          [...referencesOf(one)]
            .flatMap((name) => (name.startsWith("AWS::Stack") ? [] : [stems.get(name) ?? name]))
            .sort(),
        ]);
        expect(after).toEqual(before);
        expect(reviseBatch(revised)).toEqual(revised);
      }),
    );
  });
});
