/** The events of feeders that nothing on one machine can tell them of: whoever works here alone would wait for them for ever. */
import { isJsonObject, type Json } from "../../json.ts";
import type { Project } from "../../project/project.ts";
import { bucketsOf } from "./buckets/feeder-buckets.ts";
import { allFeederEvents, type FeederEvent } from "./feeder-events.ts";
import { makeTopicsOf } from "./topics/feeder-topics.ts";

export interface UndeliveredEvent {
  readonly feeder: string;
  /** As its definition says it: `sqs`, `eventBridge`. */
  readonly kind: string;
}

export function undeliveredEvents(project: Project): readonly UndeliveredEvent[] {
  const topicsOf = makeTopicsOf(project);
  return allFeederEvents(project).flatMap((one) => {
    if (isDelivered(one) || isDisabled(one.event)) return [];
    return topicsOf(one).some(({ isOwn }) => isOwn) ? [] : [{ feeder: one.feeder, kind: one.kind }];
  });
}

function isDelivered({ feeder, kind, event }: FeederEvent): boolean {
  if (kind === "s3") return event !== undefined && bucketsOf(feeder, event).length > 0;
  return kind === "schedule" && event !== undefined;
}

function isDisabled(event: Json | undefined): boolean {
  return isJsonObject(event) && event.enabled === false;
}
