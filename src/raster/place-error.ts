/** Says which asset of which item GDAL could not work with, and what to do. */
import { showUrl } from "../task/assets/href.ts";
import { AssetUnreadable, WorkdirFull } from "../task/errors.ts";
import type { Item } from "../task/item.ts";
import { GdalError } from "./gdal-error.ts";

const NATIVE = "or run native GDAL in an image of the task's own.";

const HINTS = {
  raster: "Check that the asset is a whole, georeferenced raster in a format that GDAL knows.",
  codec: `GDAL reads GeoTIFFs here that are compressed with DEFLATE, LZW or PackBits, or not at all. Name such an asset, ${NATIVE}`,
  memory: `GDAL has 2 GiB of memory here, which a tile or strip of the raster does not fit into. Name another asset, ${NATIVE}`,
  disk: "Give the task more disk, lambda.ephemeralStorageSize in its definition.yml, or run it in Batch.",
} as const;

/**
 * For the `catch` of what is done with one asset.
 *
 * @example await makeCog(source, "red").catch(placeGdalError(item, "red", "could not be converted"));
 */
export function placeGdalError(item: Item, key: string, what: string): (thrown: unknown) => never {
  return (thrown) => {
    if (!(thrown instanceof GdalError)) throw thrown;
    const place = `Item ${item.id}, asset "${key}" ${what}`;
    const asset = item.assets[key];
    const url = asset === undefined ? "" : `, read from ${showUrl(asset.href)}`;
    if (thrown.reason === "disk") {
      throw new WorkdirFull(`${place}: the disk is full (${thrown.message})${url}`, {
        hint: HINTS.disk,
        cause: thrown,
      });
    }
    throw new AssetUnreadable(`${place}: ${thrown.message}${url}`, { hint: HINTS[thrown.reason], cause: thrown });
  };
}
