/** An arrow of the graph: dashed where an error leads along it, thicker where more came along it. */
import type { PlacedArrow, Point } from "./layout.ts";

interface GraphArrowProps {
  readonly placed: PlacedArrow;
  /** From 0, nothing came along it, to 1; undefined where nobody counted. */
  readonly weight?: number | undefined;
}

export function GraphArrow({ placed, weight }: GraphArrowProps) {
  const { arrow, points, label } = placed;
  return (
    <g class={`graph-arrow graph-${arrow.kind}`}>
      <title>{[`${arrow.from} → ${arrow.to ?? "end"}`, arrow.when].filter(Boolean).join(": ")}</title>
      <path
        d={curve(points)}
        marker-end={`url(#arrow-${arrow.kind === "catch" ? "catch" : "next"})`}
        style={weight === undefined ? undefined : { strokeWidth: `${1 + weight * 5}px` }}
      />
      {label && (
        <text class="graph-label" x={label.x} y={label.y + 4} text-anchor="middle">
          {label.text}
        </text>
      )}
    </g>
  );
}

/** Rounds off the corners: from half of each piece to half of the next. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) return "";
  let path = `M${round(first.x)} ${round(first.y)}`;
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1] ?? last;
    const end = next === last ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += `Q${round(point.x)} ${round(point.y)} ${round(end.x)} ${round(end.y)}`;
  }
  return rest.length === 0 ? `${path}L${round(last.x)} ${round(last.y)}` : path;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
