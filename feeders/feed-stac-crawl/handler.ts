/** Walks a static catalog, or one that an API serves, and sends a payload for every item that it finds. */
import {
  at,
  defineFeeder,
  feederParameters,
  InvalidInput,
  isObjectUrl,
  type Json,
  payloadOf,
  readJson,
  TransientError,
} from "cirrus-pipeline/feeder";
import * as z from "zod";
import { walkCatalog } from "./walk-catalog.ts";

const place = z.object({ path: z.array(z.string()), items: z.int(), page: z.string().optional() });

export const handler = defineFeeder({
  name: "feed-stac-crawl",
  description: "Sends a payload for every item of a catalog, walking from catalog to catalog",
  parameters: z.object({
    url: z
      .string()
      .regex(/^(?:https?|s3):\/\/./, "expected https://, http:// or s3://")
      .describe("The catalog, collection or item to begin with: https://, http:// or s3://."),
    collections: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("IDs of the collections whose items are wanted; others are not entered. All, where it is not given."),
    concurrency: z.int().min(1).max(64).default(8).describe("Items that are read at a time."),
    on_error: z
      .enum(["fail", "skip"])
      .default("fail")
      .describe("What becomes of a run that finds a broken link: it fails there, or leaves it out and tells of it."),
    batch: z
      .boolean()
      .default(false)
      .describe(
        "Taken from payloads of older versions and not needed: where its time ends, the feeder goes on by itself.",
      ),
    ...feederParameters,
  }),
  async *run({ parameters, http, objects, log, signal, position }) {
    const { url, collections, concurrency, on_error } = parameters;
    const read = async (from: string): Promise<Json> => {
      if (!from.startsWith("s3://")) return http.getJson(from, { signal });
      const document = isObjectUrl(from) ? await readJson(from, objects) : undefined;
      if (document !== undefined) return document;
      throw new InvalidInput(`There is no object ${from}.`, { hint: "Correct the link that leads there." });
    };
    const from = position === undefined ? undefined : place.parse(position);
    let items = 0;
    let broken = 0;
    for await (const found of walkCatalog({ url, read, collections, concurrency, from })) {
      if (found.found === "item") {
        items++;
        yield payloadOf([found.item], parameters);
      } else if (found.found === "place") {
        const { path, items, page } = found.place;
        yield at({ path, items, page });
      } else {
        // What may come later is no broken link.
        if (signal.aborted || on_error === "fail" || found.thrown instanceof TransientError) throw found.thrown;
        broken++;
        log.warn(`left out: ${found.thrown instanceof Error ? found.thrown.message : String(found.thrown)}`);
      }
    }
    if (broken > 0) log.warn("links were left out", { broken });
    if (items === 0 && position === undefined) {
      log.warn(`${url} leads to no items: links with the relations child, item and items were followed`);
    }
  },
});
