/** GDAL's two programs for rasters, with any of their options. What they make lies beside its source. */
import { basename, dirname, join } from "node:path";
import { runGdal } from "./gdal.ts";
import type { Job } from "./gdal-thread.ts";
import { describeRaster, type Raster } from "./raster.ts";

export interface Made extends Raster {
  readonly path: string;
}

/**
 * `gdal_translate`: another format, type, size or part of a raster. `name` has no extension; GDAL gives it the format's.
 *
 * @example await translateRaster(source, "small", ["-of", "PNG", "-outsize", "256", "0"], signal);
 */
export function translateRaster(
  source: string,
  name: string,
  options: readonly string[],
  signal?: AbortSignal,
): Promise<Made> {
  return make(source, { tool: "gdal_translate", options, name }, signal);
}

/** `gdalwarp`: another grid or reference system. */
export function warpRaster(
  source: string,
  name: string,
  options: readonly string[],
  signal?: AbortSignal,
): Promise<Made> {
  return make(source, { tool: "gdalwarp", options, name }, signal);
}

async function make(source: string, step: NonNullable<Job["make"]>, signal?: AbortSignal): Promise<Made> {
  const folder = dirname(source);
  const { info, path } = await runGdal({ folder, source: basename(source), make: step }, signal);
  return { ...describeRaster(info), path: join(folder, path) };
}
