/**
 * Tells feeders of the messages of this project's topics, as SNS does on AWS: each at least once, also those that came while
 * nothing ran. One that a feeder fails for again and again is put where everybody sees what became nothing.
 */
import { isoTime } from "../../../clock.ts";
import type { EmbeddedAnnouncements, RecordedAnnouncement } from "../../../embedded/messages/announcements.ts";
import { describeError } from "../../../errors.ts";
import type { Rejections } from "../../../events/rejections.ts";
import { nameRun, type Positions, type RunName } from "../../../feeder/positions.ts";
import { isJsonObject, type Json } from "../../../json.ts";
import { NAMESPACE_URL, uuid5 } from "../../../payload/payload-id.ts";
import { callPatiently, TRIES } from "../call-patiently.ts";
import type { CallerPorts, RunningFeeders } from "../feeder-callers.ts";
import { watchEach } from "../watch-each.ts";
import type { FeederTopic } from "./feeder-topics.ts";
import { messageIdOf, topicNotification } from "./topic-notification.ts";

export interface TopicPorts extends CallerPorts {
  /** The project's, as it is now. */
  readonly topics: () => readonly FeederTopic[];
  readonly announcements: Pick<EmbeddedAnnouncements, "list" | "newest">;
  readonly positions: Positions;
  readonly rejections: Pick<Rejections, "record">;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** What other processes announce is found by looking, which takes 0.05 ms. */
const LOOK_EVERY_MS = 500;

/** Messages between two writes of the position: so many come twice after a crash. */
const MOST_AT_ONCE = 10;

/** What has not been told of when it is stopped is told of after the next start. */
export function watchTopics(ports: TopicPorts): RunningFeeders {
  return watchEach(ports.topics, (one, signal) => watch(one, signal, ports));
}

async function watch(watched: FeederTopic, signal: AbortSignal, ports: TopicPorts): Promise<void> {
  const { clock, log } = ports;
  let said = "";
  while (!signal.aborted) {
    try {
      // What stands in line is told of without a rest.
      while (await tellNext(watched, signal, ports)) said = "";
    } catch (thrown) {
      if (signal.aborted) return;
      const reason = describeError(thrown).cause;
      // What stays wrong is said once.
      if (reason !== said) log.error(`${watched.feeder} is not told of messages of ${watched.arn}`, { reason });
      said = reason;
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}

/** False where there were no more. */
async function tellNext(watched: FeederTopic, signal: AbortSignal, ports: TopicPorts): Promise<boolean> {
  const { announcements, positions } = ports;
  const run = nameSubscription(watched);
  const keep = (seq: number) => positions.write(run, { position: { seq }, found: 0 });
  const reached = seqOf((await positions.read(run))?.position);
  const newest = await announcements.newest();
  if (reached === undefined) {
    // What was there before is no news.
    await keep(newest);
    return false;
  }
  // A database that was removed counts from the beginning, and all that is in it is news.
  const after = reached > newest ? 0 : reached;
  const messages = await announcements.list({ topic: watched.topics, after, limit: MOST_AT_ONCE });
  let told = after;
  try {
    for (const message of messages) {
      signal.throwIfAborted();
      if (watched.filter?.(message) !== false) await tell(watched, message, signal, ports);
      told = message.seq;
    }
  } finally {
    if (told !== reached) await keep(told);
  }
  return messages.length === MOST_AT_ONCE;
}

/** A filter that changes is the same subscription's. */
export function nameSubscription({ feeder, arn, queue }: FeederTopic): RunName {
  return nameRun(feeder, { topic: arn, queue: queue?.arn ?? null });
}

function seqOf(position: Json | undefined): number | undefined {
  return isJsonObject(position) && typeof position.seq === "number" ? position.seq : undefined;
}

async function tell(
  watched: FeederTopic,
  message: RecordedAnnouncement,
  signal: AbortSignal,
  ports: TopicPorts,
): Promise<void> {
  const event = topicNotification(watched, message, ports.region);
  const called = await callPatiently(watched.feeder, event, signal, ports);
  if (called.outcome === "failed") await giveUp(watched, message, event, called.thrown, ports);
  // Most messages of a topic concern others.
  else if (called.found > 0) ports.tell(watched.feeder, called.found);
}

/** The others go on, as where SNS has a queue of dead letters. */
async function giveUp(
  watched: FeederTopic,
  message: RecordedAnnouncement,
  event: Json,
  thrown: unknown,
  { rejections, clock, log }: TopicPorts,
): Promise<void> {
  const { feeder, arn } = watched;
  const id = uuid5(NAMESPACE_URL, `${feeder}:${watched.queue?.arn ?? ""}:${messageIdOf(watched, message)}`);
  const mend = `Mend that, and tell it once more: npx cirrus dlq show ${id} | npx cirrus feeder run ${feeder} -`;
  const failed = `the feeder ${feeder} failed ${TRIES} times for a message of ${arn}`;
  const reason = `${describeError(thrown).cause}\n${mend}`;
  await rejections.record([
    { id, at: isoTime(clock.now()), code: "feeder-failed", reason: `${failed}: ${reason}`, raw: JSON.stringify(event) },
  ]);
  log.error(failed, { reason });
}
