/** What a state calls of AWS by itself: `arn:aws:states:::batch:submitJob.sync`, which names no account and no region. */
import { isJsonObject, type Json } from "../json.ts";

/** In whichever partition; or in the stack's own, as templates write it. */
const INTEGRATION = /^arn:(?:[\w-]+|[#$]\{AWS::Partition\}):states:::(.+)$/;

/**
 * `batch:submitJob.sync` of such a resource; undefined for a function, for an activity and for what is no resource.
 *
 * @example integrationOf("arn:aws-us-gov:states:::lambda:invoke") // "lambda:invoke"
 */
export function integrationOf(resource: Json | undefined): string | undefined {
  const text = isJsonObject(resource) ? resource["Fn::Sub"] : resource;
  return typeof text === "string" ? INTEGRATION.exec(text)?.[1] : undefined;
}
