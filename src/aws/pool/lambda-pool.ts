/**
 * The port Pool for tasks that Lambdas run: the run's queue invokes the task's own Lambda. What there is of it is one event
 * source mapping, whose tags say which run it is of.
 */
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import type { Pool, PoolPlan, Readiness } from "../../bulk/pool.ts";
import type { PoolOrder } from "../../bulk/pool-order.ts";
import type { EventSourceMappings } from "../services/event-source-mappings.ts";
import { poolTags, RUN_TAG, STACK_TAG } from "./pool-names.ts";
import { refusalOf } from "./refusal.ts";

export interface LambdaPoolOptions {
  readonly mappings: () => Promise<EventSourceMappings>;
  readonly stack: string;
  /** The queue that a run's entries are in; undefined where there is no such run. */
  readonly queueArn: (run: string) => Promise<string | undefined>;
}

export function makeLambdaPool({ mappings, stack, queueArn }: LambdaPoolOptions): Pool {
  async function prepare(run: string, { plan, code }: PoolOrder): Promise<Readiness> {
    if (code.kind !== "lambda")
      return { outcome: "impossible", reason: "a pool of Lambdas needs a task with a Lambda" };
    const EventSourceArn = await queueArn(run);
    if (EventSourceArn === undefined) return { outcome: "waiting", reason: "the run has no queue yet" };
    const service = await mappings();
    const [found] = await listMappings(service, { EventSourceArn });
    const ScalingConfig = { MaximumConcurrency: concurrencyOf(plan) };
    if (found === undefined) {
      const refusal = await refusalOf(
        service.createMapping({
          EventSourceArn,
          FunctionName: code.function,
          // An entry takes as long as it may: a second one in the same call could be out of time without having begun.
          BatchSize: 1,
          FunctionResponseTypes: ["ReportBatchItemFailures"],
          ScalingConfig,
          Tags: poolTags(stack, run),
        }),
      );
      if (refusal !== undefined) return { outcome: "impossible", reason: `Lambda refuses the run's queue: ${refusal}` };
      return { outcome: "waiting", reason: `the queue of the run is being tied to ${code.function}` };
    }
    if (!ofFunction(found, code.function)) {
      await remove(run);
      return { outcome: "waiting", reason: "the queue of the run is taken away from another Lambda" };
    }
    if (found.State !== "Enabled") return { outcome: "waiting", reason: `the event source mapping is ${found.State}` };
    if (found.UUID !== undefined && found.ScalingConfig?.MaximumConcurrency !== ScalingConfig.MaximumConcurrency) {
      await service.updateMapping({ UUID: found.UUID, ScalingConfig });
    }
    return { outcome: "ready" };
  }

  async function remove(run: string): Promise<boolean> {
    const service = await mappings();
    const own = await ofRun(service, run);
    for (const { UUID, State } of own) {
      if (UUID !== undefined && State !== "Deleting" && State !== "Creating") await service.deleteMapping(UUID);
    }
    return own.length === 0;
  }

  /** A run that was deleted has no queue any more. */
  async function ofRun(service: EventSourceMappings, run: string): Promise<readonly EventSourceMappingConfiguration[]> {
    const EventSourceArn = await queueArn(run);
    if (EventSourceArn !== undefined) return listMappings(service, { EventSourceArn });
    return (await ofStack(service)).flatMap((one) => (one.run === run ? [one.mapping] : []));
  }

  async function ofStack(service: EventSourceMappings) {
    const all = await listMappings(service, {});
    const ofRuns = all.filter(({ EventSourceArn = "" }) => EventSourceArn.includes(`:${stack}-bulk-`));
    return Promise.all(
      ofRuns.map(async (mapping) => {
        const { Tags = {} } = await service.listTags(mapping.EventSourceMappingArn ?? "");
        return { mapping, run: Tags[STACK_TAG] === stack ? Tags[RUN_TAG] : undefined };
      }),
    );
  }

  return {
    scalesItself: true,
    prepare,
    remove,
    start: async () => {},
    // Lambda does not say how many run; what they tell of themselves is in the run's workers.
    status: async () => ({ starting: 0, running: 0, ended: 0, reasons: [] }),
    async runs() {
      const runs = (await ofStack(await mappings())).flatMap(({ run }) => run ?? []);
      return [...new Set(runs)];
    },
  };
}

/** Lambda's bounds for a queue. */
function concurrencyOf({ maxWorkers, slotsPerWorker }: PoolPlan): number {
  return Math.min(1_000, Math.max(2, maxWorkers * slotsPerWorker));
}

/** `…:function:name` or with a version behind it. */
function ofFunction({ FunctionArn = "" }: EventSourceMappingConfiguration, name: string): boolean {
  return FunctionArn.split(":").includes(name);
}

async function listMappings(
  service: EventSourceMappings,
  filter: { readonly EventSourceArn?: string },
): Promise<readonly EventSourceMappingConfiguration[]> {
  const found: EventSourceMappingConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const page = await service.listMappings({ ...filter, ...(Marker && { Marker }) });
    found.push(...(page.EventSourceMappings ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  return found;
}
