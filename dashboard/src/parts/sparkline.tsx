/** A row's numbers over time, as small bars beside the number that says the same. */

import type { Tone } from "./marks.ts";
import { sparkBars } from "./spark-bars.ts";

interface SparklineProps {
  readonly values: readonly number[];
  readonly tone?: Tone;
  /** What a listener hears in place of it; left out where a number beside it says enough. */
  readonly label?: string | undefined;
}

const WIDTH = 60;
const HEIGHT = 16;

export function Sparkline({ values, tone = "plain", label }: SparklineProps) {
  return (
    <svg
      class={`sparkline mark-${tone}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role={label === undefined ? undefined : "img"}
      aria-label={label}
      aria-hidden={label === undefined}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} stroke="currentColor" stroke-opacity="0.35" />
      {sparkBars(values, WIDTH, HEIGHT).map(({ x, y, width, height }) => (
        <rect key={x} x={x} y={y} width={width} height={height} fill="currentColor" />
      ))}
    </svg>
  );
}
