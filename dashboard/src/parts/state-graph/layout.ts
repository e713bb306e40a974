/** Where each box and arrow of a machine goes. States inside a Map or Parallel are laid out first; their box is as large as they are. */
import { arrange } from "./arrange.ts";
import type { Arrow, SequenceGraph, StateNode } from "./machine-graph.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: StateNode;
  /** How many boxes it is in. */
  readonly depth: number;
  /** Its inner states are not drawn. */
  readonly folded: boolean;
}

export interface PlacedArrow {
  readonly arrow: Arrow;
  readonly points: readonly Point[];
  /** What stands beside it, and the middle of where there is room for that. */
  readonly label?: (Point & { readonly text: string }) | undefined;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** What holds others comes before them. */
  readonly nodes: readonly PlacedNode[];
  readonly arrows: readonly PlacedArrow[];
  /** Where the machine begins and ends. */
  readonly dots: readonly (Point & { readonly kind: "start" | "end" })[];
  /** From the beginning to the first state. */
  readonly entry: readonly Point[];
}

const NODE = { width: 190, height: 46 };
/** Of a box that holds others: its title, and below it what it holds. */
const TITLE = 34;

/** `folded`: names of the Maps and Parallels whose inner states are not drawn. */
export function layoutOf(graph: SequenceGraph, folded: ReadonlySet<string> = new Set()): Layout {
  return layoutAt(graph, folded, 0);
}

/** Above this many boxes, what Maps and Parallels hold is folded away at first: 150 take dagre some 0.2 s. */
const MOST_NODES = 150;

/** The Maps and Parallels to fold so that few enough boxes are left: the outermost. */
export function foldedAtFirst(graph: SequenceGraph): ReadonlySet<string> {
  const size = (sequence: SequenceGraph): number =>
    sequence.nodes.reduce((sum, { inner }) => sum + 1 + inner.reduce((all, one) => all + size(one), 0), 0);
  if (size(graph) <= MOST_NODES) return new Set();
  return new Set(graph.nodes.filter(({ inner }) => inner.length > 0).map(({ name }) => name));
}

function layoutAt(sequence: SequenceGraph, folded: ReadonlySet<string>, depth: number): Layout {
  const inside = new Map<string, Layout>();
  for (const { name, inner } of sequence.nodes) {
    if (inner.length > 0 && !folded.has(name))
      inside.set(name, beside(inner.map((one) => layoutAt(one, folded, depth + 1))));
  }
  const sizeOf = (state: string) => {
    const held = inside.get(state);
    return held === undefined ? NODE : { width: Math.max(NODE.width, held.width), height: held.height + TITLE };
  };
  const arranged = arrange(sequence, sizeOf, depth === 0);
  const nodes: PlacedNode[] = [];
  const arrows: PlacedArrow[] = [];
  for (const node of sequence.nodes) {
    const box = arranged.boxOf(node.name);
    nodes.push({ node, depth, folded: node.inner.length > 0 && folded.has(node.name), ...box });
    const held = inside.get(node.name);
    if (held === undefined) continue;
    const within = moved(held, box.x + (box.width - held.width) / 2, box.y + TITLE);
    nodes.push(...within.nodes);
    arrows.push(...within.arrows);
  }
  for (const [index, arrow] of sequence.arrows.entries()) {
    const way = arranged.wayOf(index);
    if (way) arrows.push({ arrow, ...way });
  }
  const { width, height, start, end, entry } = arranged;
  const dots = [
    ...(start ? [{ ...start, kind: "start" as const }] : []),
    ...(end ? [{ ...end, kind: "end" as const }] : []),
  ];
  return { width, height, nodes, arrows, dots, entry };
}

/** Branches of a Parallel stand side by side. */
function beside(layouts: readonly Layout[]): Layout {
  let x = 0;
  const placed = layouts.map((one) => {
    const there = moved(one, x, 0);
    x += one.width;
    return there;
  });
  return {
    width: x,
    height: Math.max(0, ...layouts.map(({ height }) => height)),
    nodes: placed.flatMap(({ nodes }) => nodes),
    arrows: placed.flatMap(({ arrows }) => arrows),
    dots: [],
    entry: [],
  };
}

function moved({ nodes, arrows }: Layout, dx: number, dy: number): Pick<Layout, "nodes" | "arrows"> {
  const move = ({ x, y }: Point): Point => ({ x: x + dx, y: y + dy });
  return {
    nodes: nodes.map((node) => ({ ...node, ...move(node) })),
    arrows: arrows.map(({ arrow, points, label }) => ({
      arrow,
      points: points.map(move),
      label: label && { ...label, ...move(label) },
    })),
  };
}
