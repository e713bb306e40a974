/** The buckets whose new objects a project's feeders are told of: `s3` of their `lambda.events`. */
import { isJsonObject, type Json } from "../../../json.ts";
import type { Project } from "../../../project/project.ts";
import { feederEvents } from "../feeder-events.ts";

export interface FeederBucket {
  readonly feeder: string;
  readonly bucket: string;
  /** How the keys begin and end. */
  readonly prefix: string;
  readonly suffix: string;
}

export function feederBuckets(project: Project): readonly FeederBucket[] {
  return feederEvents(project, "s3").flatMap(({ feeder, event }) => bucketsOf(feeder, event));
}

/** `s3: my-scenes`, or a map with the bucket, the kind of event, and rules for the keys. */
export function bucketsOf(feeder: string, event: Json): readonly FeederBucket[] {
  const { bucket, event: kind = CREATED, rules } = isJsonObject(event) ? event : { bucket: event };
  // Objects that are removed, or come back from an archive, are not told of here.
  if (typeof bucket !== "string" || typeof kind !== "string" || !kind.startsWith(CREATED)) return [];
  return [{ feeder, bucket, prefix: ruleOf(rules, "prefix"), suffix: ruleOf(rules, "suffix") }];
}

const CREATED = "s3:ObjectCreated:";

function ruleOf(rules: Json | undefined, name: "prefix" | "suffix"): string {
  const found = Array.isArray(rules)
    ? rules.find((rule) => isJsonObject(rule) && typeof rule[name] === "string")
    : undefined;
  return isJsonObject(found) ? String(found[name]) : "";
}
