/** The states of one sequence set out by dagre: boxes in rows from top to bottom, arrows around them. */
import { Graph, layout } from "@dagrejs/dagre";
import type { Box, Point } from "./layout.ts";
import type { Arrow, SequenceGraph } from "./machine-graph.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Arranged extends Size {
  boxOf(state: string): Box;
  /** Undefined for one that is not drawn: the end of a sequence within a box is the box's own. */
  wayOf(index: number): { readonly points: readonly Point[]; readonly label: (Point & Text) | undefined } | undefined;
  readonly start: Point | undefined;
  readonly end: Point | undefined;
  readonly entry: readonly Point[];
}

interface Text {
  readonly text: string;
}

const DOT = 14;
const PADDING = 16;
/** Pixels of a letter, and of a line, of the words beside an arrow. */
const LETTER = 6;
const LINE = 14;
const MOST_LETTERS = 26;
const START = "\u0000start";
const END = "\u0000end";

/** `hasEnds`: with a dot where it begins and one where it ends. */
export function arrange(sequence: SequenceGraph, sizeOf: (state: string) => Size, hasEnds: boolean): Arranged {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 34, edgesep: 14, marginx: PADDING, marginy: PADDING });
  for (const { name } of sequence.nodes) graph.setNode(name, { ...sizeOf(name) });
  if (hasEnds && graph.hasNode(sequence.startAt)) {
    graph.setNode(START, { width: DOT, height: DOT });
    graph.setEdge(START, sequence.startAt, { weight: 4 }, "start");
  }
  if (hasEnds && sequence.arrows.some(({ to }) => to === undefined)) graph.setNode(END, { width: DOT, height: DOT });
  for (const [index, arrow] of sequence.arrows.entries()) {
    const to = arrow.to ?? END;
    if (!graph.hasNode(to)) continue;
    const text = besides(arrow);
    const room = text === "" ? {} : { width: text.length * LETTER, height: LINE, labelpos: "c" };
    // The way that everything goes when all is well stays straight.
    graph.setEdge(arrow.from, to, { weight: arrow.kind === "catch" ? 1 : 3, ...room }, String(index));
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const pointOf = (id: string): Point | undefined => {
    if (!graph.hasNode(id)) return undefined;
    const { x, y } = graph.node(id);
    return { x, y };
  };
  return {
    width,
    height,
    // dagre tells centres.
    boxOf(state) {
      const { x, y, width: wide, height: high } = graph.node(state);
      return { x: x - wide / 2, y: y - high / 2, width: wide, height: high };
    },
    wayOf(index) {
      const arrow = sequence.arrows[index];
      const edge = arrow && graph.edge(arrow.from, arrow.to ?? END, String(index));
      if (!edge) return undefined;
      const text = besides(arrow);
      return { points: edge.points, label: text === "" ? undefined : { x: edge.x ?? 0, y: edge.y ?? 0, text } };
    },
    start: pointOf(START),
    end: pointOf(END),
    entry: graph.hasNode(START) ? graph.edge(START, sequence.startAt, "start").points : [],
  };
}

function besides({ kind, when = "" }: Arrow): string {
  if (kind === "default") return "otherwise";
  if (kind !== "choice") return "";
  return when.length > MOST_LETTERS ? `…${when.slice(1 - MOST_LETTERS)}` : when;
}
