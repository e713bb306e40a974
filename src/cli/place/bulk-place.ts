/** Where bulk runs are looked at and acted on: this machine's own store, or a stage that is deployed. */
import { join } from "node:path";
import type { BulkLogs, BulkQueue, BulkRuns } from "../../bulk/bulk-store.ts";
import type { ObjectStore } from "../../payload/object-store.ts";
import type { BulkUrls } from "../../payload/object-urls.ts";
import { findProjectRoot } from "../../project/find-root.ts";
import type { Io } from "../terminal/io.ts";
import { type Place, type PlaceOptions, resolvePlace } from "./backend.ts";

export interface BulkPlace {
  /** As a part of a sentence: `here`, `in demo-prod (us-west-2)`. */
  readonly place: string;
  /** The options that lead here again, with a space before them; empty for this machine. */
  readonly flags: string;
  /** A deployed stage, whose workers are machines or Lambdas of its own; undefined for this machine. */
  readonly stage?: BulkStage | undefined;
  /** The folder that holds what this machine remembers; stages of entries lie in it while a file is read. */
  readonly data: string;
  readonly runs: BulkRuns;
  readonly queue: BulkQueue;
  readonly logs: BulkLogs;
  /** Of task files on S3. */
  readonly objects: ObjectStore;
  /** Milliseconds between two looks at what others do. */
  readonly lookEveryMs: number;
  close(): Promise<void>;
}

export interface BulkStage {
  readonly stack: string;
  readonly region: string;
  /** Where what belongs to a run is kept. */
  readonly urls: (run: string) => BulkUrls;
  /** Has the stage look at a run at once, and not within the next minute. */
  readonly supervise: (run: string) => Promise<{ readonly action: string; readonly reason: string } | undefined>;
}

/** Opens the place, works, and closes it whatever happened. Looking leaves no folder behind where there was none. */
export async function withBulkPlace<T>(
  io: Io,
  options: PlaceOptions,
  work: (place: BulkPlace) => Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const place = await openBulkPlace(io, options, create);
  try {
    return await work(place);
  } finally {
    await place.close();
  }
}

/** A folder without a cirrus.yml is good enough for a program and its task file. */
export function bulkRoot(io: Pick<Io, "cwd">): string {
  return findProjectRoot(io.cwd) ?? io.cwd;
}

/** What this machine remembers of bulk runs. */
export function bulkData(io: Pick<Io, "cwd">): string {
  return join(bulkRoot(io), ".cirrus");
}

export async function openBulkPlace(io: Io, options: PlaceOptions, create: boolean): Promise<BulkPlace> {
  const place = resolvePlace(io, options);
  const data = bulkData(io);
  if (place.stage !== undefined || place.stack !== undefined) {
    const { openDeployedBulk } = await import("./bulk-deployed.ts");
    return openDeployedBulk(io, place, data);
  }
  const { openBulkHere } = await import("../../queue/open-here.ts");
  const store = openBulkHere(data, { create });
  const objects = await objectsOfS3(io, place);
  return {
    ...store,
    objects,
    place: "here",
    flags: "",
    data,
    lookEveryMs: 250,
    close: async () => store.close(),
  };
}

/** Task files on S3 are read with the credentials of whoever calls, once one is named. */
async function objectsOfS3(io: Io, { region, profile, endpointUrl }: Place): Promise<ObjectStore> {
  const { lazyS3 } = await import("../../aws/clients/s3.ts");
  const { makeS3ObjectStore } = await import("../../aws/object-store.ts");
  return makeS3ObjectStore({
    s3: lazyS3({
      region: region ?? io.env.AWS_REGION,
      profile: profile ?? io.env.AWS_PROFILE,
      endpoint: endpointUrl ?? io.env.AWS_ENDPOINT_URL,
    }),
  });
}
