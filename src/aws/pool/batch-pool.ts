/**
 * The port Pool on AWS Batch. Nothing of it is kept anywhere but in Batch itself: each call looks at what is there and does
 * the next step, in the order that Batch demands: template, environments, queue, definition; and the other way round.
 */
import type { Pool, PoolStatus, Readiness } from "../../bulk/pool.ts";
import type { PoolOrder } from "../../bulk/pool-order.ts";
import type { BatchPools } from "../services/batch-pools.ts";
import type { LaunchTemplates } from "../services/launch-templates.ts";
import { makeEnvironments, removeEnvironments } from "./compute-environments.ts";
import { makeDefinition, removeDefinition } from "./job-definition.ts";
import { findQueue, makeQueue, removeQueue } from "./job-queue.ts";
import { findTemplate, makeTemplate, removeTemplate, runsWithTemplate } from "./launch-template.ts";
import { orderDigest } from "./pool-names.ts";
import type { PoolSettings } from "./pool-settings.ts";
import { endWorkers, startWorkers, workerStatus } from "./worker-jobs.ts";

export interface BatchPoolOptions {
  readonly batch: () => Promise<BatchPools>;
  readonly launchTemplates: () => Promise<LaunchTemplates>;
  readonly settings: PoolSettings;
}

/** For whoever only looks: it takes no more than the stack's name. */
export async function batchPoolStatus(
  { batch, launchTemplates, stack }: Omit<BatchPoolOptions, "settings"> & Pick<PoolSettings, "stack">,
  run: string,
): Promise<PoolStatus> {
  const [service, template] = await Promise.all([
    batch(),
    launchTemplates().then((templates) => findTemplate(templates, stack, run)),
  ]);
  const queue = template && (await findQueue(service, stack, run));
  if (queue === undefined) return { starting: 0, running: 0, ended: 0, reasons: [] };
  return workerStatus(service, { stack, run, since: template?.madeAt ?? 0 });
}

export function makeBatchPool({ batch, launchTemplates, settings }: BatchPoolOptions): Pool {
  const { stack } = settings;

  async function prepare(run: string, order: PoolOrder): Promise<Readiness> {
    const [service, templates] = await Promise.all([batch(), launchTemplates()]);
    const template = await findTemplate(templates, stack, run);
    if (template !== undefined && template.order !== orderDigest(order)) {
      await remove(run, "the run was given another pool");
      return { outcome: "waiting", reason: "the pool of the former plan is being taken away" };
    }
    if (template === undefined) {
      const refusal = await makeTemplate(templates, stack, run, order);
      if (refusal !== undefined) return { outcome: "impossible", reason: `no instance can be started: ${refusal}` };
      // EC2 shows what it has made a moment later, and an environment that finds no template is invalid for good.
      return { outcome: "waiting", reason: "the launch template is being made" };
    }
    const environments = await makeEnvironments(service, settings, run, order);
    if (environments.outcome !== "ready") return environments;
    const queue = await makeQueue(service, stack, run, order.plan);
    if (queue.outcome !== "ready") return queue;
    await makeDefinition(service, settings, run, order);
    return { outcome: "ready" };
  }

  async function remove(run: string, reason: string): Promise<boolean> {
    const [service, templates] = await Promise.all([batch(), launchTemplates()]);
    if ((await findQueue(service, stack, run)) !== undefined) await endWorkers(service, stack, run, reason);
    await removeDefinition(service, stack, run);
    if (!(await removeQueue(service, stack, run))) return false;
    if (!(await removeEnvironments(service, stack, run))) return false;
    await removeTemplate(templates, stack, run);
    return true;
  }

  return {
    scalesItself: false,
    prepare,
    remove,
    async start(run, _order, workers, turn) {
      const [service, templates] = await Promise.all([batch(), launchTemplates()]);
      const since = (await findTemplate(templates, stack, run))?.madeAt ?? 0;
      await startWorkers(service, { stack, run, since }, workers, turn);
    },
    status: (run) => batchPoolStatus({ batch, launchTemplates, stack }, run),
    runs: async () => runsWithTemplate(await launchTemplates(), stack),
  };
}
