/** A state in the graph: a box that can be chosen by pointer and keyboard, its standing told by icon, border and colour. */
import { MarkIcon } from "../state-mark.tsx";
import type { PlacedNode } from "./layout.ts";
import type { NodeLook } from "./node-look.ts";

interface GraphNodeProps {
  readonly placed: PlacedNode;
  readonly look: NodeLook;
  readonly isChosen: boolean;
  /** One of all boxes is reached by Tab, the others from it by the arrow keys. */
  readonly isTabStop: boolean;
  readonly onChoose: () => void;
  readonly onFocus: () => void;
  readonly onFold: (() => void) | undefined;
}

const ROOM = 24;

export function GraphNode({ placed, look, isChosen, isTabStop, onChoose, onFocus, onFold }: GraphNodeProps) {
  const { node, x, y, width, height, folded } = placed;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onChoose();
  };
  const holds = node.inner.length > 0;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: there is no HTML button within a drawing */}
      <g
        class={`graph-node tone-${look.tone} shape-${look.shape}${holds && !folded ? " graph-holder" : ""}`}
        role="button"
        aria-pressed={isChosen}
        aria-label={spoken(placed, look)}
        tabIndex={isTabStop ? 0 : -1}
        data-state={node.name}
        transform={`translate(${x} ${y})`}
        onClick={onChoose}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
      >
        <title>{spoken(placed, look)}</title>
        <rect class="graph-box" width={width} height={height} rx="8" />
        <svg class={`mark-${look.tone}`} x="9" y="9" width="15" height="15" aria-hidden="true">
          <MarkIcon shape={look.shape} />
        </svg>
        <text class="graph-name" x="30" y="21">
          {shortened(node.name, holds ? Math.floor((width - 60) / 7) : ROOM)}
        </text>
        <text class="graph-note" x="30" y="37">
          {holds && !folded ? "" : shortened(look.note ?? kindText(placed), 27)}
        </text>
        {holds && !folded && (
          <text class="graph-note" x={width - 36} y="21" text-anchor="end">
            {shortened(look.note ?? node.type, Math.floor((width - 80) / 6.5) - node.name.length)}
          </text>
        )}
      </g>
      {onFold && (
        // The key F does the same for the box that has the focus.
        <svg class="graph-fold" aria-hidden="true" x={x + width - 30} y={y + 4} width="26" height="26" onClick={onFold}>
          <rect width="26" height="26" rx="5" />
          <path d={folded ? "M7 13h12M13 7v12" : "M7 13h12"} />
        </svg>
      )}
    </>
  );
}

function spoken({ node, folded }: PlacedNode, { word, note }: NodeLook): string {
  return [node.name, node.type, word, note, folded ? "folded" : ""].filter(Boolean).join(", ");
}

function kindText({ node, folded }: PlacedNode): string {
  if (!folded) return node.type;
  const states = node.inner.reduce((sum, { nodes }) => sum + nodes.length, 0);
  return `${node.type} of ${states} states`;
}

function shortened(text: string, most: number): string {
  if (most < 2) return "";
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
