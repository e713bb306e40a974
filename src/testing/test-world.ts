/** Where a test's task runs: objects in memory, a web of its own, and nobody outside who would be asked or told. */
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { type Clock, systemClock } from "../clock.ts";
import type { Environment } from "../env.ts";
import type { Announcement, Announcements } from "../events/announcements.ts";
import type { Log, LogFields, LogLevel } from "../log.ts";
import { isObjectUrl, type ObjectStore, type ObjectUrl } from "../payload/object-store.ts";
import { showUrl } from "../task/assets/href.ts";
import { openHttp } from "../task/assets/open-http.ts";
import { AssetUnavailable } from "../task/errors.ts";
import type { TaskPorts } from "../task/ports.ts";
import { type MemoryObjects, makeMemoryObjects } from "./memory-objects.ts";

/** The buckets of a test, as `CIRRUS_DATA_BUCKET` and `CIRRUS_PAYLOAD_BUCKET` name them. */
export const TEST_BUCKETS = { data: "cirrus-data", payloads: "cirrus-payloads" } as const;

export interface TestLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** What was sent to a topic. */
export interface Announced extends Pick<Announcement, "body" | "attributes"> {
  /** ARN of the topic. */
  readonly topic: string;
}

export interface TestWorld {
  readonly ports: Partial<TaskPorts>;
  readonly objects: MemoryObjects;
  /** What the run has stored, in order. */
  readonly written: Set<ObjectUrl>;
  readonly log: TestLine[];
  readonly announced: Announced[];
}

export interface WorldOptions {
  /** What is there beforehand: URL (`s3:` or `https:`) to the path of a local file, or to the bytes themselves. */
  readonly objects: Readonly<Record<string, string | Uint8Array>>;
  /** Why something is not there, by URL. */
  readonly absent: ReadonlyMap<string, string>;
  /** Whether what is not known is asked from the real web. */
  readonly online: boolean;
  readonly environment: Environment;
  readonly secrets: Readonly<Record<string, string>>;
}

export async function makeWorld(options: WorldOptions): Promise<TestWorld> {
  const { absent, online, environment, secrets } = options;
  const objects = makeMemoryObjects();
  const pages = new Map<string, Uint8Array>();
  for (const [url, content] of Object.entries(options.objects)) {
    const body = typeof content === "string" ? await readFile(content) : content;
    if (isObjectUrl(url)) await objects.put(url, body);
    else pages.set(url, body);
  }
  const written = new Set<ObjectUrl>();
  const log: TestLine[] = [];
  const announced: Announced[] = [];
  return {
    objects,
    written,
    log,
    announced,
    ports: {
      objects: watched(objects, written, absent),
      log: recordLines(log),
      environment: {
        CIRRUS_DATA_BUCKET: TEST_BUCKETS.data,
        CIRRUS_PAYLOAD_BUCKET: TEST_BUCKETS.payloads,
        ...environment,
      },
      openHttp: makeWeb(pages, absent, online),
      secret: async (name) => secrets[name],
      topic: (topic) => recordAnnouncements(topic, announced),
      clock: patient,
    },
  };
}

/** What is tried again is tried at once. */
const patient: Clock = { now: () => systemClock.now(), sleep: async () => {} };

function recordAnnouncements(topic: string, announced: Announced[]): Announcements {
  return {
    async publish(announcements) {
      for (const { body, attributes } of announcements) announced.push({ topic, body, attributes });
      return announcements.map(({ id }) => ({ id, outcome: "sent" }));
    },
  };
}

/** Notes what is written, and says why what was left out of a recording is not there. */
function watched(objects: ObjectStore, written: Set<ObjectUrl>, absent: ReadonlyMap<string, string>): ObjectStore {
  const known = (url: ObjectUrl): void => {
    const why = absent.get(url);
    if (why !== undefined && !written.has(url)) throw new AssetUnavailable(why);
  };
  return {
    ...objects,
    async get(url, options) {
      known(url);
      return objects.get(url, options);
    },
    async head(url) {
      known(url);
      return objects.head(url);
    },
    async download(url, path) {
      known(url);
      return objects.download(url, path);
    },
    async openRead(url, range) {
      known(url);
      return objects.openRead(url, range);
    },
    async put(url, body, options) {
      const outcome = await objects.put(url, body, options);
      if (outcome === "stored") written.add(url);
      return outcome;
    },
    async upload(path, url, options) {
      await objects.upload(path, url, options);
      written.add(url);
    },
    async write(url, body, options) {
      await objects.write(url, body, options);
      written.add(url);
    },
    async copy(from, to, options) {
      known(from);
      const outcome = await objects.copy(from, to, options);
      if (outcome.outcome === "copied") written.add(to);
      return outcome;
    },
  };
}

function makeWeb(
  pages: ReadonlyMap<string, Uint8Array>,
  absent: ReadonlyMap<string, string>,
  online: boolean,
): NonNullable<TaskPorts["openHttp"]> {
  return async (url, start, limits, signal) => {
    const body = pages.get(url);
    if (body === undefined) {
      if (online && !absent.has(url)) return openHttp(url, start, limits, signal);
      throw new AssetUnavailable(absent.get(url) ?? `${showUrl(url)} was not recorded`);
    }
    const rest = body.subarray(start);
    const explain = (thrown: unknown): unknown => thrown;
    return { body: Readable.from(rest.length > 0 ? [rest] : []), start, size: body.length, version: "test", explain };
  };
}

function recordLines(lines: TestLine[]): Log {
  const at =
    (level: LogLevel): Log["info"] =>
    (message, fields = {}) => {
      lines.push({ level, message, fields });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
