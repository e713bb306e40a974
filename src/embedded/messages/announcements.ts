/** Announcements as a table with subscribers in this process. SNS's limits hold here too, so that nothing fails later. */
import { type Clock, isoTime } from "../../clock.ts";
import { TransientError } from "../../errors.ts";
import type { Announcement, Announcements, AttributeValue, Topic } from "../../events/announcements.ts";
import type { SendOutcome } from "../../events/intake.ts";
import { utf8Length } from "../../json.ts";
import { pageSize } from "../../pages.ts";
import type { Database } from "../database/database.ts";

export type TopicArn = `arn:${string}`;

/** One of Cirrus' own, or any other by its ARN. */
export type TopicName = Topic | TopicArn;

export interface RecordedAnnouncement extends Omit<Announcement, "topic"> {
  readonly topic: TopicName;
  /** Grows with every announcement of any topic. */
  readonly seq: number;
  readonly at: string;
}

export interface EmbeddedAnnouncements extends Announcements {
  /** Calls `listener` once for every new announcement of this process; the function it returns ends that. */
  subscribe(topic: Topic, listener: (announcement: Announcement) => void): () => void;
  /** Oldest first, those of every process; `after` is the `seq` of the last one seen. */
  list(query: {
    topic: TopicName | readonly TopicName[];
    after?: number;
    limit?: number;
  }): Promise<readonly RecordedAnnouncement[]>;
  /** The highest `seq` that there is; 0 before the first. */
  newest(): Promise<number>;
}

const MAX_BYTES = 262_144;
const MOST_ATTRIBUTES = 10;

export interface AnnouncementsOptions {
  readonly clock: Clock;
  /** The topic that everything goes to, whatever topic it names. */
  readonly arn?: TopicArn | undefined;
}

export function makeAnnouncements(db: Database, { clock, arn }: AnnouncementsOptions): EmbeddedAnnouncements {
  const listeners = new Set<{ topic: Topic; listener: (announcement: Announcement) => void }>();

  function insert(announcement: Announcement): SendOutcome {
    const { id, topic, body } = announcement;
    const added = db.run(
      "INSERT OR IGNORE INTO announcements (topic, id, body, attributes, at) VALUES (?, ?, ?, ?, ?)",
      arn ?? topic,
      id,
      body,
      JSON.stringify(announcement.attributes),
      isoTime(clock.now()),
    );
    if (added === 1 && arn === undefined) db.afterCommit(() => tell(announcement));
    return { id, outcome: "sent" };
  }

  /** In a turn of its own: a listener that throws cannot make a recorded announcement look unsent. */
  function tell(announcement: Announcement): void {
    for (const { topic, listener } of listeners) {
      if (topic === announcement.topic) queueMicrotask(() => listener(announcement));
    }
  }

  return {
    async publish(announcements) {
      try {
        return await db.write(() => announcements.map((one) => refuse(one) ?? insert(one)));
      } catch (thrown) {
        if (!(thrown instanceof TransientError)) throw thrown;
        const { message } = thrown;
        return announcements.map(({ id }) => ({ id, outcome: "failed", message, transient: true }));
      }
    },
    subscribe(topic, listener) {
      const entry = { topic, listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    list: async ({ topic, after = 0, limit }) =>
      db
        .all<AnnouncementRow>(
          "SELECT * FROM announcements WHERE topic IN (SELECT value FROM json_each(?)) AND seq > ? ORDER BY seq LIMIT ?",
          JSON.stringify(Array.isArray(topic) ? topic : [topic]),
          after,
          pageSize(limit),
        )
        .map((row) => ({
          seq: row.seq,
          topic: row.topic,
          id: row.id,
          body: row.body,
          // Written by `insert` above and by nothing else.
          attributes: JSON.parse(row.attributes) as Record<string, AttributeValue>,
          at: row.at,
        })),
    newest: async () => db.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM announcements")?.seq ?? 0,
  };
}

interface AnnouncementRow {
  seq: number;
  topic: TopicName;
  id: string;
  body: string;
  attributes: string;
  at: string;
}

function refuse({ id, body, attributes }: Announcement): SendOutcome | undefined {
  const failed = (message: string): SendOutcome => ({ id, outcome: "failed", message, transient: false });
  const entries = Object.entries(attributes);
  if (entries.length > MOST_ATTRIBUTES) {
    return failed(`The announcement has ${entries.length} attributes; a topic takes ${MOST_ATTRIBUTES}.`);
  }
  const empty = entries.find(([, { value }]) => value === "");
  if (empty) return failed(`The attribute ${empty[0]} is empty; leave it out.`);
  // SNS counts names, types and values of the attributes too.
  const parts = entries.flatMap(([name, { type, value }]) => [name, type, String(value)]);
  const bytes = [body, ...parts].reduce((sum, part) => sum + utf8Length(part), 0);
  if (bytes > MAX_BYTES) return failed(`The announcement is ${bytes} bytes; a topic takes ${MAX_BYTES}.`);
  return undefined;
}
