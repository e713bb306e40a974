/** For the tests of tasks and feeders: `import { testTask } from "cirrus-pipeline/testing"`. Nothing is mocked but the place where objects lie. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { makeObjectStore } from "../embedded/objects/object-store.ts";
import type { Environment } from "../env.ts";
import { CirrusError } from "../errors.ts";
import type { FeederHandler } from "../feeder/define-feeder.ts";
import { FEEDER_PORTS, type FeederContext, type FeederPorts } from "../feeder/ports.ts";
import { silentLog } from "../log.ts";
import type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";
import type { Payload, TaskHandler, TaskOutput } from "../task/index.ts";
import { PORTS, type TaskContext } from "../task/ports.ts";

export { type TestWorkerOptions, testWorker } from "./test-worker.ts";

export interface TestOptions {
  /** Objects that are there beforehand: URL to the path of a local file, or to the bytes themselves. */
  readonly objects?: Readonly<Record<ObjectUrl, string | Uint8Array>>;
  readonly environment?: Environment;
  readonly signal?: AbortSignal;
  /** Milliseconds left of a Lambda's time; without it, nothing cuts the run off. */
  readonly remaining?: () => number;
}

export interface TestResult {
  /** What the handler gave back: the payload, or `{url}`. */
  readonly output: TaskOutput;
  /** The payload that it gave back or that lies at its URL. */
  readonly payload: Payload;
  /** The body of an object, whether the task wrote it or it was there before. */
  read(url: string): Promise<Uint8Array>;
  /** URLs of every object that the task wrote. */
  readonly written: readonly ObjectUrl[];
}

/** The buckets of a test, as `CIRRUS_DATA_BUCKET` and `CIRRUS_PAYLOAD_BUCKET` name them. */
export const TEST_BUCKETS = { data: "cirrus-data", payloads: "cirrus-payloads" } as const;

/**
 * Runs a task's whole handler, middleware included, over an object store of its own.
 *
 * @example
 * const { payload } = await testTask(handler, example, { objects: { "s3://scenes/a.tif": "fixtures/a.tif" } });
 */
export async function testTask(handler: TaskHandler, event: unknown, options: TestOptions = {}): Promise<TestResult> {
  const directory = await mkdtemp(join(tmpdir(), "cirrus-test-"));
  try {
    const store = makeObjectStore(directory);
    await seed(store, options.objects ?? {});
    const bodies = new Map<string, Uint8Array>();
    const written = new Set<ObjectUrl>();
    const context: TaskContext = {
      ...(options.remaining === undefined ? {} : { getRemainingTimeInMillis: options.remaining }),
      [PORTS]: {
        objects: recordWrites(store, written),
        log: silentLog,
        environment: {
          CIRRUS_DATA_BUCKET: TEST_BUCKETS.data,
          CIRRUS_PAYLOAD_BUCKET: TEST_BUCKETS.payloads,
          ...options.environment,
        },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
    };
    const output = await handler(event, contextOf(context));
    // The store goes with its directory; what was asked of a result later is kept here.
    for (const url of written) bodies.set(url, await body(store, url));
    const payload = await payloadOf(output, store);
    return { output, payload, written: [...written].sort(), read: async (url) => known(bodies, url) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Runs a feeder's whole handler; what it would have sent is what comes back.
 *
 * @example
 * const { payloads } = await testFeeder(handler, { items: [{ id: "a", collection: "c" }] });
 */
export async function testFeeder<S extends StandardSchemaV1>(
  handler: FeederHandler<S>,
  event: unknown,
): Promise<{ readonly payloads: readonly Payload[] }> {
  const payloads: Payload[] = [];
  const intake: FeederPorts["intake"] = {
    async send(messages) {
      for (const { body } of messages) payloads.push(JSON.parse(body));
      return messages.map(({ id }) => ({ id, outcome: "sent" }));
    },
  };
  const context: FeederContext = { [FEEDER_PORTS]: { intake } };
  await handler(event, context as Parameters<FeederHandler>[1]); // middy's type asks for all of Lambda's context
  return { payloads };
}

/** Middy's type asks for all of Lambda's context; a task reads only what is there. */
function contextOf(context: TaskContext): Parameters<TaskHandler>[1] {
  return context as Parameters<TaskHandler>[1];
}

async function seed(store: ObjectStore, objects: NonNullable<TestOptions["objects"]>): Promise<void> {
  // Object.entries widens the keys, whose type the option has checked.
  for (const [url, content] of Object.entries(objects) as [ObjectUrl, string | Uint8Array][]) {
    await store.put(url, typeof content === "string" ? await readFile(content) : content);
  }
}

function recordWrites(store: ObjectStore, written: Set<ObjectUrl>): ObjectStore {
  return {
    ...store,
    put(url, content, options) {
      written.add(url);
      return store.put(url, content, options);
    },
    upload(path, url, options) {
      written.add(url);
      return store.upload(path, url, options);
    },
  };
}

async function payloadOf(output: TaskOutput, store: ObjectStore): Promise<Payload> {
  if (!("url" in output)) return output as Payload; // without a url it is the payload itself
  return JSON.parse(Buffer.from(await body(store, output.url as ObjectUrl)).toString()); // the task wrote it there
}

async function body(store: ObjectStore, url: ObjectUrl): Promise<Uint8Array> {
  const got = await store.get(url);
  if (got.outcome === "found") return got.body;
  throw new CirrusError(`${url} is ${got.outcome}`);
}

function known(bodies: ReadonlyMap<string, Uint8Array>, url: string): Uint8Array {
  const found = bodies.get(url);
  if (found !== undefined) return found;
  throw new CirrusError(`The task wrote no object ${url}; it wrote ${[...bodies.keys()].join(", ") || "none"}`);
}
