/** GDAL as WebAssembly: nothing to install beside npm, and it starts in a third of a second. */
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";

export interface WarpOptions {
  /** `EPSG:3857` */
  readonly crs: string;
  readonly resampling: string;
  /** Size of a pixel in units of `crs`; GDAL chooses one where it is not given. */
  readonly resolution?: number | undefined;
  readonly nodata?: number | undefined;
}

export interface Warped {
  readonly bytes: Uint8Array;
  readonly shape: readonly [rows: number, columns: number];
  /** GDAL's six numbers, from pixels to coordinates. */
  readonly transform: readonly number[];
}

interface Dataset {
  readonly path: string;
}

interface RasterInfo {
  readonly size: readonly [columns: number, rows: number];
  readonly geoTransform: readonly number[];
}

interface Gdal {
  open(path: string): Promise<{ readonly datasets: readonly Dataset[]; readonly errors: readonly unknown[] }>;
  close(dataset: Dataset): Promise<void>;
  gdalwarp(dataset: Dataset, options: readonly string[], name: string): Promise<{ readonly local: string }>;
  gdalinfo(dataset: Dataset, options: readonly string[]): Promise<RasterInfo>;
  getFileBytes(path: string): Promise<Uint8Array>;
}

interface GdalSettings {
  readonly path: string;
  readonly errorHandler: (message: string) => void;
  readonly logHandler: (message: string) => void;
}

const require = createRequire(import.meta.url);
// The package has types for its browser build only; those above are what is used of it.
const initGdal = require("gdal3.js/node") as (settings: GdalSettings) => Promise<Gdal>;

/** GDAL starts once a process, and has one stream for what goes wrong. Warps run one after another. */
let starting: Promise<Gdal> | undefined;
let said: string[] = [];

/** Reads a raster, warps it and returns a Cloud Optimized GeoTIFF. Throws what GDAL says. */
export async function warpToCog(source: string, options: WarpOptions): Promise<Warped> {
  said = [];
  try {
    starting ??= startGdal();
    const gdal = await starting;
    const dataset = await openRaster(gdal, source);
    const { local } = await gdal.gdalwarp(dataset, warpArguments(options), "warped");
    await gdal.close(dataset);
    const warped = await openRaster(gdal, local);
    const { size, geoTransform } = await gdal.gdalinfo(warped, ["-json"]);
    await gdal.close(warped);
    return { bytes: await gdal.getFileBytes(local), shape: [size[1], size[0]], transform: geoTransform };
  } catch (thrown) {
    // What is thrown is often only that nothing came of it; the first error that was printed is the cause.
    const printed = said.find((line) => line.startsWith("ERROR"))?.replace(/^ERROR \d+: /, "");
    throw new Error(printed ?? (messageOf(thrown) || "it is no raster that GDAL knows"), { cause: thrown });
  }
}

function startGdal(): Promise<Gdal> {
  // It takes the path for one relative to the working directory, whatever it looks like.
  const path = relative(process.cwd(), join(dirname(require.resolve("gdal3.js/node")), "dist", "package"));
  return initGdal({ path, errorHandler: (text) => said.push(...text.split("\n")), logHandler: () => {} });
}

async function openRaster(gdal: Gdal, path: string): Promise<Dataset> {
  const { datasets, errors } = await gdal.open(path);
  const [dataset] = datasets;
  if (dataset === undefined) throw errors;
  return dataset;
}

function warpArguments({ crs, resampling, resolution, nodata }: WarpOptions): readonly string[] {
  const size = resolution === undefined ? [] : ["-tr", String(resolution), String(resolution)];
  const empty = nodata === undefined ? [] : ["-dstnodata", String(nodata)];
  return [
    "-t_srs",
    crs,
    "-r",
    resampling,
    ...size,
    ...empty,
    "-of",
    "COG",
    "-co",
    "COMPRESS=DEFLATE",
    "-co",
    "PREDICTOR=YES",
  ];
}

/** GDAL throws plain objects, and lists of them. */
function messageOf(thrown: unknown): string {
  if (Array.isArray(thrown)) return thrown.map(messageOf).join(" ").trim();
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) return String(thrown.message).trim();
  return String(thrown);
}
