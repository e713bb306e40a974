/** The topics whose messages a project's feeders are told of: `sns` of their `lambda.events`, or `sqs` with a queue of one. */
import type { TopicArn, TopicName } from "../../../embedded/messages/announcements.ts";
import { isJsonObject, type Json } from "../../../json.ts";
import { LOCAL_TOPICS } from "../../../project/local/local-names.ts";
import type { Project } from "../../../project/project.ts";
import { type FeederEvent, feederEvents } from "../feeder-events.ts";
import { type MessageFilter, readMessageFilter } from "./message-filter.ts";
import { ownTopics, queueSubscriptions } from "./own-topics.ts";

export interface FeederTopic {
  readonly feeder: string;
  /** Of the topic. */
  readonly arn: TopicArn;
  /** What it is called where announcements are kept. */
  readonly topics: readonly TopicName[];
  /** False for one that is of no resource of the project: nothing comes of it here but what its tasks send there. */
  readonly isOwn: boolean;
  /** Without it, every message. */
  readonly filter?: MessageFilter | undefined;
  /** The one between topic and feeder, which hands its messages over in its own form. */
  readonly queue?: { readonly arn: string; readonly raw: boolean } | undefined;
}

export function feederTopics(project: Project): readonly FeederTopic[] {
  const topicsOf = makeTopicsOf(project);
  const all = ["sns", "sqs"].flatMap((kind) => feederEvents(project, kind).flatMap(topicsOf));
  const same = Map.groupBy(all, ({ feeder, arn, queue }) => JSON.stringify([feeder, arn, queue?.arn]));
  return [...same.values()].map((several) => several.reduce(together));
}

/** A topic has one subscription for whoever is told of it: what either filter lets through comes once. */
function together(one: FeederTopic, other: FeederTopic): FeederTopic {
  const [first, second] = [one.filter, other.filter];
  const either: MessageFilter | undefined = first && second && ((message) => first(message) || second(message));
  return { ...one, filter: either };
}

/** Those of one event: none where nothing here puts messages into what it names. */
export function makeTopicsOf(project: Project): (event: FeederEvent) => readonly FeederTopic[] {
  const topics = ownTopics(project);
  const subscriptions = queueSubscriptions(project);

  function subscribed(feeder: string, arn: Json | undefined, policy: Json | undefined, scope: Json | undefined) {
    if (!isArn(arn)) return [];
    const own = topics.get(arn);
    const topic = {
      ...{ feeder, arn, topics: own === undefined ? [arn] : [own, arn] },
      isOwn: own !== undefined || arn.startsWith(LOCAL_TOPICS),
    };
    if (policy === undefined) return [topic];
    const filter = readMessageFilter(policy, scope);
    return filter === undefined ? [] : [{ ...topic, filter }];
  }

  return ({ feeder, kind, event, isWhole }) => {
    // A filter without all of its parts lets other messages through.
    if (!isWhole) return [];
    const settings = isJsonObject(event) ? event : { arn: event };
    const { arn, filterPolicy, filterPolicyScope, filterPatterns } = settings;
    if (kind === "sns") return subscribed(feeder, arn, filterPolicy, filterPolicyScope);
    // What a queue's messages are filtered by once more is EventBridge's language, which nobody here speaks.
    if (kind !== "sqs" || settings.enabled === false || filterPatterns !== undefined) return [];
    return subscriptions
      .filter(({ queue }) => queue === arn)
      .flatMap(({ topic, queue, raw, ...filtered }) =>
        subscribed(feeder, topic, filtered.filterPolicy, filtered.filterPolicyScope).map((one) => ({
          ...one,
          queue: { arn: queue, raw },
        })),
      );
  };
}

function isArn(arn: Json | undefined): arn is TopicArn {
  return typeof arn === "string" && arn.startsWith("arn:");
}
