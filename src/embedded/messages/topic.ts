/** A topic of one machine, by its ARN: what tasks send to it is kept, in order, for the feeders that it calls. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Announcements } from "../../events/announcements.ts";
import type { Database } from "../database/database.ts";
import { makeAnnouncements, type TopicArn } from "./announcements.ts";

export interface TopicOptions {
  readonly clock: Clock;
  readonly newId?: () => string;
}

export function makeTopic(db: Database, arn: TopicArn, { clock, newId = randomUUID }: TopicOptions): Announcements {
  const announcements = makeAnnouncements(db, { clock, arn });
  return {
    async publish(all) {
      // Whoever sends the same once more sends another message, as to SNS.
      const outcomes = await announcements.publish(all.map((one) => ({ ...one, id: newId() })));
      return outcomes.map((outcome, index) => ({ ...outcome, id: all[index]?.id ?? outcome.id }));
    },
  };
}
