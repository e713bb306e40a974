/** Runs a task's whole handler, middleware included, as a Lambda would: nothing is mocked but the world around it. */
import type { Clock } from "../clock.ts";
import type { Environment } from "../env.ts";
import { CirrusError } from "../errors.ts";
import type { ObjectUrl } from "../payload/object-store.ts";
import type { Payload, TaskHandler, TaskOutput } from "../task/index.ts";
import { PORTS, type TaskContext } from "../task/ports.ts";
import type { MemoryObjects } from "./memory-objects.ts";
import { readRecorded } from "./recorded.ts";
import { type Announced, makeWorld, type TestLine } from "./test-world.ts";

export interface TestOptions {
  /** What is there beforehand: URL (`s3:` or `https:`) to the path of a local file, or to the bytes themselves. */
  readonly objects?: Readonly<Record<string, string | Uint8Array>>;
  readonly environment?: Environment;
  /** What Secrets Manager would hold: name to text. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Milliseconds left of a Lambda's time; without it, nothing cuts the run off. */
  readonly remaining?: () => number;
  /** Without it, what is tried again is tried at once. */
  readonly clock?: Clock;
}

export interface TestResult {
  /** What the handler gave back: the payload, or `{url}`. */
  readonly output: TaskOutput;
  /** The payload that it gave back or that lies at its URL. */
  readonly payload: Payload;
  /** The body of an object, whether the task wrote it or it was there before. */
  read(url: string): Promise<Uint8Array>;
  /** The headers that an object was stored with, `content-type` among them; names in small letters. */
  headers(url: string): Readonly<Record<string, string>>;
  /** URLs of every object that the task wrote. */
  readonly written: readonly ObjectUrl[];
  /** What the task sent to topics, in order. */
  readonly announced: readonly Announced[];
  readonly log: readonly TestLine[];
}

/**
 * `event` is a payload, or the folder of one that `cirrus execution record` has recorded.
 *
 * @example
 * const { payload } = await testTask(handler, example, { objects: { "s3://scenes/a.tif": "fixtures/a.tif" } });
 * await expect(testTask(handler, "fixtures/cut-off")).rejects.toMatchObject({ name: "AssetUnreadable" });
 */
export async function testTask(handler: TaskHandler, event: unknown, options: TestOptions = {}): Promise<TestResult> {
  const recorded = typeof event === "string" ? await readRecorded(event) : undefined;
  const { objects = {}, environment = {}, secrets = {}, signal, remaining, clock } = options;
  const world = await makeWorld({
    objects: { ...recorded?.files, ...objects },
    absent: without(recorded?.absent ?? new Map(), Object.keys(objects)),
    online: recorded === undefined,
    environment: { ...recorded?.manifest.environment, ...environment },
    secrets,
  });
  const context: TaskContext = {
    ...(remaining === undefined ? {} : { getRemainingTimeInMillis: remaining }),
    [PORTS]: { ...world.ports, ...(signal && { signal }), ...(clock && { clock }) },
  };
  const output = await handler(recorded?.payload ?? event, contextOf(context));
  return {
    output,
    payload: payloadOf(output, world.objects),
    written: [...world.written].sort(),
    announced: world.announced,
    log: world.log,
    read: async (url) => stored(world.objects, url).body,
    headers: (url) => stored(world.objects, url).headers,
  };
}

function without(absent: ReadonlyMap<string, string>, given: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...absent].filter(([url]) => !given.includes(url)));
}

/** Middy's type asks for all of Lambda's context; a task reads only what is there. */
function contextOf(context: TaskContext): Parameters<TaskHandler>[1] {
  return context as Parameters<TaskHandler>[1];
}

function payloadOf(output: TaskOutput, objects: MemoryObjects): Payload {
  if (!("url" in output)) return output as Payload; // without a url it is the payload itself
  return JSON.parse(Buffer.from(stored(objects, String(output.url)).body).toString()); // the task wrote it there
}

function stored({ all }: MemoryObjects, url: string) {
  const found = all.get(url as ObjectUrl); // another text is no key of it
  if (found !== undefined) return found;
  throw new CirrusError(`There is no object ${url}; there are ${[...all.keys()].join(", ") || "none"}`);
}
