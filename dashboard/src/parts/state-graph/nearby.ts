/** Which box the arrow keys lead to: the nearest in that direction. */
import type { Box } from "./layout.ts";

export type Direction = "up" | "down" | "left" | "right";

interface Named extends Box {
  readonly node: { readonly name: string };
}

/** Undefined where there is none further that way. */
export function nearby(nodes: readonly Named[], from: string, direction: Direction): string | undefined {
  const start = nodes.find(({ node }) => node.name === from);
  if (start === undefined) return nodes[0]?.node.name;
  let best: { readonly name: string; readonly cost: number } | undefined;
  for (const other of nodes) {
    if (other === start) continue;
    const cost = costOf(start, other, direction);
    if (cost !== undefined && (best === undefined || cost < best.cost)) best = { name: other.node.name, cost };
  }
  return best?.name;
}

/** Upper edges and left edges tell of order also where one box holds the other; to the side counts half. */
function costOf(from: Box, to: Box, direction: Direction): number | undefined {
  const dx = to.x + to.width / 2 - (from.x + from.width / 2);
  const dy = to.y - from.y;
  const sideways = direction === "left" || direction === "right";
  const along = { up: -dy, down: dy, left: -dx, right: dx }[direction];
  const across = Math.abs(sideways ? dy : dx);
  if (along <= 1) return undefined;
  // Left and right stay in about the same row, and do not leave a box for the one that holds it.
  if (sideways && (across > Math.max(from.height, to.height) || holds(to, from))) return undefined;
  return along + across / 2;
}

function holds(outer: Box, inner: Box): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}
