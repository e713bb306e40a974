// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts that are filled for each period
/** Sends a payload for every hour, day, week or month that is over, whenever a schedule calls it. */
import {
  defineFeeder,
  feederParameters,
  InvalidInput,
  isJsonObject,
  type Json,
  type JsonObject,
  payloadOf,
} from "cirrus-pipeline/feeder";
import * as z from "zod";
import { fill } from "./fill.ts";
import { lastPeriods, type Period, UNITS } from "./periods.ts";

const parameters = z.looseObject({
  period: z.enum(UNITS).default("day").describe("What a payload is of: an hour, day, week or month in UTC."),
  periods: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe("How many of the last periods payloads are sent of; those that were processed are skipped."),
  current: z
    .boolean()
    .default(false)
    .describe("Whether the last of them is the one that is not over yet, instead of the one before."),
  collection: z.string().min(1).describe("Collection of the items."),
  item_id: z
    .string()
    .min(1)
    .default("${period}")
    .describe(
      "ID of the items; it has to be another one for every period. ${period}, ${year}, ${month}, ${day}, ${hour}, ${start} and ${end} are filled in.",
    ),
  item: z
    .record(z.string(), z.json())
    .default({})
    .describe("Further members of the items, such as assets; texts in them are filled in like `item_id`."),
  time: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("When the schedule was due, as EventBridge tells it; now, where it is not given."),
  ...feederParameters,
});

export const handler = defineFeeder({
  name: "feed-schedule",
  description: "Sends a payload for every hour, day, week or month that is over, whenever a schedule calls it",
  parameters,
  async *run({ parameters, clock }) {
    const { period: unit, periods: count, current, time } = parameters;
    const now = time === undefined ? clock.now() : Date.parse(time);
    const periods = lastPeriods(unit, now, { count, current });
    const items = periods.map((period) => itemOf(period, parameters));
    if (count > 1 && items[0]?.id === items[1]?.id) {
      throw new InvalidInput(`$.item_id: it is ${String(items[0]?.id)} for every ${unit}.`, {
        hint: "Only the first would be processed. Put ${period} into it.",
      });
    }
    for (const item of items) yield payloadOf([item], parameters);
  },
});

function itemOf(period: Period, { collection, item_id, item }: z.infer<typeof parameters>): JsonObject {
  const { start, end } = period;
  // It came as JSON.
  const { properties, ...members } = fill(item as Json, period) as JsonObject;
  return {
    type: "Feature",
    geometry: null,
    links: [],
    assets: {},
    ...members,
    id: String(fill(item_id, period, "$.item_id")),
    collection,
    properties: {
      datetime: null,
      start_datetime: start,
      end_datetime: end,
      ...(isJsonObject(properties) ? properties : {}),
    },
  };
}
