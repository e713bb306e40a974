// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written as CloudFormation writes them
/** What supervise calls for pools is what its role allows, each on the kind of resource that AWS asks the right for, and no more. */
import { expect, test } from "vitest";
import { makeBatchPool } from "../../../src/aws/pool/batch-pool.ts";
import { planOf } from "../../functions/pool-model.ts";
import { resources } from "../../stack/compiled-stack.ts";
import { listGrants } from "../../stack/policies.ts";
import { makeFakeBatch } from "./fake-batch.ts";

const BATCH = "arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}";
const ENVIRONMENT = `${BATCH}:compute-environment/\${AWS::StackName}-bulk-*`;
const QUEUE = `${BATCH}:job-queue/\${AWS::StackName}-bulk-*`;
const DEFINITION = `${BATCH}:job-definition/\${AWS::StackName}-bulk-*`;
const JOB = `${BATCH}:job/*`;
const TEMPLATE = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:launch-template/*";

/** As the service authorization reference has it; tags and roles that are given along are rights of their own. */
const RIGHTS: Readonly<Record<string, readonly (readonly [action: string, resource: string])[]>> = {
  createComputeEnvironment: [
    ["batch:CreateComputeEnvironment", ENVIRONMENT],
    ["batch:TagResource", ENVIRONMENT],
    ["iam:PassRole", "${BatchInstanceRole.Arn}"],
  ],
  describeComputeEnvironments: [["batch:DescribeComputeEnvironments", "*"]],
  setComputeEnvironmentState: [["batch:UpdateComputeEnvironment", ENVIRONMENT]],
  setMostCpus: [["batch:UpdateComputeEnvironment", ENVIRONMENT]],
  deleteComputeEnvironment: [["batch:DeleteComputeEnvironment", ENVIRONMENT]],
  createJobQueue: [
    ["batch:CreateJobQueue", QUEUE],
    ["batch:CreateJobQueue", ENVIRONMENT],
    ["batch:TagResource", QUEUE],
  ],
  describeJobQueues: [["batch:DescribeJobQueues", "*"]],
  setJobQueueState: [
    ["batch:UpdateJobQueue", QUEUE],
    ["batch:UpdateJobQueue", ENVIRONMENT],
  ],
  deleteJobQueue: [["batch:DeleteJobQueue", QUEUE]],
  registerJobDefinition: [
    ["batch:RegisterJobDefinition", DEFINITION],
    ["batch:TagResource", DEFINITION],
    ["iam:PassRole", "${BatchJobRole.Arn}"],
  ],
  describeJobDefinitions: [["batch:DescribeJobDefinitions", "*"]],
  deregisterJobDefinition: [["batch:DeregisterJobDefinition", DEFINITION]],
  submitJob: [
    ["batch:SubmitJob", QUEUE],
    ["batch:SubmitJob", DEFINITION],
    ["batch:TagResource", JOB],
  ],
  listJobs: [["batch:ListJobs", "*"]],
  describeJobs: [["batch:DescribeJobs", "*"]],
  terminateJob: [["batch:TerminateJob", JOB]],
  createLaunchTemplate: [
    ["ec2:CreateLaunchTemplate", TEMPLATE],
    ["ec2:CreateTags", TEMPLATE],
  ],
  describeLaunchTemplates: [["ec2:DescribeLaunchTemplates", "*"]],
  deleteLaunchTemplate: [["ec2:DeleteLaunchTemplate", TEMPLATE]],
};

/** Notes which of its functions are called. */
function noting<S extends object>(service: S, called: Set<string>): S {
  return new Proxy(service, {
    get(target, name) {
      called.add(String(name));
      return Reflect.get(target, name);
    },
  });
}

async function again(step: () => Promise<boolean>): Promise<void> {
  for (let calls = 0; calls < 200; calls += 1) if (await step()) return;
  throw new Error("It never comes to an end");
}

test("supervise calls for pools on Batch what its role allows", async () => {
  const fake = makeFakeBatch();
  const called = new Set<string>();
  const batch = noting(fake.batch, called);
  const launchTemplates = noting(fake.launchTemplates, called);
  const pool = makeBatchPool({
    batch: async () => batch,
    launchTemplates: async () => launchTemplates,
    settings: {
      ...{ stack: "demo", subnets: [], securityGroups: [], image: "runner", environment: {} },
      ...{ instanceProfile: "arn:profile", jobRole: "arn:role" },
    },
  });
  const order = (maxWorkers: number) =>
    ({ plan: planOf({ maxWorkers }), code: { kind: "lambda", function: "demo-add" } }) as const;
  await again(async () => (await pool.prepare("run", order(2))).outcome === "ready");
  await again(async () => (await pool.prepare("run", order(3))).outcome === "ready");
  await pool.start("run", order(3), 3, "t1");
  await pool.status("run");
  await pool.runs();
  await again(() => pool.remove("run", "enough"));
  called.delete("then");
  expect([...called].sort()).toEqual(Object.keys(RIGHTS).sort());

  const needed = [...called].flatMap((name) => RIGHTS[name] ?? []).map((right) => right.join(" on "));
  const role = new Map([...resources].filter(([id]) => /^Supervise.*Role/.test(id)));
  const allowed = listGrants(role)
    .flatMap(({ actions, resources: on }) => actions.flatMap((action) => on.map((one) => `${action} on ${one}`)))
    .filter((right) => /^(?:batch|ec2):|^iam:PassRole/.test(right));
  expect([...new Set(allowed)].sort()).toEqual([...new Set(needed)].sort());
});
