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
  const isFrame = node.inner.length > 0 && !folded;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: there is no HTML button within a drawing */}
      <g
        class={`graph-node tone-${look.tone} shape-${look.shape}${isFrame ? " graph-holder" : ""}`}
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
        <rect class="graph-box" width={width} height={height} rx="8" />
        <svg class={`mark-${look.tone}`} x="9" y="9" width="15" height="15" aria-hidden="true">
          <MarkIcon shape={look.shape} />
        </svg>
        <text class="graph-name" x="30" y="21">
          {shortened(node.name, isFrame ? Math.floor((width - 150) / 7.5) : ROOM)}{" "}
        </text>
        <text
          class="graph-note"
          x={isFrame ? width - 36 : 30}
          y={isFrame ? 21 : 37}
          text-anchor={isFrame ? "end" : "start"}
        >
          {shortened(noteOf(placed, look), 27)}
        </text>
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

/** Begins with what stands in the box, so that whoever speaks to the page can say what they see. */
function spoken(placed: PlacedNode, look: NodeLook): string {
  const { node, folded } = placed;
  const note = noteOf(placed, look);
  return [node.name, note, look.word, note === node.type ? "" : node.type, folded ? "folded" : ""]
    .filter(Boolean)
    .join(", ");
}

function noteOf({ node, folded }: PlacedNode, { note }: NodeLook): string {
  if (note !== undefined || !folded) return note ?? node.type;
  const states = node.inner.reduce((sum, { nodes }) => sum + nodes.length, 0);
  return `${node.type} of ${states} states`;
}

function shortened(text: string, most: number): string {
  if (most < 2) return "";
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
