/** What a raster file says of itself: its size, its bands, and where on Earth it lies. */
import { basename, dirname } from "node:path";
import * as z from "zod";
import { runGdal } from "./gdal.ts";

export interface Band {
  /** `Byte`, `UInt16`, `Float32` … */
  readonly type: string;
  /** The value of pixels that were not measured. */
  readonly nodata: number | undefined;
}

export interface Raster {
  /** Rows and columns */
  readonly shape: readonly [rows: number, columns: number];
  readonly bands: readonly Band[];
  /** The six numbers of the affine transformation from pixels to coordinates, row by row, as STAC writes them. */
  readonly transform: readonly number[] | undefined;
  /** `EPSG:32621`; undefined where the reference system has no code, or there is none. */
  readonly code: string | undefined;
  /** The reference system in words, as WKT2. */
  readonly wkt: string | undefined;
}

/** Reads what a file says of itself and none of its pixels. Throws a GdalError for what is no raster. */
export async function readRaster(path: string, signal?: AbortSignal): Promise<Raster> {
  const { info } = await runGdal({ folder: dirname(path), source: basename(path) }, signal);
  return describeRaster(info);
}

/** GDAL writes a value that JSON has no number for as text: "nan". */
const bandValue = z.union([z.number(), z.string().transform(Number)]);

const infoSchema = z.object({
  size: z.tuple([z.number(), z.number()]),
  geoTransform: z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]).optional(),
  coordinateSystem: z.object({ wkt: z.string() }).optional(),
  bands: z.array(z.object({ type: z.string(), noDataValue: bandValue.optional() })),
  stac: z.object({ "proj:epsg": z.number().nullish() }).optional(),
});

/** From what `gdalinfo -json` prints. */
export function describeRaster(info: unknown): Raster {
  const { size, geoTransform, coordinateSystem, bands, stac } = infoSchema.parse(info);
  const code = stac?.["proj:epsg"] ?? undefined;
  return {
    shape: [size[1], size[0]],
    bands: bands.map(({ type, noDataValue }) => ({ type, nodata: noDataValue })),
    transform: geoTransform && toAffine(geoTransform),
    code: code === undefined ? undefined : `EPSG:${code}`,
    wkt: coordinateSystem?.wkt || undefined,
  };
}

/** GDAL begins each row with its origin. */
function toAffine([x, width, rotation, y, skew, height]: readonly [number, number, number, number, number, number]) {
  return [width, rotation, x, skew, height, y];
}
