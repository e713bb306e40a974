/** What GDAL says when it cannot do a step. */

/** Why: the raster itself, how it is compressed, or what this machine has left for it. */
export type GdalErrorReason = "raster" | "codec" | "memory" | "disk";

export class GdalError extends Error {
  readonly reason: GdalErrorReason;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "GdalError";
    this.reason = REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? "raster";
  }
}

/** WebAssembly's own words for memory, and those of GDAL. */
const REASONS: readonly (readonly [RegExp, GdalErrorReason])[] = [
  [/missing codec/i, "codec"],
  [/out of memory|\bOOM\b|cannot allocate|bad_alloc|memory access out of bounds|integer overflow/i, "memory"],
  [/no space left|write error/i, "disk"],
];
