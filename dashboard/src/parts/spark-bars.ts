/** Where the bars of a sparkline stand. */

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** More than fit are added up in groups; a value above none is never less than a pixel. Zeros have no bar. */
export function sparkBars(values: readonly number[], width: number, height: number): readonly Bar[] {
  const grouped = groups(values, Math.floor(width / 2));
  const most = Math.max(0, ...grouped);
  if (most === 0) return [];
  const step = width / grouped.length;
  return grouped.flatMap((value, index) => {
    if (value <= 0) return [];
    const tall = Math.max(1, (value / most) * height);
    return [{ x: index * step, y: height - tall, width: Math.max(1, step - 0.5), height: tall }];
  });
}

function groups(values: readonly number[], most: number): readonly number[] {
  if (values.length <= most) return values;
  const size = Math.ceil(values.length / most);
  const sums: number[] = [];
  // From the end, so that the last group is a whole one: it is the one people look at.
  for (let end = values.length; end > 0; end -= size) {
    sums.unshift(values.slice(Math.max(0, end - size), end).reduce((sum, value) => sum + value, 0));
  }
  return sums;
}
