/**
 * Tells feeders of the objects that come into buckets of this machine, as S3 does on AWS: each at least once, also those that came
 * while nothing ran.
 */
import { HOUR_MS } from "../../../clock.ts";
import type { ChangedObject, Span } from "../../../embedded/objects/changed-objects.ts";
import { describeError } from "../../../errors.ts";
import { nameRun, type Positions } from "../../../feeder/positions.ts";
import { isJsonObject } from "../../../json.ts";
import type { ObjectUrl } from "../../../payload/object-store.ts";
import { callPatiently, TRIES } from "../call-patiently.ts";
import type { CallerPorts, RunningFeeders } from "../feeder-callers.ts";
import { watchEach } from "../watch-each.ts";
import type { FeederBucket } from "./feeder-buckets.ts";
import { objectNotification } from "./object-notification.ts";

export interface BucketPorts extends CallerPorts {
  /** The project's, as it is now. */
  readonly buckets: () => readonly FeederBucket[];
  readonly changed: (prefix: ObjectUrl, span: Span) => AsyncIterable<ChangedObject>;
  readonly positions: Positions;
  /** From 0 to 1. */
  readonly random: () => number;
}

const LOOK_EVERY_MS = 2_000;

/** A twentieth of the time is spent on looking, where there are very many objects. */
const REST = 19;
/** A clock that is set forward during a look makes it seem longer than it was. */
const LONGEST_REST_MS = HOUR_MS;

/** A file that grows still is not there yet. */
const SETTLED_MS = 1_000;

/** Nobody knows when a clock was set back: as long as a feeder runs at most, it may have been before the feeder ended. */
const SET_BACK_MS = 15 * 60_000;

/** Objects that a feeder is told of at a time. */
const MOST_AT_ONCE = 100;

/** What this process knows of a bucket beside the position that is kept. */
interface Seen {
  /** Objects that were told of beyond the position, and when they had changed: a look that is cut off begins anew there. */
  readonly told: Map<ObjectUrl, number>;
  /** What the clock shows at least by now, unless it is set back. */
  least: number;
}

/** What has not been told of when it is stopped is told of after the next start. */
export function watchBuckets(ports: BucketPorts): RunningFeeders {
  const seen = new Map<string, Seen>();
  function seenOf(watched: FeederBucket): Seen {
    const name = JSON.stringify(watched);
    const known = seen.get(name) ?? { told: new Map(), least: 0 };
    seen.set(name, known);
    return known;
  }
  return watchEach(ports.buckets, (one, signal) => watch(one, seenOf(one), signal, ports));
}

async function watch(watched: FeederBucket, seen: Seen, signal: AbortSignal, ports: BucketPorts): Promise<void> {
  const { clock, log } = ports;
  let said = "";
  while (!signal.aborted) {
    const began = clock.now();
    try {
      const calling = await look(watched, seen, signal, ports);
      said = "";
      const ended = clock.now();
      const restMs = Math.min(LONGEST_REST_MS, Math.max(LOOK_EVERY_MS, (ended - began - calling) * REST));
      seen.least = Math.max(began, ended);
      await clock.sleep(restMs, signal);
      seen.least += restMs;
    } catch (thrown) {
      if (signal.aborted) return;
      const reason = describeError(thrown).cause;
      // What stays wrong is said once.
      if (reason !== said) log.error(`s3://${watched.bucket} could not be looked at for ${watched.feeder}`, { reason });
      said = reason;
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    }
  }
}

/** Milliseconds that the feeder took. */
async function look(watched: FeederBucket, seen: Seen, signal: AbortSignal, ports: BucketPorts): Promise<number> {
  const { clock, positions } = ports;
  const { feeder, bucket, prefix, suffix } = watched;
  const run = nameRun(feeder, { bucket, prefix, suffix });
  const now = clock.now();
  const until = now - SETTLED_MS;
  const keep = async () => {
    await positions.write(run, { position: { until }, found: 0 });
    seen.told.clear();
  };
  const reached = untilOf(await positions.read(run));
  if (reached === undefined) {
    // What was there before is no news.
    await keep();
    return 0;
  }
  // One that is set back by less loses nothing: what has not settled has not been told of.
  const isSetBack = reached > until || now < seen.least - SETTLED_MS;
  const after = isSetBack ? Math.min(reached, until - SET_BACK_MS) : reached;
  let calling = 0;
  let isNews = false;
  for await (const part of partsOf(watched, { after, until }, signal, ports)) {
    isNews = true;
    const untold = part.filter(({ url, changed }) => seen.told.get(url) !== changed);
    if (untold.length === 0) continue;
    const began = clock.now();
    await tell(watched, untold, signal, ports);
    for (const { url, changed } of untold) seen.told.set(url, changed);
    calling += clock.now() - began;
  }
  if (isNews || isSetBack) await keep();
  return calling;
}

function untilOf(reached: Awaited<ReturnType<Positions["read"]>>): number | undefined {
  const { position } = reached ?? {};
  return isJsonObject(position) && typeof position.until === "number" ? position.until : undefined;
}

/** What has come meanwhile. */
async function* partsOf(
  { bucket, prefix, suffix }: FeederBucket,
  span: Span,
  signal: AbortSignal,
  ports: BucketPorts,
): AsyncIterable<readonly ChangedObject[]> {
  let part: ChangedObject[] = [];
  for await (const object of ports.changed(`s3://${bucket}/${prefix}`, span)) {
    signal.throwIfAborted();
    if (!object.url.endsWith(suffix)) continue;
    part.push(object);
    if (part.length < MOST_AT_ONCE) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

async function tell(
  watched: FeederBucket,
  objects: readonly ChangedObject[],
  signal: AbortSignal,
  ports: BucketPorts,
): Promise<void> {
  const { feeder } = watched;
  const called = await callPatiently(feeder, objectNotification(objects, ports.region), signal, ports);
  if (called.outcome === "taken") ports.tell(feeder, called.found);
  else tellFailure(watched, objects, called.thrown, ports);
}

/** The others go on. On AWS such an event would be lost, or lie in a queue of dead letters. */
function tellFailure(
  { feeder, bucket, prefix }: FeederBucket,
  objects: readonly ChangedObject[],
  thrown: unknown,
  { log }: BucketPorts,
): void {
  const more = objects.length - 1;
  const others = more === 0 ? "" : ` and ${more} more`;
  const mend = `npx cirrus feed ${feeder} --s3urls s3://${bucket}/${prefix} | npx cirrus publish -`;
  log.error(`the feeder ${feeder} failed ${TRIES} times for ${objects[0]?.url}${others}`, {
    reason: `${describeError(thrown).cause} Mend that, and send what is missing: ${mend}`,
  });
}
