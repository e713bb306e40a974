/** From measurements of any range to the 256 shades that eyes and screens know. */

/** Pixel by pixel, each with as many values as there are bands. */
export interface Pixels {
  readonly values: Float32Array;
  readonly bands: number;
}

export interface StretchOptions {
  /** Percentiles of each band that become black and white: cumulative count cut. */
  readonly ccc: readonly [number, number];
  /** In place of `ccc`: from the smallest to the largest value, each to this power; below 1 shows more of the dark. */
  readonly exp?: number | undefined;
  /** This value is no measurement: it counts for nothing, and becomes black. */
  readonly nodata: number;
}

/** The value that becomes black and the one that becomes white. */
export type Range = readonly [low: number, high: number];

/** Of each of the first `channels` bands. */
export function rangesOf(pixels: Pixels, channels: number, { ccc, exp, nodata }: StretchOptions): Range[] {
  const [from, to] = exp === undefined ? ccc : [0, 100];
  return Array.from({ length: channels }, (_, channel) => {
    const measured = bandOf(pixels, channel)
      .filter((value) => value !== nodata && Number.isFinite(value))
      .sort();
    return [percentile(measured, from), percentile(measured, to)];
  });
}

/** The first bands, one for each of the ranges. */
export function stretch(pixels: Pixels, ranges: readonly Range[], { exp = 1, nodata }: StretchOptions) {
  const channels = ranges.length;
  const bytes = new Uint8ClampedArray((pixels.values.length / pixels.bands) * channels);
  for (const [channel, [low, high]] of ranges.entries()) {
    const width = high > low ? high - low : Number.POSITIVE_INFINITY;
    for (const [pixel, value] of bandOf(pixels, channel).entries()) {
      const part = value === nodata ? 0 : Math.max(0, (value - low) / width);
      bytes[pixel * channels + channel] = part ** exp * 255;
    }
  }
  return bytes;
}

function bandOf({ values, bands }: Pixels, band: number): Float32Array {
  return Float32Array.from({ length: values.length / bands }, (_, pixel) => values[pixel * bands + band] ?? Number.NaN);
}

function percentile(sorted: Float32Array, percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? 0;
}
