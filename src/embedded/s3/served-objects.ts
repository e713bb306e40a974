/** Which objects a program is to find as S3: those of this machine, unless its environment names an S3 of its own. */
import type { S3EndpointOptions } from "./endpoint.ts";

/** A program that has one of these has another S3 in mind. */
const OWN_S3 = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"];

export function servedObjects(environment: Readonly<Record<string, string>>): S3EndpointOptions | undefined {
  const { CIRRUS_OBJECTS_DIRECTORY: directory, CIRRUS_DATA_BUCKET, CIRRUS_PAYLOAD_BUCKET } = environment;
  if (directory === undefined || OWN_S3.some((name) => environment[name])) return undefined;
  const buckets = [CIRRUS_DATA_BUCKET, CIRRUS_PAYLOAD_BUCKET].filter((name) => name !== undefined);
  return { directory, buckets };
}
