/** Copies assets of items into the data bucket. */
import { defineTask, type Item } from "cirrus-pipeline/task";
import pLimit from "p-limit";
import * as z from "zod";

const keys = z.array(z.string().min(1));

const parameters = z.object({
  assets: z
    .union([z.literal("ALL"), keys])
    .default("ALL")
    .describe(
      'Keys of the assets that are copied, or "ALL". An item that lacks one of them makes the payload invalid.',
    ),
  drop_assets: keys.default([]).describe("Keys of assets that are removed from the items and not copied."),
  concurrency: z
    .int()
    .min(1)
    .max(16)
    .default(16)
    .describe("How many assets are copied at a time; fewer spare a provider that limits its readers."),
  batch: z
    .boolean()
    .default(false)
    .describe("Copy in a Batch job and not in a Lambda, which has 15 minutes at most: read by workflows."),
});

export const handler = defineTask({
  name: "copy-assets",
  description: "Copies assets of items into the data bucket",
  parameters,
  async run({ items, parameters: { assets: chosen, drop_assets: dropped, concurrency }, assets, log }) {
    const wanted = items.flatMap((item) => wantedKeys(item, chosen, dropped).map((key) => ({ item, key })));
    const limit = pLimit(concurrency);
    await Promise.all(wanted.map(({ item, key }) => limit(() => assets.copy(item, key))));
    for (const item of items) {
      for (const key of dropped) delete item.assets[key];
    }
    log.info("copied assets", { items: items.length, assets: wanted.length });
  },
});

function wantedKeys(item: Item, chosen: "ALL" | readonly string[], dropped: readonly string[]): readonly string[] {
  const keys = chosen === "ALL" ? Object.keys(item.assets) : [...new Set(chosen)];
  return keys.filter((key) => !dropped.includes(key));
}
