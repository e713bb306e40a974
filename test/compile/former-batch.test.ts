// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entriesOf, reviseBatch, stemOf, type Template } from "../../src/compile/batch/batch-revisions.ts";
import {
  environmentsOf,
  type Former,
  formerOf,
  keepFormerBatch,
  removeFormer,
} from "../../src/compile/batch/former-batch.ts";
import { referencesOf } from "../../src/compile/template-references.ts";
import { batchTemplate, type Choices, withoutWarp } from "./batch-template.ts";

const NOTHING: ReadonlySet<string> = new Set();
const project = (choices?: Choices) => reviseBatch(batchTemplate(choices));

function idOf(template: Template, stem: string): string {
  const found = entriesOf(template.Resources).find(([id, resource]) => stemOf(id, resource) === stem);
  return found?.[0] ?? `no ${stem}`;
}

const idsOf = (template: Template) => entriesOf(template.Resources).map(([id]) => id);
const stemsOf = (former: readonly Former[]) => former.map(({ stem }) => stem).sort();

/** References to resources that are not there. */
function dangling(template: Template): readonly string[] {
  const there = new Set(idsOf(template));
  const names = new Set(entriesOf(batchTemplate().Resources).map(([id]) => id));
  return [...referencesOf(template)].filter(
    (name) => !there.has(name) && [...names].some((stem) => name.startsWith(stem)),
  );
}

