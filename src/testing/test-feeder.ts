/** Runs a feeder's whole handler over a web that answers as the test says, in a time of its own: no request leaves it, nobody waits. */
import { readFile } from "node:fs/promises";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { FeederHandler } from "../feeder/define-feeder.ts";
import type { FeedResult } from "../feeder/feed.ts";
import { FEEDER_PORTS, type FeederContext, type FeederPorts } from "../feeder/ports.ts";
import type { Reached } from "../feeder/positions.ts";
import type { Json } from "../json.ts";
import type { ObjectUrl } from "../payload/object-store.ts";
import type { Payload } from "../task/index.ts";
import { makeMemoryObjects } from "./memory-objects.ts";
import { makeVirtualClock, type VirtualClock } from "./virtual-clock.ts";

/** JSON, or a whole answer: `new Response("busy", { status: 429, headers: { "Retry-After": "5" } })`. */
export type TestAnswer = Json | Response;

export interface TestFeederOptions {
  /** What the web answers: by URL, with the query and all, or as a function. What has no answer is answered with 404. */
  readonly answers?: Readonly<Record<string, TestAnswer>> | ((request: Request) => TestAnswer | Promise<TestAnswer>);
  /** Where an earlier run with the same parameters has come to. */
  readonly position?: Json;
  /** What is there beforehand: URL to the path of a local file, or to the bytes themselves. */
  readonly objects?: Readonly<Record<ObjectUrl, string | Uint8Array>>;
  /** Milliseconds left of a Lambda's time. */
  readonly remaining?: () => number;
  readonly signal?: AbortSignal;
  /** Of another test's, where both are to live in one time. */
  readonly clock?: VirtualClock;
}

export interface TestFeederResult {
  readonly payloads: readonly Payload[];
  /** Where a later run goes on; undefined where this one has come to its end. */
  readonly position: Json | undefined;
  /** `GET https://…`, in order, those that were tried again included. */
  readonly requests: readonly string[];
  readonly result: FeedResult;
  /** Milliseconds that it took, none of which anybody waited. */
  readonly took: number;
}

/**
 * What it would have sent is what comes back.
 *
 * @example
 * const page = { features: [{ id: "a", collection: "c" }] };
 * const { payloads } = await testFeeder(handler, { url: "https://example.com/items", workflow: "mirror" }, {
 *   answers: { "https://example.com/items": page },
 * });
 */
export async function testFeeder<S extends StandardSchemaV1>(
  handler: FeederHandler<S>,
  event: unknown,
  options: TestFeederOptions = {},
): Promise<TestFeederResult> {
  const { answers = {}, position, remaining, signal, clock = makeVirtualClock() } = options;
  const payloads: Payload[] = [];
  const requests: string[] = [];
  let reached: Reached | undefined = position === undefined ? undefined : { position, found: 0 };
  const objects = makeMemoryObjects();
  // Object.entries widens the keys, whose type the option has checked.
  for (const [url, content] of Object.entries(options.objects ?? {}) as [ObjectUrl, string | Uint8Array][]) {
    await objects.put(url, typeof content === "string" ? await readFile(content) : content);
  }
  const ports: FeederPorts = {
    objects,
    clock,
    random: () => 0.5,
    fetch: webOf(answers, requests),
    again: async () => {},
    ...(signal && { signal }),
    intake: {
      async send(messages) {
        for (const { body } of messages) payloads.push(JSON.parse(body));
        return messages.map(({ id }) => ({ id, outcome: "sent" }));
      },
    },
    positions: {
      read: async () => reached,
      async write(_run, value) {
        reached = value;
      },
      async remove() {
        reached = undefined;
      },
    },
  };
  const context: FeederContext = {
    [FEEDER_PORTS]: ports,
    ...(remaining === undefined ? {} : { getRemainingTimeInMillis: remaining }),
  };
  const began = clock.now();
  // middy's type asks for all of Lambda's context
  const result = await handler(event, context as Parameters<FeederHandler>[1]);
  return { payloads, position: reached?.position, requests, result, took: clock.now() - began };
}

function webOf(answers: NonNullable<TestFeederOptions["answers"]>, requests: string[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    requests.push(`${request.method} ${request.url}`);
    const answer =
      typeof answers === "function" ? await answers(request) : (answers[request.url] ?? unprepared(request));
    if (answer instanceof Response) return answer.clone();
    return Response.json(answer);
  };
}

function unprepared({ method, url }: Request): Response {
  return Response.json({ message: `the test has no answer to ${method} ${url}` }, { status: 404 });
}
