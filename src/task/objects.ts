/** Chooses the object store that a task reads and writes: S3, or the directory that stands for it. */
import { resolve } from "node:path";
import { lazyS3 } from "../aws/clients/s3.ts";
import { makeS3ObjectStore } from "../aws/object-store.ts";
import { makeObjectStore } from "../embedded/objects/object-store.ts";
import type { Environment } from "../env.ts";
import type { ObjectStore } from "../payload/object-store.ts";

export function objectsFromEnvironment(environment: Environment): ObjectStore {
  const directory = environment.CIRRUS_OBJECTS_DIRECTORY;
  if (directory !== undefined) return makeObjectStore(resolve(directory));
  const paid = environment.CIRRUS_REQUESTER_PAYS ?? "";
  const requesterPays = paid === "true" || paid.split(",").map((bucket) => bucket.trim());
  // One client for all invocations of a container: its connections stay open.
  s3 ??= lazyS3({ endpoint: environment.AWS_ENDPOINT_URL });
  return makeS3ObjectStore({ s3, requesterPays });
}

let s3: ReturnType<typeof lazyS3> | undefined;
