/** Converts raster assets of items to Cloud Optimized GeoTIFFs. */
import { rm } from "node:fs/promises";
import { parse } from "node:path";
import { COG, makeCog, PROJECTION, placeGdalError, projectionFields, RESAMPLINGS } from "cirrus-pipeline/raster";
import { type Asset, type Assets, declareExtension, defineTask, type Item } from "cirrus-pipeline/task";
import * as z from "zod";

const side = z.int().multipleOf(16).min(64).max(4096);

const asset = z.object({
  nodata: z
    .number()
    .optional()
    .describe("Value of pixels that were not measured; the asset's own where it is not given."),
  web_optimized: z.boolean().default(false).describe("Warp to Web Mercator, with tiles that are those of web maps."),
  blocksize: side.default(256).describe("Side of a tile in pixels."),
  overview_blocksize: side
    .optional()
    .describe("Side of an overview's tile in pixels; `blocksize` where it is not given."),
  overview_resampling: z
    .enum(RESAMPLINGS)
    .default("nearest")
    .describe("How pixels of overviews are made, and those that `web_optimized` moves."),
});

export const handler = defineTask({
  name: "convert-to-cog",
  description: "Converts assets to Cloud Optimized GeoTIFFs",
  parameters: z.object({
    assets: z
      .record(z.string(), asset)
      .refine((assets) => Object.keys(assets).length > 0, "name at least one asset")
      .describe("Options of each asset to convert, by its key; `{}` for the defaults."),
    drop_assets: z.array(z.string()).default([]).describe("Keys of assets that are removed from the items."),
    batch: z.boolean().default(false).describe("Run in Batch and not as a Lambda; the workflow reads it."),
  }),
  async run({ items, parameters, assets, signal, log }) {
    for (const item of items) {
      for (const [key, options] of Object.entries(parameters.assets)) {
        await convert({ item, key, options, assets, signal });
        log.info("converted asset", { item: item.id, asset: key });
      }
      for (const key of parameters.drop_assets) delete item.assets[key];
      declareExtension(item, PROJECTION);
      linkSource(item);
    }
  },
});

interface Conversion {
  readonly item: Item;
  readonly key: string;
  readonly options: z.output<typeof asset>;
  readonly assets: Assets;
  readonly signal: AbortSignal;
}

async function convert({ item, key, options, assets, signal }: Conversion): Promise<void> {
  const source = await assets.download(item, key);
  const { name } = parse(source);
  const cog = await makeCog(
    source,
    `${name}.cog`,
    {
      nodata: options.nodata,
      webOptimized: options.web_optimized,
      blocksize: options.blocksize,
      overviewBlocksize: options.overview_blocksize,
      overviewResampling: options.overview_resampling,
    },
    signal,
  ).catch(placeGdalError(item, key, "could not be converted"));
  const fields: Partial<Asset> = { type: COG, ...projectionFields(cog) };
  if (options.nodata !== undefined) fields.nodata = options.nodata;
  const href = await assets.upload(item, key, cog.path, { ...fields, filename: `${name}.tif` });
  // Without an upload it is the asset from now on; else neither may fill the disk while the next is converted.
  if (!href.startsWith("file:")) await Promise.all([rm(source), rm(cog.path)]);
}

/** The item is another than the one it was made of, once it is published elsewhere. */
function linkSource(item: Item): void {
  const self = item.links.find(({ rel }) => rel === "self");
  if (self === undefined || item.links.some(({ rel, href }) => rel === "derived_from" && href === self.href)) return;
  item.links.push({ rel: "derived_from", href: self.href, type: "application/geo+json", title: "Source item" });
}
