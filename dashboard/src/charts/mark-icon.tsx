/** A mark of the graphs as a small picture: in legends, tables and beside durations. */
import type { Mark } from "./scatter-points.ts";

export function ChartMark({ mark }: { readonly mark: Mark }) {
  return (
    <svg class={`chart-mark ${markClass(mark)}`} viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[mark]}
    </svg>
  );
}

export function markClass(mark: Mark): string {
  return `chart-${mark.replace(" ", "-")}`;
}

const line = { fill: "none", stroke: "currentColor", "stroke-width": "2" } as const;

const SHAPES = {
  succeeded: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  failed: <path d="M2 2l8 8M10 2l-8 8" {...line} />,
  "timed out": <path d="M6 1l5 9.5H1z" fill="currentColor" />,
  stopped: <path d="M2 2h8v8H2z" fill="currentColor" />,
  running: <circle cx="6" cy="6" r="4" {...line} />,
};
