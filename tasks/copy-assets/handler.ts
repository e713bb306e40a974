/** Copies assets of items into the data bucket. */
import { rm } from "node:fs/promises";
import { defineTask } from "cirrus-pipeline/task";
import * as z from "zod";

export const handler = defineTask({
  name: "copy-assets",
  description: "Copies assets of items into the data bucket",
  parameters: z.object({
    assets: z.union([z.literal("ALL"), z.array(z.string())]).default("ALL"),
    drop_assets: z.array(z.string()).default([]),
  }),
  async run({ items, parameters, assets, log }) {
    for (const item of items) {
      const keys = parameters.assets === "ALL" ? Object.keys(item.assets) : parameters.assets;
      const wanted = keys.filter((key) => !parameters.drop_assets.includes(key));
      // A scene's assets may not fit beside each other on a Lambda's disk: one at a time.
      for (const key of wanted) {
        const path = await assets.download(item, key);
        const href = await assets.upload(item, key, path);
        // Without an upload it is the asset from now on.
        if (!href.startsWith("file:")) await rm(path);
      }
      for (const key of parameters.drop_assets) delete item.assets[key];
      log.info("copied assets", { item: item.id, assets: wanted.length });
    }
  },
});
