/** Makes Cloud Optimized GeoTIFFs: tiled, with overviews, and with their directories first. */
import { type Raster, readRaster } from "./raster.ts";
import { type Made, translateRaster, warpRaster } from "./steps.ts";

/** Media type of what is made here. */
export const COG = "image/tiff; application=geotiff; profile=cloud-optimized";

/** How pixels of another grid are made from those there are. */
export const RESAMPLINGS = [
  "nearest",
  "bilinear",
  "cubic",
  "cubicspline",
  "lanczos",
  "average",
  "mode",
  "rms",
] as const;

export type Resampling = (typeof RESAMPLINGS)[number];

export interface CogOptions {
  /** The value of pixels that were not measured; that of the source where it is not given. */
  readonly nodata?: number | undefined;
  /** Warped to Web Mercator, with tiles that are those of web maps. */
  readonly webOptimized?: boolean | undefined;
  /** Pixels of a tile's side: 512 where it is not given, 256 with `webOptimized`. */
  readonly blocksize?: number | undefined;
  /** The same of the overviews; `blocksize` where it is not given. */
  readonly overviewBlocksize?: number | undefined;
  readonly overviewResampling?: Resampling | undefined;
}

export interface WarpOptions extends Pick<CogOptions, "nodata"> {
  /** `EPSG:3857` */
  readonly crs: string;
  readonly resampling: string;
  /** Size of a pixel in units of `crs`; GDAL chooses one where it is not given. */
  readonly resolution?: number | undefined;
}

const LAYOUT = ["-of", "COG", "-co", "COMPRESS=DEFLATE", "-co", "BIGTIFF=IF_SAFER"];

/** Still lossless: of neighbours only what they differ by is stored. It knows no complex numbers, such as radar's. */
function predictor({ bands }: Raster): readonly string[] {
  return bands.some(({ type }) => type.startsWith("C")) ? [] : ["-co", "PREDICTOR=YES"];
}

/**
 * Copies a raster of any format into a COG `<name>.tif` beside it, with every value and its georeference. Throws a
 * GdalError for what GDAL cannot read.
 */
export async function makeCog(
  source: string,
  name: string,
  options: CogOptions = {},
  signal?: AbortSignal,
): Promise<Made> {
  const { nodata, webOptimized = false, overviewResampling } = options;
  const { blocksize = webOptimized ? 256 : 512, overviewBlocksize = blocksize } = options;
  const args = [
    ...LAYOUT,
    ...predictor(await readRaster(source, signal)),
    ...(nodata === undefined ? [] : ["-a_nodata", String(nodata)]),
    ...(webOptimized ? ["-co", "TILING_SCHEME=GoogleMapsCompatible"] : []),
    ...["-co", `BLOCKSIZE=${blocksize}`, ...overviewTiles(overviewBlocksize)],
    ...(overviewResampling === undefined ? [] : ["-co", `RESAMPLING=${overviewResampling.toUpperCase()}`]),
  ];
  return translateRaster(source, name, args, signal);
}

/** Warps a raster into another reference system, and writes it as a COG `<name>.tif` beside it. */
export async function warpToCog(
  source: string,
  name: string,
  options: WarpOptions,
  signal?: AbortSignal,
): Promise<Made> {
  const { crs, resampling, resolution, nodata } = options;
  const args = [
    ...["-t_srs", crs, "-r", resampling],
    ...(resolution === undefined ? [] : ["-tr", String(resolution), String(resolution)]),
    ...(nodata === undefined ? [] : ["-dstnodata", String(nodata)]),
    ...LAYOUT,
    ...predictor(await readRaster(source, signal)),
    ...overviewTiles(512),
  ];
  return warpRaster(source, name, args, signal);
}

/** GDAL keeps what it was once told of this until it is told otherwise. */
function overviewTiles(side: number): readonly string[] {
  return ["--config", "GDAL_TIFF_OVR_BLOCKSIZE", String(side)];
}