describe("a deployment with a changed Batch environment", () => {
  const first = project();
  const second = project({ volume: 800 });
  const { template, kept, dropped } = keepFormerBatch(second, first, NOTHING);

  test("keeps the environment and the queue that were current until now, with what they stand on", () => {
    expect(stemsOf(kept)).toEqual(["WarpEnvironment", "WarpQueue"]);
    expect(dropped).toEqual([]);
    for (const stem of ["WarpQueue", "WarpEnvironment", "WarpLaunchTemplate"]) {
      expect(idsOf(template)).toContain(idOf(first, stem));
      expect(idsOf(template)).toContain(idOf(second, stem));
    }
    expect(dangling(template)).toEqual([]);
  });

  test("leaves what it keeps as it is deployed, byte for byte: CloudFormation has nothing to do there", () => {
    const deployed = new Map(entriesOf(first.Resources));
    const carried = entriesOf(template.Resources).filter(([id]) => !idsOf(second).includes(id));
    expect(carried).toHaveLength(3);
    for (const [id, resource] of carried) expect(JSON.stringify(resource)).toBe(JSON.stringify(deployed.get(id)));
  });

  test("keeps the right to submit to the former queue, for executions that run on", () => {
    const role = JSON.stringify(new Map(entriesOf(template.Resources)).get("WarpMachineRole"));
    expect(role).toContain(JSON.stringify({ Ref: idOf(first, "WarpQueue") }));
    expect(role).toContain(JSON.stringify({ Ref: idOf(second, "WarpQueue") }));
  });

  test("is the same bytes a second time, and keeps both when it is changed twice", () => {
    expect(keepFormerBatch(second, first, NOTHING).template).toEqual(template);
    const former = idOf(first, "WarpQueue");
    const third = keepFormerBatch(project({ volume: 900 }), template, new Set([former]));
    expect(third.kept.map(({ logicalId }) => logicalId)).toEqual(
      expect.arrayContaining([former, idOf(second, "WarpQueue")]),
    );
    expect(stemsOf(third.kept)).toEqual(["WarpEnvironment", "WarpEnvironment", "WarpQueue", "WarpQueue"]);
    expect(dangling(third.template)).toEqual([]);
    const role = JSON.stringify(new Map(entriesOf(third.template.Resources)).get("WarpMachineRole"));
    expect(role.match(/"Ref":"WarpQueue/g)).toHaveLength(3);
  });

  test("that comes again unchanged deploys the same template while the former queue is in use", () => {
    const again = keepFormerBatch(second, template, new Set([idOf(first, "WarpQueue")]));
    expect(again.template).toEqual(template);
  });

  test("drops what an earlier deployment left over once nothing uses it", () => {
    const later = keepFormerBatch(second, template, NOTHING);
    expect(stemsOf(later.dropped)).toEqual(["WarpEnvironment", "WarpQueue"]);
    expect(later.template).toEqual(second);
  });

  test("that goes back to the former definition makes the former queue current again", () => {
    const back = keepFormerBatch(first, template, NOTHING);
    expect(back.kept.map(({ logicalId }) => logicalId)).toEqual(
      expect.arrayContaining([idOf(second, "WarpQueue"), idOf(second, "WarpEnvironment")]),
    );
    expect(formerOf(back.template).map(({ logicalId }) => logicalId)).not.toContain(idOf(first, "WarpQueue"));
    expect(dangling(back.template)).toEqual([]);
  });
});

describe("a deployment without a task that was there", () => {
  const first = project();
  const { template, kept } = keepFormerBatch(withoutWarp(first), first, NOTHING);

  test("keeps its job definition, its roles and the policies attached to them as well", () => {
    expect(stemsOf(kept)).toEqual(["WarpEnvironment", "WarpJob", "WarpQueue"]);
    for (const id of ["WarpJobRole", "WarpInstanceRole", "WarpInstancePolicy"]) expect(idsOf(template)).toContain(id);
    expect(idsOf(template)).not.toContain("WarpMachine");
    expect(dangling(template)).toEqual([]);
  });

  test("keeps of it later only what is in use", () => {
    const withJobs = keepFormerBatch(withoutWarp(first), template, new Set(["WarpJob"]));
    expect(stemsOf(withJobs.kept)).toEqual(["WarpJob"]);
    expect(idsOf(withJobs.template)).toContain("WarpJobRole");
    expect(idsOf(withJobs.template)).not.toContain("WarpInstanceRole");
  });
});

describe("a workflow that goes over to another task's job definition", () => {
  const first = project();
  const { WarpJob: _removed, ...rest } = Object.fromEntries(entriesOf(first.Resources));
  const second = {
    Resources: JSON.parse(JSON.stringify(rest).replaceAll("-Warp:*", "-Other:*").replace("${WarpJob}", "x")),
  };
  const { template } = keepFormerBatch(second, first, NOTHING);
  const role = new Map(entriesOf(template.Resources)).get("WarpMachineRole");

  test("may still submit the former one, by its name, for executions that run on; and no more than that", () => {
    expect(role?.Properties).toMatchObject({
      Policies: [
        { PolicyName: "states" },
        {
          PolicyName: "former-batch",
          PolicyDocument: {
            Statement: [
              {
                Sid: "FormerBatch1",
                Effect: "Allow",
                Action: ["batch:SubmitJob"],
                Resource: [{ "Fn::Sub": "arn:${AWS::Partition}:batch:job-definition/${AWS::StackName}-Warp:*" }],
              },
            ],
          },
        },
      ],
    });
  });

  test("loses that right with the definition", () => {
    const later = keepFormerBatch(second, template, NOTHING).template;
    expect(later).toEqual(second);
    expect(JSON.stringify(removeFormer(template, new Set(["WarpJob", "WarpJobRole"])))).not.toContain("FormerBatch");
  });
});

test("a role whose policy is a resource of its own keeps the right there, and loses it there", () => {
  const policy = (queue: string) => ({
    Resources: {
      Queue1: { Type: "AWS::Batch::JobQueue", Properties: {} },
      [queue]: { Type: "AWS::Batch::JobQueue", Properties: {} },
      Policy: {
        Type: "AWS::IAM::Policy",
        Properties: {
          PolicyDocument: { Statement: { Effect: "Deny", Action: "batch:SubmitJob", Resource: { Ref: queue } } },
        },
      },
    },
  });
  const { template } = keepFormerBatch(policy("New"), policy("Old"), NOTHING);
  const statements = (resources: Template) =>
    JSON.stringify(new Map(entriesOf(resources.Resources)).get("Policy")).match(/"Ref":"\w+"/g);
  expect(statements(template)).toEqual(['"Ref":"New"', '"Ref":"Old"']);
  expect(statements(removeFormer(template, new Set(["Old"])))).toEqual(['"Ref":"New"']);
});

test("the role that a job definition no longer names stays for the jobs of its former revisions", () => {
  const first = project();
  const other = JSON.parse(JSON.stringify(first).replaceAll("WarpJobRole", "OtherRole"));
  const { template, kept } = keepFormerBatch(other, first, NOTHING);
  expect(kept).toEqual([{ logicalId: "WarpJobRole", stem: "WarpJob", type: "AWS::IAM::Role" }]);
  expect(idsOf(template)).toEqual([...idsOf(other), "WarpJobRole"]);
  expect(keepFormerBatch(other, template, new Set(["WarpJobRole"])).template).toEqual(template);
  expect(keepFormerBatch(other, template, NOTHING).template).toEqual(other);
  expect(formerOf(removeFormer(template, new Set(["WarpJobRole"])))).toEqual([]);
});

test("a first deployment, and one that changes nothing in Batch, stay as they are", () => {
  const template = project();
  expect(keepFormerBatch(template, {}, NOTHING)).toEqual({ template, kept: [], dropped: [] });
  expect(keepFormerBatch(template, project(), NOTHING).template).toBe(template);
});

test("what a stack deployed before there were revisions is kept under the names that it has", () => {
  const { kept } = keepFormerBatch(project(), batchTemplate(), NOTHING);
  expect(stemsOf(kept)).toEqual(["SharedEnvironment", "SharedQueue", "WarpEnvironment", "WarpQueue"]);
});

test("a condition and a parameter that only a former environment needs are carried over with it", () => {
  const Environment = {
    Type: "AWS::Batch::ComputeEnvironment",
    Condition: "Large",
    Properties: { ComputeResources: { MaxvCpus: { Ref: "Size" } } },
  };
  const deployed = {
    Parameters: { Size: { Type: "Number" } },
    Conditions: { Large: { "Fn::Equals": [{ Ref: "Size" }, "8"] } },
    Resources: { Environment },
  };
  const { template } = keepFormerBatch({ Resources: {} }, deployed, NOTHING);
  expect(template).toMatchObject(deployed);
});

describe("retiring", () => {
  const first = project();
  const second = keepFormerBatch(project({ volume: 800 }), first, NOTHING).template;
  const former = formerOf(second).map(({ logicalId }) => logicalId);

  test("all that is former leaves the template of the project itself", () => {
    const rest = removeFormer(second, new Set(former));
    expect({ ...rest, Metadata: undefined }).toEqual({ ...project({ volume: 800 }), Metadata: undefined });
    expect(formerOf(rest)).toEqual([]);
  });

  test("nothing leaves the deployed template", () => {
    expect(removeFormer(second, NOTHING)).toEqual(second);
  });

  test("one of two leaves the other with everything that it needs", () => {
    const third = keepFormerBatch(project({ volume: 900 }), second, new Set(former)).template;
    const [queue = ""] = formerOf(third)
      .filter(({ logicalId, type }) => type.endsWith("Queue") && !former.includes(logicalId))
      .map(({ logicalId }) => logicalId);
    const rest = removeFormer(third, new Set([queue, ...environmentsOf(queue, third)]));
    expect(
      formerOf(rest)
        .map(({ logicalId }) => logicalId)
        .sort(),
    ).toEqual([...former].sort());
    expect(dangling(rest)).toEqual([]);
  });
});

test("however often and in whatever way a project changes, no reference is left open and what is in use is there", () => {
  const change = fc.record({
    volume: fc.constantFrom(100, 200, 300),
    priority: fc.nat(2),
    removed: fc.boolean(),
    busy: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
      let deployed = project();
      for (const { removed, busy, ...choices } of changes) {
        const whole = project(choices);
        const template = removed ? withoutWarp(whole) : whole;
        // A job runs in one of the queues there are, former or not.
        const queues = entriesOf(deployed.Resources).filter(([, { Type }]) => Type === "AWS::Batch::JobQueue");
        const [used = ""] = queues[busy % queues.length] ?? [];
        const environments = environmentsOf(used, deployed);
        deployed = keepFormerBatch(template, deployed, new Set([used])).template;
        expect(dangling(deployed)).toEqual([]);
        for (const id of [used, ...environments]) expect(idsOf(deployed)).toContain(id);
      }
    }),
  );
});
