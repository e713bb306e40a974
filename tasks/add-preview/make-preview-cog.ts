/** A preview that maps can show: an image in Web Mercator with the tiles of web maps, transparent where nothing was measured. */
import { rm } from "node:fs/promises";
import { type Made, type Raster, readRaster, translateRaster, warpRaster } from "cirrus-pipeline/raster";
import { channelsOf, readPixels } from "./render-preview.ts";
import { type Range, rangesOf, type StretchOptions } from "./stretch.ts";

export interface PreviewCogOptions extends StretchOptions {
  /** Pixels of the longer side; that of the source where it is not given. */
  readonly size?: number | undefined;
}

/** Pixels of the longer side that percentiles are taken of. */
const SAMPLE = 1024;

/** `<name>.tif` beside the source. Throws a GdalError for a raster that cannot be read, or that lies nowhere. */
export async function makePreviewCog(
  source: string,
  name: string,
  options: PreviewCogOptions,
  signal: AbortSignal,
): Promise<Made> {
  const raster = await readRaster(source, signal);
  const bands = Array.from({ length: channelsOf(raster.bands.length) }, (_, index) => index + 1);
  const selected = bands.flatMap((band) => ["-b", String(band)]);

  const smaller = ["-of", "GTiff", "-ot", "Float32", ...selected, ...sized("-outsize", raster, SAMPLE)];
  const sample = await translateRaster(source, `${name}-sample`, smaller, signal);
  const ranges = rangesOf(await readPixels(sample.path, SAMPLE), bands.length, options);

  // Nothing may be mixed with what was not measured: that is taken out before pixels are made of their neighbours.
  const mask = ["-srcnodata", String(options.nodata), "-dstalpha", "-wo", "DST_ALPHA_MAX=255", ...INTERMEDIATE];
  const size = sized("-ts", raster, options.size);
  const masked = await warpRaster(source, `${name}-masked`, [...selected, ...size, ...mask], signal);

  const made = await translateRaster(masked.path, name, [...scaled(ranges, options), ...WEB_MAP], signal);
  await Promise.all([rm(sample.path), rm(masked.path)]);
  return made;
}

/** Little time for compression: the file is read once. */
const INTERMEDIATE = ["-of", "GTiff", "-co", "TILED=YES", "-co", "COMPRESS=DEFLATE", "-co", "ZLEVEL=1"];

const WEB_MAP = [
  ...["-of", "COG", "-co", "TILING_SCHEME=GoogleMapsCompatible", "-co", "RESAMPLING=BILINEAR"],
  ...["-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=YES", "--config", "GDAL_TIFF_OVR_BLOCKSIZE", "256"],
];

/** Never larger than the source. 0 stands for what keeps the proportions. */
function sized(option: string, { shape: [rows, columns] }: Raster, longest: number | undefined): readonly string[] {
  if (longest === undefined || Math.max(rows, columns) <= longest) return [];
  return columns >= rows ? [option, String(longest), "0"] : [option, "0", String(longest)];
}

/** From each band's range to a byte; the band of transparency after them stays as it is. */
function scaled(ranges: readonly Range[], { exp }: StretchOptions): readonly string[] {
  const each = ranges.flatMap(([low, high], index) => {
    const scale = [`-scale_${index + 1}`, String(low), String(high > low ? high : low + 1), "0", "255"];
    return exp === undefined ? scale : [...scale, `-exponent_${index + 1}`, String(exp)];
  });
  return ["-ot", "Byte", ...each];
}
