/** Warps raster assets into another coordinate reference system and stores them as Cloud Optimized GeoTIFFs. */
import { writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { AssetUnreadable, declareExtension, defineTask } from "cirrus-pipeline/task";
import * as z from "zod";
import { warpToCog } from "./gdal.ts";

const COG = "image/tiff; application=geotiff; profile=cloud-optimized";
const PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json";

export const handler = defineTask({
  name: "reproject",
  description: "Warps raster assets into another coordinate reference system",
  parameters: z.object({
    assets: z.array(z.string()).min(1),
    crs: z.string().regex(/^EPSG:\d{4,6}$/, "expected a code such as EPSG:3857"),
    resolution: z.number().positive().optional(),
    resampling: z.enum(["near", "bilinear", "cubic", "lanczos", "average", "mode"]).default("bilinear"),
    nodata: z.number().optional(),
  }),
  async run({ items, parameters, assets, workdir, signal, log }) {
    const { crs } = parameters;
    for (const item of items) {
      for (const key of parameters.assets) {
        signal.throwIfAborted();
        const source = await assets.download(item, key);
        const { bytes, shape, transform } = await warpToCog(source, parameters).catch((cause: Error) => {
          throw new AssetUnreadable(`Item ${item.id}, asset "${key}" could not be warped to ${crs}: ${cause.message}`, {
            hint: "Check that the asset is a whole, georeferenced raster.",
            cause,
          });
        });
        const path = join(workdir, `${parse(source).name}_${crs.replace(":", "").toLowerCase()}.tif`);
        await writeFile(path, bytes);
        await assets.upload(item, key, path, {
          type: COG,
          "proj:code": crs,
          "proj:shape": [...shape],
          // STAC writes the affine matrix row by row; GDAL begins each row with its origin.
          "proj:transform": toAffine(transform),
        });
        log.info("reprojected asset", { item: item.id, asset: key, crs, rows: shape[0], columns: shape[1] });
      }
      declareExtension(item, PROJECTION);
    }
  },
});

function toAffine([x = 0, width = 0, rotation = 0, y = 0, skew = 0, height = 0]: readonly number[]): number[] {
  return [width, rotation, x, skew, height, y];
}
