/** The topics that something is announced to on this machine, by the names that the project's definitions have for them. */
import type { Topic } from "../../../events/announcements.ts";
import { isJsonObject, type Json } from "../../../json.ts";
import { makeLocalScope } from "../../../project/local/local-scope.ts";
import type { Project } from "../../../project/project.ts";

const VARIABLES: Readonly<Record<string, Topic>> = {
  CIRRUS_WORKFLOW_EVENT_TOPIC_ARN: "workflow-event",
  CIRRUS_PUBLISH_TOPIC_ARN: "publish",
};

/** By ARN: those that the function announces to which on AWS does it, whatever they are called. */
export function ownTopics(project: Project): ReadonlyMap<string, Topic> {
  const announcer = project.functions.get("update-state");
  if (announcer === undefined) return new Map();
  const { resolve } = makeLocalScope(project, () => {}).at(announcer, "quiet");
  const environment = { ...announcer.environment, ...announcer.lambda?.environment };
  return new Map(
    Object.entries(VARIABLES).flatMap(([name, topic]) => {
      const arn = resolve(environment[name] ?? null, []);
      return typeof arn === "string" ? [[arn, topic] as const] : [];
    }),
  );
}

export interface QueueSubscription {
  /** ARN of the topic. */
  readonly topic: string;
  /** ARN of the queue. */
  readonly queue: string;
  readonly filterPolicy?: Json | undefined;
  readonly filterPolicyScope?: Json | undefined;
  /** Whether the queue's messages are the topic's as they are, without an envelope. */
  readonly raw: boolean;
}

/** The queues that the project's resources subscribe to topics. */
export function queueSubscriptions(project: Project): readonly QueueSubscription[] {
  const scope = makeLocalScope(project, () => {});
  return [...project.resources.Resources.values()].flatMap((resource) => {
    const { Type, Properties } = resource.definition;
    if (Type !== "AWS::SNS::Subscription" || !scope.exists(resource)) return [];
    const { resolve, failed } = scope.at(resource, "quiet");
    const resolved = resolve(Properties ?? null, [...resource.path, "Properties"]);
    const { Protocol, TopicArn: topic, Endpoint: queue, ...rest } = isJsonObject(resolved) ? resolved : {};
    // A filter without all of its parts lets other messages through.
    if (failed() || Protocol !== "sqs" || typeof topic !== "string" || typeof queue !== "string") return [];
    const { FilterPolicy: filterPolicy, FilterPolicyScope: filterPolicyScope, RawMessageDelivery: raw } = rest;
    return [{ topic, queue, filterPolicy, filterPolicyScope, raw: String(raw) === "true" }];
  });
}
