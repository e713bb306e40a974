/** Whether a job gets S3 on this machine: programs that are none of the package's own read and write objects by it. */
import { basename } from "node:path";
import type { S3EndpointOptions } from "../s3/endpoint.ts";
import { servedObjects } from "../s3/served-objects.ts";

/** These find the folder of the objects by themselves. */
const OWN_PROGRAMS = /^cirrus-[a-z]+(?:\.py)?$/;

export function jobObjects(
  [program = ""]: readonly string[],
  environment: Readonly<Record<string, string>>,
): S3EndpointOptions | undefined {
  return OWN_PROGRAMS.test(basename(program)) ? undefined : servedObjects(environment);
}
