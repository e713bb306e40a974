/** Where a raster lies, in the words of STAC's projection extension. */
import type { Raster } from "./raster.ts";

export const PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json";

/** Fields for the asset that a raster is. One without a georeference has a shape only. */
export function projectionFields({ shape, transform, code, wkt }: Raster): Record<string, unknown> {
  return {
    "proj:shape": [...shape],
    ...(transform === undefined ? {} : { "proj:transform": [...transform] }),
    ...(wkt === undefined ? {} : code === undefined ? { "proj:code": null, "proj:wkt2": wkt } : { "proj:code": code }),
  };
}
