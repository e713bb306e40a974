/**
 * Whether a file is laid out as a Cloud Optimized GeoTIFF, read with a library that shares no code with GDAL: what a
 * reader over HTTP relies on to get a picture in few requests.
 */
import { fromArrayBuffer, type GeoTIFF, type GeoTIFFImage } from "geotiff";

/** Pixels of the longer side up to which an image needs no overview. */
const SMALL = 512;

export async function openTiff(bytes: Uint8Array): Promise<GeoTIFF> {
  return fromArrayBuffer(new Uint8Array(bytes).buffer);
}

interface Level {
  readonly at: number;
  readonly image: GeoTIFFImage;
  readonly firstTile: number;
  readonly lastTile: number;
}

/** What is wrong with the layout; empty where nothing is. */
export async function cogProblems(bytes: Uint8Array): Promise<string[]> {
  const tiff = await openTiff(bytes);
  const levels = await levelsOf(tiff);
  const [main, ...overviews] = levels;
  if (main === undefined) return ["it has no image"];
  const problems: string[] = [];
  const hold = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };

  for (const [index, { image }] of levels.entries()) hold(image.isTiled, `image ${index} is not tiled`);
  for (const [index, { image }] of overviews.entries()) {
    const type = Number(image.fileDirectory.getValue("NewSubfileType") ?? 0);
    hold((type & 1) === 1, `image ${index + 1} is not marked as an overview`);
  }
  const longest = Math.max(main.image.getWidth(), main.image.getHeight());
  hold(longest <= SMALL || overviews.length > 0, `${longest} pixels have no overview`);
  const smallest = levels.at(-1)?.image ?? main.image;
  hold(Math.max(smallest.getWidth(), smallest.getHeight()) <= SMALL, "the smallest overview is still large");

  // Directories first, from the whole image to the smallest overview; then the tiles, the smallest overview's first.
  hold(main.at < 1024, "the first directory is not at the beginning");
  for (const [index, level] of levels.entries()) {
    const next = levels[index + 1];
    if (next === undefined) continue;
    hold(next.at > level.at, `directory ${index + 1} lies before directory ${index}`);
    hold(next.image.getWidth() < level.image.getWidth(), `image ${index + 1} is no smaller than image ${index}`);
    hold(next.lastTile < level.firstTile, `tiles of image ${index + 1} lie behind those of image ${index}`);
  }
  const lastDirectory = Math.max(...levels.map(({ at }) => at));
  hold(Math.min(...levels.map(({ firstTile }) => firstTile)) > lastDirectory, "tiles lie between the directories");
  return problems;
}

/** Every image but masks, with where its directory and its tiles lie. */
async function levelsOf(tiff: GeoTIFF): Promise<Level[]> {
  const levels: Level[] = [];
  let at = tiff.firstIFDOffset;
  for (let index = 0; index < (await tiff.getImageCount()); index++) {
    const image = await tiff.getImage(index);
    const directory = image.fileDirectory;
    const tag = image.isTiled ? "TileOffsets" : "StripOffsets";
    // 0 stands for a tile of nothing but nodata.
    const tiles = [...((await directory.loadValue(tag)) ?? [])].map(Number).filter((offset) => offset > 0);
    const isMask = (Number(directory.getValue("NewSubfileType") ?? 0) & 4) === 4;
    if (!isMask) levels.push({ at, image, firstTile: Math.min(...tiles), lastTile: Math.max(...tiles) });
    at = directory.nextIFDByteOffset;
  }
  return levels;
}

export interface Georeference {
  readonly origin: readonly number[];
  readonly resolution: readonly number[];
  readonly bbox: readonly number[];
  readonly geoKeys: object | null;
  readonly nodata: number | null;
}

/** Where the pixels lie, as this library reads it. */
export async function georeferenceOf(bytes: Uint8Array): Promise<Georeference> {
  const image = await (await openTiff(bytes)).getImage();
  return {
    origin: image.getOrigin(),
    resolution: image.getResolution(),
    bbox: image.getBoundingBox(),
    geoKeys: image.getGeoKeys(),
    nodata: image.getGDALNoData(),
  };
}

/** Every value of every band, in the type that they are stored in. */
export async function readBands(bytes: Uint8Array) {
  const image = await (await openTiff(bytes)).getImage();
  return image.readRasters({ interleave: false });
}
