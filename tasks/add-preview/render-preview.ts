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
  // Nearest neighbour: a mean would mix the value for no data into its neighbours.
  const resized = sharp(source, { limitInputPixels: false }).resize({
    width: options.size,
    height: options.size,
    fit: "inside",
    withoutEnlargement: true,
    kernel: "nearest",
  });
  const { depth } = await sharp(source).metadata();
  const { data, info } = await resized
    .raw({ depth: depth === "uchar" ? "uchar" : "float" })
    .toBuffer({ resolveWithObject: true });
  const values = depth === "uchar" ? data : new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const stretched = stretch(values, info.channels, options);
  const { width, height, channels } = info;
  await sharp(stretched, { raw: { width, height, channels } }).toFormat(options.format).toFile(path);
  return { "proj:shape": [height, width] };
}

/** Each band on its own from its two percentiles to 0 and 255. */
function stretch(values: ArrayLike<number>, bands: number, { ccc, nodata }: PreviewOptions): Uint8ClampedArray {
  const bytes = new Uint8ClampedArray(values.length);
  for (let band = 0; band < bands; band++) {
    const [low, high] = cut(values, band, bands, ccc, nodata);
    const scale = high > low ? 255 / (high - low) : 0;
    for (let index = band; index < values.length; index += bands) {
      const value = values[index] ?? nodata;
      bytes[index] = value === nodata ? 0 : (value - low) * scale;
    }
  }
  return bytes;
}

function cut(
  values: ArrayLike<number>,
  band: number,
  bands: number,
  [from, to]: readonly [number, number],
  nodata: number,
): readonly [number, number] {
  const measured = new Float32Array(values.length / bands);
  let count = 0;
  for (let index = band; index < values.length; index += bands) {
    const value = values[index] ?? nodata;
    if (value !== nodata && Number.isFinite(value)) measured[count++] = value;
  }
  const sorted = measured.subarray(0, count).sort();
  const at = (percent: number) => sorted[Math.min(count - 1, Math.floor((percent / 100) * count))] ?? 0;
  return [at(from), at(to)];
}
