/**
 * What a run of a task needs from the world. A Lambda takes it from its environment; `cirrus-batch` and tests
 * hand parts of it over in the invocation's context, under a symbol that no event can forge.
 */
import type { Context } from "aws-lambda";
import { type Clock, systemClock } from "../clock.ts";
import { type Environment, readEnvironment } from "../env.ts";
import type { Announcements } from "../events/announcements.ts";
import type { Log } from "../log.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import { INLINE_LIMIT } from "../payload/oversize.ts";
import type { openHttp } from "./assets/open-http.ts";
import { lambdaLog } from "./lambda-log.ts";
import { objectsFromEnvironment } from "./objects.ts";

export interface TaskPorts {
  readonly environment: Environment;
  readonly objects: ObjectStore;
  readonly log: Log;
  /** Aborted when the run has to end before its time: a job's SIGTERM. */
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  /** At least 0, below 1. */
  random(): number;
  /** Where items go that are sent to a topic, by its ARN; SNS where it is not given. */
  readonly topic?: (arn: string) => Announcements;
  /** What a secret holds, by its name or ARN; Secrets Manager's where it is not given. */
  readonly secret?: (name: string) => Promise<string | undefined>;
  /** Opens URLs of the web; in tests, one of their own. */
  readonly openHttp?: typeof openHttp;
  /** Bytes of the result above which it is stored as an object and `{url}` is returned. */
  readonly inlineLimit: number;
}

export const PORTS: unique symbol = Symbol.for("cirrus.task.ports");

export interface TaskContext extends Partial<Context> {
  readonly [PORTS]?: Partial<TaskPorts>;
}

export function portsOf(context: TaskContext): TaskPorts {
  const given = context[PORTS] ?? {};
  const environment = given.environment ?? readEnvironment();
  return {
    ...given,
    environment,
    objects: given.objects ?? objectsFromEnvironment(environment),
    log: given.log ?? lambdaLog(environment),
    clock: given.clock ?? systemClock,
    random: given.random ?? Math.random,
    inlineLimit: given.inlineLimit ?? INLINE_LIMIT,
  };
}
