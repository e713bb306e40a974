/** Runs a feeder's whole handler over objects and web pages that are in memory, and gathers what it sent, said and reached. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import type { FeederHandler } from "../../src/feeder/define-feeder.ts";
import { FEEDER_PORTS, type FeederContext } from "../../src/feeder/ports.ts";
import type { Reached } from "../../src/feeder/positions.ts";
import type { Json } from "../../src/json.ts";
import { silentLog } from "../../src/log.ts";
import type { ObjectStore, ObjectUrl } from "../../src/payload/object-store.ts";
import type { Payload } from "../../src/payload/payload.ts";
import { temporaryFolder } from "../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

export interface FeederWorld {
  readonly objects?: Readonly<Record<ObjectUrl, string | Uint8Array>>;
  /** In place of a store of its own. */
  readonly store?: ObjectStore;
  readonly clock?: Clock;
  /** By URL: JSON, or the text of a page that is none. Everything else is not found. */
  readonly pages?: Readonly<Record<string, Json>>;
  readonly position?: Json;
  /** Stops the feeder, as a death would, once so many payloads were sent. */
  readonly dieAfter?: number;
}

export interface Fed {
  readonly payloads: readonly Payload[];
  readonly warnings: readonly string[];
  /** URLs that were asked for. */
  readonly asked: readonly string[];
  readonly reached: Json | undefined;
  readonly thrown: unknown;
}

export async function runFeeder<S extends StandardSchemaV1>(
  handler: FeederHandler<S>,
  event: unknown,
  {
    objects = {},
    store: given,
    clock = makeVirtualClock(),
    pages = {},
    position,
    dieAfter = Number.POSITIVE_INFINITY,
  }: FeederWorld = {},
): Promise<Fed> {
  const store = makeObjectStore(temporaryFolder());
  // Object.entries widens the keys, whose type the option has checked.
  for (const [url, body] of Object.entries(objects) as [ObjectUrl, string | Uint8Array][]) {
    // The store itself would wait for the disk with each of them.
    mkdirSync(dirname(store.path(url)), { recursive: true });
    writeFileSync(store.path(url), body);
  }
  const payloads: Payload[] = [];
  const warnings: string[] = [];
  const asked: string[] = [];
  const life = new AbortController();
  onTestFinished(() => life.abort());
  let reached: Reached | undefined = position === undefined ? undefined : { position, found: 0 };
  const context: FeederContext = {
    [FEEDER_PORTS]: {
      objects: given ?? store,
      clock,
      log: { ...silentLog, warn: (message) => void warnings.push(message) },
      signal: life.signal,
      intake: {
        async send(messages) {
          for (const { body } of messages) payloads.push(JSON.parse(body));
          if (payloads.length >= dieAfter) life.abort(new Error("died"));
          return messages.map(({ id }) => ({ id, outcome: "sent" }));
        },
      },
      positions: {
        read: async () => reached,
        write: async (_run, next) => {
          reached = next;
        },
        remove: async () => {
          reached = undefined;
        },
      },
      fetch: async (input) => {
        const url = String(input instanceof Request ? input.url : input);
        asked.push(url);
        const page = pages[url];
        if (page === undefined) return new Response("no such page", { status: 404 });
        return new Response(typeof page === "string" ? page : JSON.stringify(page));
      },
    },
  };
  let thrown: unknown;
  try {
    await handler(event, context as Parameters<FeederHandler>[1]); // middy's type asks for all of Lambda's context
  } catch (error) {
    thrown = error;
  }
  return { payloads, warnings, asked, reached: reached?.position, thrown };
}

/** IDs of the items in all payloads, in their order. */
export function itemIds({ payloads }: Fed): readonly string[] {
  return payloads.flatMap(({ features }) => features.map(({ id }) => String(id)));
}
