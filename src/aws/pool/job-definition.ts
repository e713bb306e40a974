/** The job definition of a pool: a container in which `cirrus-worker <run>` takes entries until there are none. */
import type { RegisterJobDefinitionCommandInput } from "@aws-sdk/client-batch";
import type { PoolOrder } from "../../bulk/pool-order.ts";
import type { BatchPools } from "../services/batch-pools.ts";
import { wholeCpus } from "./compute-environments.ts";
import { poolNames, poolTags } from "./pool-names.ts";
import type { PoolSettings } from "./pool-settings.ts";

/** A worker ends by itself; one that hangs should not cost for ever. */
const LONGEST_SECONDS = 14 * 24 * 3600;
/** Batch's most. A worker that lost its instance starts again on another one at once. */
const ATTEMPTS = 10;

export async function makeDefinition(
  batch: BatchPools,
  settings: PoolSettings,
  run: string,
  order: PoolOrder,
): Promise<void> {
  const [latest] = await activeRevisions(batch, settings.stack, run);
  if (latest === undefined) await batch.registerJobDefinition(definition(settings, run, order));
}

function definition(settings: PoolSettings, run: string, { plan, code }: PoolOrder): RegisterJobDefinitionCommandInput {
  const environment = {
    ...settings.environment,
    ...(code.kind === "lambda" && { CIRRUS_TASK_FUNCTION: code.function }),
  };
  return {
    jobDefinitionName: poolNames(settings.stack, run).base,
    type: "container",
    platformCapabilities: ["EC2"],
    propagateTags: true,
    tags: poolTags(settings.stack, run),
    timeout: { attemptDurationSeconds: LONGEST_SECONDS },
    retryStrategy: {
      attempts: ATTEMPTS,
      evaluateOnExit: [
        { onStatusReason: "Host EC2*", action: "RETRY" },
        { onReason: "*", action: "EXIT" },
      ],
    },
    containerProperties: {
      image: plan.image ?? settings.image,
      command: ["cirrus-worker", run],
      jobRoleArn: settings.jobRole,
      ...(plan.setupScript !== undefined && { user: "root" }),
      environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
      resourceRequirements: [
        { type: "VCPU", value: String(wholeCpus(plan.cpusPerWorker)) },
        { type: "MEMORY", value: String(Math.floor(plan.memoryPerWorkerMiB)) },
        ...(plan.gpusPerWorker === undefined ? [] : [{ type: "GPU" as const, value: String(plan.gpusPerWorker) }]),
      ],
    },
  };
}

async function activeRevisions(batch: BatchPools, stack: string, run: string) {
  const { jobDefinitions = [] } = await batch.describeJobDefinitions({
    jobDefinitionName: poolNames(stack, run).base,
    status: "ACTIVE",
  });
  return jobDefinitions;
}

export async function removeDefinition(batch: BatchPools, stack: string, run: string): Promise<void> {
  for (const { jobDefinitionArn } of await activeRevisions(batch, stack, run)) {
    if (jobDefinitionArn !== undefined) await batch.deregisterJobDefinition(jobDefinitionArn);
  }
}
