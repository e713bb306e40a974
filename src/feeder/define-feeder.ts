/** Turns a feeder's `run`, which finds payloads, into a Lambda handler that sends them on their way. */
import middy, { type MiddyfiedHandler } from "@middy/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Context } from "aws-lambda";
import type { Clock } from "../clock.ts";
import type { Json } from "../json.ts";
import type { Log } from "../log.ts";
import type { ObjectStore } from "../payload/object-store.ts";
import type { StateStore } from "../state/state-store.ts";
import { type FeedResult, feed } from "./feed.ts";
import type { Http } from "./http/http.ts";
import type { Position } from "./position.ts";

export interface FeederRun<Parameters> {
  readonly parameters: Parameters;
  readonly log: Log;
  /** Aborted when the time is nearly over or nobody wants more. */
  readonly signal: AbortSignal;
  /** Milliseconds until no more is taken from this run; Infinity where nothing ends it. */
  remaining(): number;
  /** S3, or the directory that stands for it. */
  readonly objects: ObjectStore;
  /** What became of payloads, where whoever runs the feeder looks at a place: this project's runtime, a stage. */
  readonly state: Pick<StateStore, "list"> | undefined;
  /** What the last run with these parameters told with `at`, if it did not come to its end; undefined in a first run. */
  readonly position: Json | undefined;
  readonly http: Http;
  /** Virtual in tests. */
  readonly clock: Clock;
}

export interface FeederDefinition<S extends StandardSchemaV1> {
  /** The folder under `feeders/`. */
  readonly name: string;
  readonly description?: string;
  /** What the feeder is called with, as any Standard Schema. */
  readonly parameters: S;
  /** Payloads, one after another, as they are found; between them, with `at`, how far it is. */
  run(context: FeederRun<StandardSchemaV1.InferOutput<S>>): AsyncIterable<Json | Position>;
}

export interface FeederHandler<S extends StandardSchemaV1 = StandardSchemaV1>
  extends MiddyfiedHandler<unknown, FeedResult> {
  readonly feeder: Pick<FeederDefinition<S>, "name" | "description" | "parameters">;
}

/**
 * @example
 * export const handler = defineFeeder({
 *   name: "scenes-of-a-page",
 *   parameters: z.object({ url: z.url(), ...feederParameters }),
 *   async *run({ parameters, http, position = parameters.url }) {
 *     for (let url = String(position); url !== ""; ) {
 *       const page = pageSchema.parse(await http.getJson(url));
 *       for (const item of page.features) yield payloadOf([item], parameters);
 *       url = page.next ?? "";
 *       yield at(url);
 *     }
 *   },
 * });
 */
export function defineFeeder<S extends StandardSchemaV1>(definition: FeederDefinition<S>): FeederHandler<S> {
  // TypeScript says so while it is written; a handler that nobody checks is told here, not when it is called.
  if (typeof definition.parameters?.["~standard"] !== "object") {
    throw new TypeError(
      `The feeder ${definition.name} has no schema of its parameters. Without any: parameters: z.object({})`,
    );
  }
  const handler = middy<unknown, FeedResult>((event: unknown, context: Context, { signal }: { signal: AbortSignal }) =>
    feed(definition, event, context, signal),
  );
  const { name, description, parameters } = definition;
  return Object.assign(handler, {
    feeder: { name, parameters, ...(description === undefined ? {} : { description }) },
  });
}
