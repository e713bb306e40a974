/** GDAL for tasks, without an installation: `import { makeCog } from "cirrus-pipeline/raster"`. */

export {
  COG,
  type CogOptions,
  makeCog,
  RESAMPLINGS,
  type Resampling,
  type WarpOptions,
  warpToCog,
} from "./cog.ts";
export { GdalError, type GdalErrorReason } from "./gdal-error.ts";
export { placeGdalError } from "./place-error.ts";
export { PROJECTION, projectionFields } from "./projection-fields.ts";
export { type Band, type Raster, readRaster } from "./raster.ts";
export { type Made, translateRaster, warpRaster } from "./steps.ts";
