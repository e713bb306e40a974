/**
 * What a run of a task needs from the world. A Lambda takes it from its environment; `cirrus-batch` and tests
 * hand parts of it over in the invocation's context, under a symbol that no event can forge.
 */
import type { Context } from "aws-lambda";
import { type Environment, readEnvironment } from "../env.ts";
import type { Log } from "../log.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import { INLINE_LIMIT } from "../payload/oversize.ts";
import { lambdaLog } from "./lambda-log.ts";
import { objectsFromEnvironment } from "./objects.ts";

export interface TaskPorts {
  readonly environment: Environment;
  readonly objects: ObjectStore;
  readonly log: Log;
  /** Aborted when the run has to end before its time: a job's SIGTERM. */
  readonly signal?: AbortSignal;
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
    inlineLimit: given.inlineLimit ?? INLINE_LIMIT,
  };
}
