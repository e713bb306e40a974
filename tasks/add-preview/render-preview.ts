/** From any raster image to a small one that eyes can read. */
import sharp from "sharp";
import { type Pixels, rangesOf, type StretchOptions, stretch } from "./stretch.ts";

export interface PreviewOptions extends StretchOptions {
  readonly format: "png" | "jpeg" | "webp";
  /** Pixels of the longer side; an image is never enlarged. */
  readonly size: number;
}

export interface ImageShape {
  /** Rows and columns */
  readonly "proj:shape": readonly [number, number];
}

/** Throws what libvips says of a file that is no image. */
export async function renderPreview(source: string, path: string, options: PreviewOptions): Promise<ImageShape> {
  const pixels = await readPixels(source, options.size);
  const { width, height, bands } = pixels;
  const channels = channelsOf(bands);
  const stretched = stretch(pixels, rangesOf(pixels, channels, options), options);
  await sharp(stretched, { raw: { width, height, channels } }).toFormat(options.format).toFile(path);
  return { "proj:shape": [height, width] };
}

/** Red, green and blue, or grey where there are fewer bands. */
export function channelsOf(bands: number): 1 | 3 {
  return bands < 3 ? 1 : 3;
}

/** Drawings, which may lead to other files, and documents are no rasters. */
const FORMATS: ReadonlySet<string> = new Set(["tiff", "png", "jpeg", "webp"]);

export async function readPixels(
  source: string,
  size: number,
): Promise<Pixels & { readonly width: number; readonly height: number }> {
  const { space, format } = await sharp(source, { limitInputPixels: false }).metadata();
  if (!FORMATS.has(format)) throw new Error(`it is ${format}, which is not taken for measurements`);
  // TIFFs are read a tile at a time. Others may be needed whole: a few bytes that say to be a million rows fill the memory.
  const { data, info } = await sharp(source, { limitInputPixels: format !== "tiff" })
    // Nearest neighbour: a mean would mix the value for no data into its neighbours.
    .resize({ width: size, height: size, fit: "inside", withoutEnlargement: true, kernel: "nearest" })
    // Without this, 16-bit measurements become 8-bit ones before they are stretched, and the picture 50 shades of grey.
    .toColourspace(space)
    .raw({ depth: "float" })
    .toBuffer({ resolveWithObject: true });
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / Float32Array.BYTES_PER_ELEMENT);
  return { values, bands: info.channels, width: info.width, height: info.height };
}
