/** What is said of many numbers. They are all kept, 8 bytes each, so that percentiles are exact: a million take 8 MB. */

export interface Statistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sample standard deviation; 0 of a single value. */
  readonly deviation: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
}

export interface Sample {
  add(value: number): void;
  /** Undefined where there is no value. */
  describe(): Statistics | undefined;
}

export function makeSample(): Sample {
  let values = new Float64Array(1024);
  let count = 0;
  return {
    add(value) {
      if (count === values.length) {
        const larger = new Float64Array(2 * count);
        larger.set(values);
        values = larger;
      }
      values[count++] = value;
    },
    describe: () => (count === 0 ? undefined : describeSorted(values.slice(0, count).sort())),
  };
}

function describeSorted(values: Float64Array): Statistics {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count,
    min: values[0] ?? Number.NaN,
    max: values[count - 1] ?? Number.NaN,
    mean,
    deviation: count === 1 ? 0 : Math.sqrt(squares / (count - 1)),
    p50: quantile(values, 0.5),
    p90: quantile(values, 0.9),
    p95: quantile(values, 0.95),
  };
}

/** Between two values the line that joins them, as NumPy and spreadsheets have it. */
function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
