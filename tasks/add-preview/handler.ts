/** Makes a small picture of an item from its own pixels and adds it to the item as an asset. */
import { rm } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { COG, PROJECTION, placeGdalError, projectionFields, warpRaster } from "cirrus-pipeline/raster";
import {
  AssetUnreadable,
  declareExtension,
  defineTask,
  InvalidInput,
  type Item,
  showUrl,
  type TaskRun,
  WorkdirFull,
} from "cirrus-pipeline/task";
import * as z from "zod";
import { makePreviewCog } from "./make-preview-cog.ts";
import { renderPreview } from "./render-preview.ts";

const PICTURES = {
  thumbnail: { title: "Thumbnail", size: 256 },
  overview: { title: "Overview", size: 1024 },
} as const;

const percent = z.number().min(0).max(100);

const parameters = z.object({
  assets: z
    .array(z.string())
    .min(1)
    .describe("Asset keys in order of preference: the first that the item has is taken."),
  preview: z
    .enum(["thumbnail", "overview", "cog"])
    .default("thumbnail")
    .describe(
      "What is made: a picture, which becomes an asset of this key and role, or `preview`, a COG for web maps.",
    ),
  thumbnail: z.boolean().default(false).describe("Add a thumbnail as well, where `preview` is something else."),
  format: z.enum(["png", "jpeg", "webp"]).default("png").describe("Format of pictures."),
  size: z
    .int()
    .min(16)
    .max(8192)
    .optional()
    .describe(
      "Pixels of the longer side, at most: 256 for a thumbnail and 1024 for an overview where it is not given, and all that a COG has.",
    ),
  ccc: z
    .tuple([percent, percent])
    .default([2, 98])
    .describe("Cumulative count cut: these percentiles of each band become black and white."),
  exp: z
    .number()
    .positive()
    .optional()
    .describe(
      "In place of `ccc`: from the smallest to the largest value, to this power. Below 1 shows more of the dark.",
    ),
  nodata: z
    .number()
    .default(0)
    .describe("No measurement: left out of percentiles, black in pictures, transparent in a COG."),
  preproj: z
    .boolean()
    .default(false)
    .describe("Warp pictures to EPSG:4326 before: for rasters that are placed by ground control points only."),
  batch: z.boolean().default(false).describe("Run in a Batch job and not in a Lambda: read by workflows."),
});

type Run = TaskRun<z.output<typeof parameters>>;

/** What an item's preview is made of. Files made of it lie beside it, under names that begin with its own. */
interface Source {
  readonly item: Item;
  readonly key: string;
  readonly path: string;
}

export const handler = defineTask({
  name: "add-preview",
  description: "Adds a preview image made from an item's own pixels",
  parameters,
  async run(run) {
    const { preview, thumbnail, preproj } = run.parameters;
    for (const item of run.items) {
      const key = chooseAsset(item, run.parameters.assets);
      const source: Source = { item, key, path: await run.assets.download(item, key) };
      const pictures = new Set([...(preview === "cog" ? [] : [preview]), ...(thumbnail ? ["thumbnail" as const] : [])]);
      const hrefs = preview === "cog" ? [await addCog(run, source)] : [];
      const pictured = preproj && pictures.size > 0 ? await preproject(run, source) : source.path;
      for (const name of pictures) hrefs.push(await addPicture(run, source, pictured, name));
      // Without an upload the files are the assets; else they must not fill the disk while the next item is treated.
      if (!hrefs.some((href) => href.startsWith("file:"))) await rm(dirname(source.path), { recursive: true });
      run.log.info("added preview", { item: item.id, from: key });
    }
  },
});

async function addCog({ parameters, assets, signal }: Run, { item, key, path }: Source): Promise<string> {
  const cog = await makePreviewCog(path, `${parse(path).name}-preview`, parameters, signal).catch(
    placeGdalError(item, key, "could not be made a preview for maps"),
  );
  declareExtension(item, PROJECTION);
  const fields = { title: "Preview", type: COG, roles: ["overview"], ...projectionFields(cog) };
  return assets.upload(item, "preview", cog.path, { ...fields, filename: "preview.tif" });
}

/** The path of the raster as it lies on the map. */
async function preproject({ parameters, signal }: Run, { item, key, path }: Source): Promise<string> {
  const options = ["-t_srs", "EPSG:4326", "-dstnodata", String(parameters.nodata), "-of", "GTiff"];
  const warped = await warpRaster(path, `${parse(path).name}-preprojected`, options, signal).catch(
    placeGdalError(item, key, "could not be warped to EPSG:4326"),
  );
  return warped.path;
}

async function addPicture(
  { parameters, assets }: Run,
  { item, key, path }: Source,
  pictured: string,
  name: keyof typeof PICTURES,
): Promise<string> {
  const { format, preview } = parameters;
  const { size, title } = PICTURES[name];
  const filename = `${name}.${format === "jpeg" ? "jpg" : format}`;
  const picture = join(dirname(path), `${parse(path).name}-${filename}`);
  // A size that was asked for is that of the preview, not of the thumbnail beside it.
  const options = { ...parameters, size: (name === preview ? parameters.size : undefined) ?? size };
  const shape = await renderPreview(pictured, picture, options).catch((cause: Error) => {
    const url = showUrl(item.assets[key]?.href ?? "");
    const place = `Item ${item.id}, asset "${key}"`;
    if (/no space left/i.test(cause.message)) {
      throw new WorkdirFull(`${place}: the disk is full, and its picture could not be written, read from ${url}`, {
        hint: "Give the task more disk, lambda.ephemeralStorageSize in its definition.yml, or run it in Batch.",
        cause,
      });
    }
    throw new AssetUnreadable(`${place} is no image that can be read: ${cause.message}, read from ${url}`, {
      hint: "Name an asset that is a whole TIFF, PNG, JPEG or WebP image.",
      cause,
    });
  });
  return assets.upload(item, name, picture, { title, roles: [name], type: `image/${format}`, ...shape, filename });
}

/** The first of the wanted assets that the item has. */
function chooseAsset(item: Item, wanted: readonly string[]): string {
  const key = wanted.find((name) => Object.hasOwn(item.assets, name));
  if (key !== undefined) return key;
  const has = Object.keys(item.assets).join(", ") || "none";
  throw new InvalidInput(`Item ${item.id} has none of the assets ${wanted.join(", ")}; it has ${has}`, {
    hint: "Add one of its assets to tasks.add-preview.assets.",
  });
}
