/** Loops on AWS: one table for what is known of them, and the payload bucket for logs, notebooks, code and what is large. */
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { ExecutionFiles } from "../../loop/execution-files.ts";
import type { LoopStore } from "../../loop/loop-store.ts";
import { payloadUrls } from "../../payload/object-urls.ts";
import type { Clients } from "../clients.ts";
import { makeS3ObjectStore } from "../object-store.ts";
import { type EnvironmentArchives, makeEnvironmentArchives } from "./environment-archives.ts";
import { type ExecutionEnds, makeExecutionEnds } from "./execution-ends.ts";
import { makeExecutionFiles } from "./execution-files.ts";
import { makeLoopStore } from "./loop-store.ts";
import type { Place } from "./place.ts";
import { makeSourceArchives, type SourceArchives } from "./source-archives.ts";

export interface AwsLoopSettings {
  /** Name of the table (`CIRRUS_LOOP_TABLE`). */
  readonly table: string;
  readonly payloadBucket: string;
  /** `CIRRUS_PAYLOAD_ROOT_PREFIX` */
  readonly payloadPrefix: string;
  /** Where files of executions are while these run, each execution in a folder of its own; a temporary one where it is not said. */
  readonly folder?: string | undefined;
  readonly random?: (() => number) | undefined;
  /** A text that nobody else makes up. */
  readonly newId?: (() => string) | undefined;
}

export interface AwsLoops {
  readonly store: LoopStore;
  readonly files: ExecutionFiles;
  readonly sources: SourceArchives;
  readonly ends: ExecutionEnds;
  readonly environments: EnvironmentArchives;
}

export function makeAwsLoops(
  { dynamodb, s3 }: Pick<Clients, "dynamodb" | "s3">,
  settings: AwsLoopSettings,
  clock: Clock,
): AwsLoops {
  const { table, payloadBucket, payloadPrefix, random = Math.random, newId = randomUUID } = settings;
  const { folder = join(tmpdir(), "cirrus-loops") } = settings;
  const place: Place = {
    table: async () => ({ client: await dynamodb(), table, clock, random }),
    objects: makeS3ObjectStore({ s3 }),
    urls: payloadUrls({ bucket: payloadBucket, prefix: payloadPrefix }).loops,
    clock,
    newId,
  };
  return {
    store: makeLoopStore(place),
    files: makeExecutionFiles(folder, place),
    sources: makeSourceArchives(place),
    ends: makeExecutionEnds(place),
    environments: makeEnvironmentArchives(place),
  };
}
