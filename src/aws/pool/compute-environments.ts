/** The compute environments of a pool: where its instances are started and, once nothing runs, ended by Batch itself. */
import type { ComputeEnvironmentDetail, CreateComputeEnvironmentCommandInput } from "@aws-sdk/client-batch";
import type { PoolPlan, Readiness } from "../../bulk/pool.ts";
import type { PoolOrder } from "../../bulk/pool-order.ts";
import type { BatchPools } from "../services/batch-pools.ts";
import { poolNames, poolTags } from "./pool-names.ts";
import type { PoolSettings } from "./pool-settings.ts";
import { refusalOf } from "./refusal.ts";

/** Names of the environments that a plan asks for, in the order in which the job queue tries them. */
export function environmentNames(stack: string, run: string, plan: PoolPlan): readonly string[] {
  const { spot, onDemand } = poolNames(stack, run);
  if (!plan.spot) return [onDemand];
  return plan.onDemandShare > 0 ? [spot, onDemand] : [spot];
}

export async function findEnvironments(
  batch: BatchPools,
  stack: string,
  run: string,
): Promise<readonly ComputeEnvironmentDetail[]> {
  const { spot, onDemand } = poolNames(stack, run);
  const { computeEnvironments = [] } = await batch.describeComputeEnvironments({
    computeEnvironments: [spot, onDemand],
  });
  return computeEnvironments.filter(({ status }) => status !== "DELETED");
}

/** Asks for those that are missing, and says whether all can be used. */
export async function makeEnvironments(
  batch: BatchPools,
  settings: PoolSettings,
  run: string,
  order: PoolOrder,
): Promise<Readiness> {
  const found = await findEnvironments(batch, settings.stack, run);
  let waiting: string | undefined;
  for (const name of environmentNames(settings.stack, run, order.plan)) {
    const environment = found.find(({ computeEnvironmentName }) => computeEnvironmentName === name);
    if (environment === undefined) {
      const input = environmentInput(settings, run, order.plan, name);
      const refusal = await refusalOf(batch.createComputeEnvironment(input));
      if (refusal !== undefined) {
        return { outcome: "impossible", reason: `Batch refuses the compute environment ${name}: ${refusal}` };
      }
      waiting = `the compute environment ${name} is being made`;
    } else if (environment.status === "INVALID") {
      return {
        outcome: "impossible",
        reason: `the compute environment ${name} is invalid: ${environment.statusReason}`,
      };
    } else if (environment.status !== "VALID") {
      waiting = `the compute environment ${name} is ${environment.status}`;
    } else {
      waiting ??= await adjust(batch, environment, mostCpus(order.plan, isSpot(settings.stack, run, name)));
    }
  }
  return waiting === undefined ? { outcome: "ready" } : { outcome: "waiting", reason: waiting };
}

/** What a running pool may take on: it is large enough for the plan, and takes jobs. What it has to wait for. */
async function adjust(
  batch: BatchPools,
  { computeEnvironmentName: name = "", computeResources, state }: ComputeEnvironmentDetail,
  most: number,
): Promise<string | undefined> {
  if (state === "DISABLED") await batch.setComputeEnvironmentState(name, "ENABLED");
  else if (computeResources?.maxvCpus === most) return undefined;
  // Batch may not take less than what it has just started; how many workers there are is decided elsewhere.
  else if ((await refusalOf(batch.setMostCpus(name, most))) !== undefined) return undefined;
  return `the compute environment ${name} is being changed`;
}

function isSpot(stack: string, run: string, name: string): boolean {
  return name === poolNames(stack, run).spot;
}

function environmentInput(
  settings: PoolSettings,
  run: string,
  plan: PoolPlan,
  name: string,
): CreateComputeEnvironmentCommandInput {
  const { base } = poolNames(settings.stack, run);
  const spot = isSpot(settings.stack, run, name);
  const tags = poolTags(settings.stack, run);
  const kind = spot
    ? ({ type: "SPOT", allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED" } as const)
    : ({ type: "EC2", allocationStrategy: "BEST_FIT_PROGRESSIVE" } as const);
  return {
    computeEnvironmentName: name,
    type: "MANAGED",
    state: "ENABLED",
    tags,
    computeResources: {
      ...kind,
      minvCpus: 0,
      maxvCpus: mostCpus(plan, spot),
      instanceTypes: [...plan.instanceTypes],
      subnets: [...settings.subnets],
      securityGroupIds: [...settings.securityGroups],
      instanceRole: settings.instanceProfile,
      launchTemplate: { launchTemplateName: base, version: "$Latest" },
      ...(plan.machineImage !== undefined && {
        ec2Configuration: [{ imageType: "ECS_AL2023", imageIdOverride: plan.machineImage }],
      }),
      tags,
    },
  };
}

/**
 * What Batch holds itself to, whoever asks for how many workers. A worker has an instance to itself, also one that is larger than
 * it needs: counted as the smallest, the last of the workers would wait for ever.
 */
function mostCpus({ spot, onDemandShare, maxWorkers, cpusPerWorker, mostCpusPerInstance }: PoolPlan, ofSpot: boolean) {
  const share = ofSpot || !spot ? 1 : onDemandShare;
  return Math.max(1, Math.ceil(maxWorkers * share)) * wholeCpus(mostCpusPerInstance ?? cpusPerWorker);
}

/** Batch gives whole processors on instances. */
export function wholeCpus(cpus: number): number {
  return Math.max(1, Math.ceil(cpus));
}

/** Disables them and, once that is done, deletes them: true when none is left. */
export async function removeEnvironments(batch: BatchPools, stack: string, run: string): Promise<boolean> {
  const found = await findEnvironments(batch, stack, run);
  for (const { computeEnvironmentName: name = "", state, status } of found) {
    if (status === "CREATING" || status === "UPDATING" || status === "DELETING") continue;
    if (state === "ENABLED") await batch.setComputeEnvironmentState(name, "DISABLED");
    else await batch.deleteComputeEnvironment(name);
  }
  return found.length === 0;
}
