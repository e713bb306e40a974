/** The job queue of a pool: it tries the compute environments in their order, spot instances first. */
import type { JobQueueDetail } from "@aws-sdk/client-batch";
import type { PoolPlan, Readiness } from "../../bulk/pool.ts";
import type { BatchPools } from "../services/batch-pools.ts";
import { environmentNames } from "./compute-environments.ts";
import { poolNames, poolTags } from "./pool-names.ts";
import { refusalOf } from "./refusal.ts";

export async function findQueue(batch: BatchPools, stack: string, run: string): Promise<JobQueueDetail | undefined> {
  const { jobQueues = [] } = await batch.describeJobQueues({ jobQueues: [poolNames(stack, run).base] });
  return jobQueues.find(({ status }) => status !== "DELETED");
}

/** Its environments must be VALID. */
export async function makeQueue(batch: BatchPools, stack: string, run: string, plan: PoolPlan): Promise<Readiness> {
  const queue = await findQueue(batch, stack, run);
  const jobQueueName = poolNames(stack, run).base;
  if (queue === undefined) {
    const computeEnvironmentOrder = environmentNames(stack, run, plan).map((computeEnvironment, index) => ({
      order: index + 1,
      computeEnvironment,
    }));
    const tags = poolTags(stack, run);
    const input = { jobQueueName, state: "ENABLED", priority: 1, computeEnvironmentOrder, tags } as const;
    const refusal = await refusalOf(batch.createJobQueue(input));
    if (refusal !== undefined) {
      return { outcome: "impossible", reason: `Batch refuses the job queue ${jobQueueName}: ${refusal}` };
    }
    return { outcome: "waiting", reason: `the job queue ${jobQueueName} is being made` };
  }
  if (queue.status === "INVALID") {
    return { outcome: "impossible", reason: `the job queue ${jobQueueName} is invalid: ${queue.statusReason}` };
  }
  if (queue.status !== "VALID") {
    return { outcome: "waiting", reason: `the job queue ${jobQueueName} is ${queue.status}` };
  }
  if (queue.state !== "DISABLED") return { outcome: "ready" };
  await batch.setJobQueueState(jobQueueName, "ENABLED");
  return { outcome: "waiting", reason: `the job queue ${jobQueueName} is being opened again` };
}

/** Disables it and, once that is done, deletes it: true when there is none. */
export async function removeQueue(batch: BatchPools, stack: string, run: string): Promise<boolean> {
  const queue = await findQueue(batch, stack, run);
  if (queue === undefined) return true;
  if (queue.status === "VALID" || queue.status === "INVALID") {
    const { base } = poolNames(stack, run);
    if (queue.state === "ENABLED") await batch.setJobQueueState(base, "DISABLED");
    else await batch.deleteJobQueue(base);
  }
  return false;
}
