/** Sends items to SNS topics, with the attributes that subscribers filter by. */

import { makeSnsAnnouncements } from "../aws/announcements.ts";
import { lazySns } from "../aws/clients/sns.ts";
import type { Database } from "../embedded/database/database.ts";
import type { TopicArn } from "../embedded/messages/announcements.ts";
import type { Announcements } from "../events/announcements.ts";
import { itemAnnouncement } from "../events/item-announcement.ts";
import { publishAll } from "../functions/settle/announce.ts";
import type { Log } from "../log.ts";
import { once } from "../once.ts";
import type { StacItem } from "../payload/stac-item.ts";
import { AnnouncementRefused, InvalidInput, TransientError } from "./errors.ts";
import type { Item } from "./item.ts";
import type { TaskPorts } from "./ports.ts";

/**
 * Sends each item to each topic, given by its ARN. On one machine that calls the feeders of this project that name the
 * topic; where nothing of a project runs, the log says what the topic would get.
 */
export type Announce = (items: readonly Item[], topics: readonly string[]) => Promise<void>;

const TOPIC_ARN = /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+(?:\.fifo)?$/;

export function makeAnnounce(ports: TaskPorts, log: Log): Announce {
  const { CIRRUS_DATABASE: database, CIRRUS_OBJECTS_DIRECTORY: directory } = ports.environment;
  const topicOf = ports.topic ?? (database === undefined ? snsTopic : localTopic(database));
  return async (items, topics) => {
    for (const arn of topics) requireTopic(arn);
    for (const arn of topics) {
      if (ports.topic === undefined && database === undefined && directory !== undefined) {
        log.info("items not sent: no topics are kept here", { topic: arn, items: items.length });
      } else {
        await send(items, arn, topicOf(arn, ports), ports);
      }
    }
  };
}

function requireTopic(arn: string): void {
  if (TOPIC_ARN.test(arn)) return;
  throw new InvalidInput(`${JSON.stringify(arn)} is no ARN of an SNS topic`, {
    hint: "Write it as arn:aws:sns:us-west-2:123456789012:items.",
  });
}

async function send(
  items: readonly Item[],
  arn: string,
  announcements: Announcements,
  { clock, log }: TaskPorts,
): Promise<void> {
  // An item of a task differs from one of a payload in that it may be changed.
  const messages = items.map((item, index) => itemAnnouncement(item as unknown as StacItem, `${index}`));
  const [first] = await publishAll(messages, { announcements, clock, log });
  if (first === undefined) return;
  const [{ id }, { message, transient }] = first;
  const what = `Item ${items[Number(id)]?.id} could not be sent to ${arn}: ${message}`;
  if (transient) throw new TransientError(what);
  throw new AnnouncementRefused(what, {
    hint: "Check that the topic exists and that the task's role may publish to it.",
  });
}

/** Loaded where it is needed: a deployed task has no use for it. */
function localTopic(path: string): (arn: string, ports: Pick<TaskPorts, "clock">) => Announcements {
  return (arn, { clock }) => ({
    async publish(announcements) {
      const { makeTopic } = await import("../embedded/messages/topic.ts");
      // requireTopic has seen that it is one.
      return makeTopic(await database(path), arn as TopicArn, { clock }).publish(announcements);
    },
  });
}

/** Open for all invocations of a process. */
const databases = new Map<string, () => Promise<Database>>();

function database(path: string): Promise<Database> {
  const open = databases.get(path) ?? once(() => openFile(path));
  databases.set(path, open);
  return open();
}

async function openFile(path: string): Promise<Database> {
  const { openDatabase } = await import("../embedded/database/database.ts");
  return openDatabase(path);
}

/** One client for all invocations of a container: its connections stay open. */
let sns: ReturnType<typeof lazySns> | undefined;

function snsTopic(arn: string, { environment }: TaskPorts): Announcements {
  sns ??= lazySns({ endpoint: environment.AWS_ENDPOINT_URL });
  return makeSnsAnnouncements({ sns, topics: { publish: arn, "workflow-event": arn } });
}
