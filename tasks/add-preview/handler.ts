/** Makes a small picture of an item from its own pixels and adds it to the item as an asset. */
import { join } from "node:path";
import { AssetUnreadable, defineTask, InvalidInput, type Item } from "cirrus-pipeline/task";
import * as z from "zod";
import { renderPreview } from "./render-preview.ts";

const PREVIEWS = {
  thumbnail: { title: "Thumbnail", size: 256 },
  overview: { title: "Overview", size: 1024 },
} as const;

export const handler = defineTask({
  name: "add-preview",
  description: "Adds a preview image made from an item's own pixels",
  parameters: z.object({
    assets: z.array(z.string()).min(1),
    preview: z.enum(["thumbnail", "overview"]).default("thumbnail"),
    format: z.enum(["png", "jpeg", "webp"]).default("png"),
    size: z.int().min(16).max(8192).optional(),
    ccc: z.tuple([z.number().min(0), z.number().max(100)]).default([2, 98]),
    nodata: z.number().default(0),
  }),
  async run({ items, parameters, assets, workdir, log }) {
    const { preview, format } = parameters;
    const { size, ...fields } = PREVIEWS[preview];
    for (const item of items) {
      const key = chooseAsset(item, parameters.assets);
      const source = await assets.download(item, key);
      const path = join(workdir, `${preview}.${format === "jpeg" ? "jpg" : format}`);
      const options = { ...parameters, size: parameters.size ?? size };
      const shape = await renderPreview(source, path, options).catch((cause: Error) => {
        throw new AssetUnreadable(`Item ${item.id}, asset "${key}" is no image that can be read: ${cause.message}`, {
          hint: "Name an asset that is a whole TIFF, PNG, JPEG or WebP image.",
          cause,
        });
      });
      await assets.upload(item, preview, path, { ...fields, roles: [preview], type: `image/${format}`, ...shape });
      log.info("added preview", { item: item.id, from: key });
    }
  },
});

/** The first of the wanted assets that the item has. */
function chooseAsset(item: Item, wanted: readonly string[]): string {
  const key = wanted.find((name) => Object.hasOwn(item.assets, name));
  if (key !== undefined) return key;
  const has = Object.keys(item.assets).join(", ") || "none";
  throw new InvalidInput(`Item ${item.id} has none of the assets ${wanted.join(", ")}; it has ${has}`, {
    hint: "Add one of its assets to tasks.add-preview.assets.",
  });
}
