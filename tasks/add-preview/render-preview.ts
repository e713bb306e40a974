/** From any raster image to a small one that eyes can read. */
import sharp from "sharp";

export interface PreviewOptions {
  readonly format: "png" | "jpeg" | "webp";
  /** Pixels of the longer side; an image is never enlarged. */
  readonly size: number;
  /** Percentiles of each band that become black and white: cumulative count cut. */
  readonly ccc: readonly [number, number];
  /** This value is no measurement; the percentiles leave it out, and it becomes black. */
  readonly nodata: number;
}

export interface ImageShape {
  /** Rows and columns */
  readonly "proj:shape": readonly [number, number];
}

/** Throws what libvips says of a file that is no image. */
export async function renderPreview(source: string, path: string, options: PreviewOptions): Promise<ImageShape> {
  const { space } = await sharp(source).metadata();
  const { data, info } = await sharp(source, { limitInputPixels: false })
    // Nearest neighbour: a mean would mix the value for no data into its neighbours.
    .resize({ width: options.size, height: options.size, fit: "inside", withoutEnlargement: true, kernel: "nearest" })
    // Without this, 16-bit measurements become 8-bit ones before they are stretched, and the picture 50 shades of grey.
    .toColourspace(space)
    .raw({ depth: "float" })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const values = new Float32Array(data.buffer, data.byteOffset, data.length / Float32Array.BYTES_PER_ELEMENT);
  const channels = info.channels < 3 ? 1 : 3;
  const stretched = stretch({ values, bands: info.channels }, channels, options);
  await sharp(stretched, { raw: { width, height, channels } }).toFormat(options.format).toFile(path);
  return { "proj:shape": [height, width] };
}

/** Pixel by pixel, each with as many values as there are bands. */
interface Pixels {
  readonly values: Float32Array;
  readonly bands: number;
}

/** The first `channels` bands, each on its own from its two percentiles to 0 and 255. */
function stretch(pixels: Pixels, channels: number, { ccc, nodata }: PreviewOptions): Uint8ClampedArray {
  const count = pixels.values.length / pixels.bands;
  const bytes = new Uint8ClampedArray(count * channels);
  for (let channel = 0; channel < channels; channel++) {
    const band = Float32Array.from(
      { length: count },
      (_, pixel) => pixels.values[pixel * pixels.bands + channel] ?? nodata,
    );
    const measured = band.filter((value) => value !== nodata && Number.isFinite(value)).sort();
    const [low, high] = [percentile(measured, ccc[0]), percentile(measured, ccc[1])];
    const scale = high > low ? 255 / (high - low) : 0;
    for (const [pixel, value] of band.entries()) {
      bytes[pixel * channels + channel] = value === nodata ? 0 : (value - low) * scale;
    }
  }
  return bytes;
}

function percentile(sorted: Float32Array, percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? 0;
}
