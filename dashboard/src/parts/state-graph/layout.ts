/** Where each box and arrow of a machine goes. States inside a Map or Parallel are laid out first; their box is as large as they are. */
import { layout as arrange, Graph } from "@dagrejs/dagre";
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
  /** Where sequences begin and end. */
  readonly dots: readonly (Point & { readonly kind: "start" | "end" })[];
}

const NODE = { width: 190, height: 46 };
const DOT = 14;
const PADDING = 16;
/** Of a box that holds others: its title, and below it what it holds. */
const TITLE = 34;
const START = "\u0000start";
const END = "\u0000end";

/** `folded`: names of the Maps and Parallels whose inner states are not drawn. */
export function layoutOf(graph: SequenceGraph, folded: ReadonlySet<string> = new Set()): Layout {
  return layoutAt(graph, folded, 0);
}

/** Above this many boxes, what Maps and Parallels hold is folded away at first: 150 take dagre some 0.2 s. */
export const MOST_NODES = 150;

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
  const dagre = arranged(sequence, inside);
  const nodes: PlacedNode[] = [];
  const arrows: PlacedArrow[] = [];
  const dots: Layout["dots"][number][] = [];
  for (const node of sequence.nodes) {
    const box = boxOf(dagre.node(node.name));
    nodes.push({ node, depth, folded: node.inner.length > 0 && folded.has(node.name), ...box });
    const held = inside.get(node.name);
    if (held === undefined) continue;
    const move = mover(box.x + (box.width - held.width) / 2, box.y + TITLE);
    nodes.push(...held.nodes.map((one) => ({ ...one, ...move(one) })));
    arrows.push(...held.arrows.map(({ arrow, points }) => ({ arrow, points: points.map(move) })));
    dots.push(...held.dots.map((dot) => ({ ...dot, ...move(dot) })));
  }
  for (const [index, arrow] of sequence.arrows.entries()) {
    const edge = dagre.edge(arrow.from, arrow.to ?? END, String(index));
    arrows.push({ arrow, points: edge.points });
  }
  for (const [id, kind] of [
    [START, "start"],
    [END, "end"],
  ] as const) {
    if (!dagre.hasNode(id)) continue;
    const { x, y } = dagre.node(id);
    dots.push({ x, y, kind });
  }
  const { width = 0, height = 0 } = dagre.graph();
  return { width, height, nodes, arrows, dots };
}

function arranged(sequence: SequenceGraph, inside: ReadonlyMap<string, Layout>) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 38, edgesep: 14, marginx: PADDING, marginy: PADDING });
  graph.setNode(START, { width: DOT, height: DOT });
  for (const { name } of sequence.nodes) {
    const held = inside.get(name);
    graph.setNode(
      name,
      held === undefined ? { ...NODE } : { width: Math.max(NODE.width, held.width), height: held.height + TITLE },
    );
  }
  if (graph.hasNode(sequence.startAt)) graph.setEdge(START, sequence.startAt, { weight: 4 }, "start");
  if (sequence.arrows.some(({ to }) => to === undefined)) graph.setNode(END, { width: DOT, height: DOT });
  for (const [index, { from, to, kind }] of sequence.arrows.entries()) {
    // The way that everything goes when all is well stays straight.
    graph.setEdge(from, to ?? END, { weight: kind === "catch" ? 1 : 3 }, String(index));
  }
  arrange(graph);
  return graph;
}

/** Branches of a Parallel stand side by side. */
function beside(layouts: readonly Layout[]): Layout {
  let x = 0;
  const moved = layouts.map((one) => {
    const move = mover(x, 0);
    x += one.width;
    return {
      nodes: one.nodes.map((node) => ({ ...node, ...move(node) })),
      arrows: one.arrows.map(({ arrow, points }) => ({ arrow, points: points.map(move) })),
      dots: one.dots.map((dot) => ({ ...dot, ...move(dot) })),
    };
  });
  return {
    width: x,
    height: Math.max(0, ...layouts.map(({ height }) => height)),
    nodes: moved.flatMap(({ nodes }) => nodes),
    arrows: moved.flatMap(({ arrows }) => arrows),
    dots: moved.flatMap(({ dots }) => dots),
  };
}

function mover(dx: number, dy: number): (point: Point) => Point {
  return ({ x, y }) => ({ x: x + dx, y: y + dy });
}

/** dagre tells centres. */
function boxOf({ x, y, width, height }: Box): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}
