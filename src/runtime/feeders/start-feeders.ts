/** The feeders of a running project, called when their schedules are due, for new objects in their buckets and for messages of their topics. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type Clock, systemClock } from "../../clock.ts";
import { changedObjects } from "../../embedded/objects/changed-objects.ts";
import { tryProcessLock } from "../../embedded/processes/process-lock.ts";
import { CirrusError, EXIT } from "../../errors.ts";
import { makeObjectPositions } from "../../feeder/positions.ts";
import type { Log } from "../../log.ts";
import { lambdaArn } from "../../project/local/local-names.ts";
import type { Runtime } from "../runtime.ts";
import { feederBuckets } from "./buckets/feeder-buckets.ts";
import { watchBuckets } from "./buckets/watch-buckets.ts";
import { type InvokeFeeder, makeCallFeeder } from "./call-feeder.ts";
import type { CallerPorts, RunningFeeders } from "./feeder-callers.ts";
import { oneCaller } from "./one-caller.ts";
import { feederSchedules } from "./schedules/feeder-schedules.ts";
import { runSchedules } from "./schedules/run-schedules.ts";
import { feederTopics } from "./topics/feeder-topics.ts";
import { watchTopics } from "./topics/watch-topics.ts";

export interface StartOptions extends Pick<CallerPorts, "tell"> {
  readonly log: Log;
  readonly clock?: Clock;
}

export function startFeeders(runtime: Runtime, { log, tell, clock = systemClock }: StartOptions): RunningFeeders {
  const { objects, payloads, rejections } = runtime.ports;
  const { region } = runtime.project().config;
  const positions = makeObjectPositions({ objects, urls: payloads.urls });
  const { announcements } = runtime;
  const ports = { call: makeCallFeeder(invokeIn(runtime)), tell, clock, log, region };
  const beginAll = (): readonly RunningFeeders[] => [
    runSchedules({ ...ports, schedules: () => feederSchedules(runtime.project()), newId: randomUUID }),
    watchBuckets({
      ...ports,
      buckets: () => feederBuckets(runtime.project()),
      changed: (prefix, span) => changedObjects(runtime.data.objects, prefix, span),
      positions,
      random: Math.random,
    }),
    watchTopics({
      ...{ ...ports, announcements, positions, rejections },
      topics: () => feederTopics(runtime.project()),
      random: Math.random,
    }),
  ];
  const lock = join(runtime.data.path, "feeders.lock");
  return oneCaller({ tryLock: () => tryProcessLock(lock), begin: () => together(beginAll()), clock, log });
}

/** As the Lambda that it is. */
function invokeIn(runtime: Runtime): InvokeFeeder {
  return async (feeder, event, signal) => {
    const lambda = runtime.bound().lambdas.get(lambdaArn(runtime.project().config, feeder));
    if (lambda !== undefined) return runtime.lambdaPool.invoke(lambda, event, { requestId: randomUUID(), signal });
    throw new CirrusError(`${feeder} has no Lambda that runs here`, { exitCode: EXIT.config });
  };
}

function together(running: readonly RunningFeeders[]): RunningFeeders {
  return {
    refresh() {
      for (const one of running) one.refresh();
    },
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}
