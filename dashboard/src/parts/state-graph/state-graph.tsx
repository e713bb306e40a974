/** The graph of a state machine. Boxes are chosen by pointer or keyboard; the view moves and zooms by both, and by buttons. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { toggled } from "../table.tsx";
import { curve, GraphArrow } from "./graph-arrow.tsx";
import { GraphControls } from "./graph-controls.tsx";
import { GraphNode } from "./graph-node.tsx";
import { foldedAtFirst, type Layout, layoutOf } from "./layout.ts";
import type { Arrow, SequenceGraph } from "./machine-graph.ts";
import { type Direction, nearby } from "./nearby.ts";
import { NOT_REACHED, type NodeLook } from "./node-look.ts";
import "./state-graph.css";
import { useView } from "./use-view.ts";

export interface StateGraphProps {
  readonly graph: SequenceGraph;
  /** Names the drawing: `Graph of the workflow mirror`. */
  readonly label: string;
  readonly chosen?: string | undefined;
  readonly onChoose: (state: string) => void;
  readonly lookOf: (state: string) => NodeLook | undefined;
  /** How much of all came along an arrow, from 0 to 1. */
  readonly weightOf?: (arrow: Arrow) => number | undefined;
}

export default function StateGraph({ graph, label, chosen, onChoose, lookOf, weightOf }: StateGraphProps) {
  const [folded, setFolded] = useState(() => foldedAtFirst(graph));
  const layout = useMemo(() => layoutOf(graph, folded), [graph, folded]);
  const frame = useRef<HTMLDivElement>(null);
  const view = useView(frame, layout);
  const [stop, setStop] = useState(chosen ?? graph.startAt);
  const tabStop = layout.nodes.some(({ node }) => node.name === stop) ? stop : layout.nodes[0]?.node.name;
  const fold = (name: string) => setFolded((now) => toggled(now, name));

  // What is chosen elsewhere comes into view here.
  useEffect(() => {
    const box = layout.nodes.find(({ node }) => node.name === chosen);
    if (box) view.show(box);
    if (box) setStop(box.node.name);
  }, [chosen, layout, view.screen.width]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (view.onKey(event)) return;
    const direction = DIRECTIONS[event.key];
    if (event.key.toLowerCase() === "f" && tabStop !== undefined) {
      if (layout.nodes.some(({ node }) => node.name === tabStop && node.inner.length > 0)) fold(tabStop);
      return;
    }
    if (direction === undefined || tabStop === undefined) return;
    event.preventDefault();
    const next = nearby(layout.nodes, tabStop, direction);
    if (next !== undefined) focusState(frame.current, next);
  };
  const { x, y, scale } = view.box;
  return (
    <div class="graph">
      <GraphControls view={view} canUnfold={folded.size > 0} onUnfold={() => setFolded(new Set())} />
      {/* biome-ignore lint/a11y/useSemanticElements: a group of boxes, not of form fields */}
      <div
        class="graph-frame"
        role="group"
        aria-label={label}
        ref={frame}
        style={{ maxHeight: `${Math.ceil(layout.height) + 24}px` }}
        onKeyDown={onKeyDown}
      >
        {/* biome-ignore lint/a11y/noSvgWithoutTitle: the group around it has the name */}
        <svg width={view.screen.width} height={view.screen.height}>
          <Markers />
          <g transform={`scale(${scale}) translate(${-x} ${-y})`}>
            <Ends layout={layout} />
            {layout.nodes
              .filter(({ node, folded: isFolded }) => node.inner.length > 0 && !isFolded)
              .map((placed) => boxFor(placed))}
            {/* Read out beside the graph, in the table of its states. */}
            <svg class="graph-arrows" aria-hidden="true">
              {layout.arrows.map((placed) => (
                <GraphArrow
                  key={`${placed.arrow.from} ${placed.arrow.to} ${placed.arrow.kind} ${placed.arrow.when}`}
                  placed={placed}
                  weight={weightOf?.(placed.arrow)}
                />
              ))}
            </svg>
            {layout.nodes
              .filter(({ node, folded: isFolded }) => node.inner.length === 0 || isFolded)
              .map((placed) => boxFor(placed))}
          </g>
        </svg>
      </div>
    </div>
  );

  function boxFor(placed: Layout["nodes"][number]) {
    const { name, inner } = placed.node;
    return (
      <GraphNode
        key={name}
        placed={placed}
        look={lookOf(name) ?? NOT_REACHED}
        isChosen={name === chosen}
        isTabStop={name === tabStop}
        onChoose={() => onChoose(name)}
        onFocus={() => {
          setStop(name);
          view.show(placed);
        }}
        onFold={inner.length > 0 ? () => fold(name) : undefined}
      />
    );
  }
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

function focusState(frame: HTMLElement | null, name: string): void {
  for (const box of frame?.querySelectorAll<SVGGElement>("[data-state]") ?? []) {
    if (box.dataset.state === name) box.focus({ preventScroll: true });
  }
}

function Ends({ layout }: { readonly layout: Layout }) {
  return (
    <svg class="graph-arrows" aria-hidden="true">
      <g class="graph-arrow">
        <path d={curve(layout.entry)} marker-end="url(#arrow-next)" />
      </g>
      {layout.dots.map(({ x, y, kind }) => (
        <circle key={kind} class={`graph-${kind}`} cx={x} cy={y} r={kind === "start" ? 6 : 5} />
      ))}
    </svg>
  );
}

function Markers() {
  return (
    <defs>
      {["next", "catch"].map((kind) => (
        <marker
          key={kind}
          id={`arrow-${kind}`}
          class={`graph-head graph-${kind}`}
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="9"
          markerHeight="9"
          markerUnits="userSpaceOnUse"
          orient="auto-start-reverse"
        >
          <path d="M0 0L10 5L0 10z" />
        </marker>
      ))}
    </defs>
  );
}
