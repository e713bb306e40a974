/** Announcements as messages of SNS topics. */
import type { Announcement, Announcements, AttributeValue, Topic } from "../events/announcements.ts";
import type { SendOutcome } from "../events/intake.ts";
import { utf8Length } from "../json.ts";
import { asMessageText, entryId, sendInBatches } from "./batches.ts";
import type { Sns } from "./services/sns.ts";

/** SNS's limit for a message, and for a batch as a whole. */
const MAX_BYTES = 262_144;
const MOST_ATTRIBUTES = 10;

export interface SnsAnnouncementsOptions {
  readonly sns: () => Promise<Sns>;
  /** ARNs */
  readonly topics: Readonly<Record<Topic, string>>;
}

export function makeSnsAnnouncements({ sns, topics }: SnsAnnouncementsOptions): Announcements {
  async function publishTo(topic: Topic, announcements: readonly Announcement[]): Promise<readonly SendOutcome[]> {
    return sendInBatches(announcements, {
      maxBytes: MAX_BYTES,
      bytesOf,
      send: async (batch) =>
        (await sns()).publishBatch({
          TopicArn: topics[topic],
          PublishBatchRequestEntries: batch.map(({ body, attributes }, index) => ({
            Id: entryId(index),
            Message: asMessageText(body),
            MessageAttributes: Object.fromEntries(Object.entries(attributes).map(toAttribute)),
          })),
        }),
    });
  }

  return {
    async publish(announcements) {
      const outcomes = new Map(announcements.flatMap((one) => refuse(one).map((outcome) => [one, outcome])));
      const byTopic = Map.groupBy(
        announcements.filter((one) => !outcomes.has(one)),
        ({ topic }) => topic,
      );
      await Promise.all(
        [...byTopic].map(async ([topic, group]) => {
          const sent = await publishTo(topic, group);
          for (const [index, one] of group.entries()) outcomes.set(one, withoutMessageId(one, sent[index]));
        }),
      );
      return announcements.map((one) => outcomes.get(one) ?? withoutMessageId(one, undefined));
    },
  };
}

/** Nobody receives by it: an announcement's own ID is in its body. */
function withoutMessageId({ id }: Announcement, outcome: SendOutcome | undefined): SendOutcome {
  if (outcome?.outcome === "sent") return { id, outcome: "sent" };
  return outcome ?? { id, outcome: "failed", message: "no outcome was reported", transient: true };
}

function toAttribute([name, { type, value }]: [string, AttributeValue]) {
  return [name, { DataType: type, StringValue: String(value) }] as const;
}

/** SNS counts names, types and values of the attributes too. */
function bytesOf({ body, attributes }: Announcement): number {
  const parts = Object.entries(attributes).flatMap(([name, { type, value }]) => [name, type, String(value)]);
  return [asMessageText(body), ...parts].reduce((sum, part) => sum + utf8Length(part), 0);
}

function refuse(announcement: Announcement): SendOutcome[] {
  const { id, attributes } = announcement;
  const refused = (message: string): SendOutcome[] => [{ id, outcome: "failed", message, transient: false }];
  const entries = Object.entries(attributes);
  if (entries.length > MOST_ATTRIBUTES) {
    return refused(`The announcement has ${entries.length} attributes; a topic takes ${MOST_ATTRIBUTES}.`);
  }
  const empty = entries.find(([, { value }]) => value === "");
  if (empty) return refused(`The attribute ${empty[0]} is empty; leave it out.`);
  const bytes = bytesOf(announcement);
  return bytes > MAX_BYTES ? refused(`The announcement is ${bytes} bytes; a topic takes ${MAX_BYTES}.`) : [];
}
