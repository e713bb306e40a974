/** What `feed-stac-api` is called with, and the search that comes of it. */
import { feederParameters, InvalidInput, type JsonObject } from "cirrus-pipeline/feeder";
import * as z from "zod";
import { parseRange, type Range } from "./range.ts";

const httpUrl = z.url({ protocol: /^https?$/, error: "expected the address of an API: https://…" });

export const parameters = z.object({
  url: httpUrl.describe("The STAC API: its landing page, or its search."),
  collection: z.string().min(1).optional().describe("The collection whose items are found."),
  collections: z.array(z.string().min(1)).min(1).optional().describe("The same for several collections."),
  datetime: z
    .string()
    .optional()
    .describe(
      "When the items were taken: a time or an interval as in STAC, `2024-01-01/2024-03-31` or `2024/..`. A day, a month or a year alone means the whole of it.",
    ),
  bbox: z
    .array(z.number())
    .refine(({ length }) => length === 4 || length === 6, "expected four numbers, or six with heights")
    .optional()
    .describe("Where the items lie, in degrees: west, south, east, north."),
  intersects: z
    .looseObject({ type: z.string().describe("The kind of geometry, such as `Polygon`.") })
    .optional()
    .describe("Where the items lie, as a GeoJSON geometry; instead of `bbox`."),
  filter: z
    .union([z.string().min(1), z.looseObject({ op: z.string() })])
    .optional()
    .describe("What holds of the items, in CQL2: as text, `eo:cloud_cover < 10`, or as JSON."),
  search: z
    .looseObject({})
    .default({})
    .describe("Any other members of the search, such as `query`, `ids`, `sortby` or `limit`, the items of a page."),
  max_items_batch: z
    .int()
    .min(1)
    .default(5000)
    .describe("Items that are read between two positions: where there are more, the time is split."),
  sleep: z.number().min(0).default(0).describe("Seconds between two pages."),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe("Headers of the requests, such as Authorization. They are sent to the API's own host alone."),
  ...feederParameters,
});

export type Parameters = z.output<typeof parameters>;

/** A search without its time, which is split. */
export interface Search {
  readonly body: JsonObject;
  readonly range: Range;
  readonly collections: readonly string[];
}

/** Items of a page, where the search does not say it: small enough for servers that limit their answers to a few MB. */
const PAGE = 250;

export function searchOf(given: Parameters): Search {
  const { datetime: searched, ...others } = given.search as JsonObject; // it came as JSON
  const { bbox, intersects, filter } = given;
  if (bbox !== undefined && intersects !== undefined) {
    throw new InvalidInput("$.intersects: it was given together with bbox.", { hint: "Give one of the two." });
  }
  const collections = [...(given.collection === undefined ? [] : [given.collection]), ...(given.collections ?? [])];
  const datetime = given.datetime ?? (typeof searched === "string" ? searched : undefined);
  const body: JsonObject = {
    limit: PAGE,
    ...others,
    ...(collections.length > 0 ? { collections } : {}),
    ...(bbox === undefined ? {} : { bbox }),
    ...(intersects === undefined ? {} : { intersects: intersects as JsonObject }),
    ...(filter === undefined
      ? {}
      : {
          filter: filter as string | JsonObject,
          "filter-lang": typeof filter === "string" ? "cql2-text" : "cql2-json",
        }),
  };
  return { body, range: parseRange(datetime), collections: namesIn(body.collections) };
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}
