/** Warps raster assets into another coordinate reference system and stores them as Cloud Optimized GeoTIFFs. */
import { parse } from "node:path";
import { COG, PROJECTION, placeGdalError, projectionFields, warpToCog } from "cirrus-pipeline/raster";
import { declareExtension, defineTask } from "cirrus-pipeline/task";
import * as z from "zod";

export const handler = defineTask({
  name: "reproject",
  description: "Warps raster assets into another coordinate reference system",
  parameters: z.object({
    assets: z.array(z.string()).min(1).describe("Keys of the assets to warp."),
    crs: z
      .string()
      .regex(/^EPSG:\d{4,6}$/, "expected a code such as EPSG:3857")
      .describe("Coordinate reference system to warp to, such as `EPSG:3857`."),
    resolution: z.number().positive().optional().describe("Side of a pixel in units of `crs`; GDAL chooses one."),
    resampling: z
      .enum(["near", "bilinear", "cubic", "lanczos", "average", "mode"])
      .default("bilinear")
      .describe("How pixels of the new grid are made from those there are."),
    nodata: z.number().optional().describe("Value of pixels outside the source."),
  }),
  async run({ items, parameters, assets, signal, log }) {
    const { crs } = parameters;
    for (const item of items) {
      for (const key of parameters.assets) {
        const source = await assets.download(item, key);
        const name = `${parse(source).name}_${crs.replace(":", "").toLowerCase()}`;
        const warped = await warpToCog(source, name, parameters, signal).catch(
          placeGdalError(item, key, `could not be warped to ${crs}`),
        );
        const { shape } = warped;
        await assets.upload(item, key, warped.path, { type: COG, ...projectionFields(warped) });
        log.info("reprojected asset", { item: item.id, asset: key, crs, rows: shape[0], columns: shape[1] });
      }
      declareExtension(item, PROJECTION);
    }
  },
});
