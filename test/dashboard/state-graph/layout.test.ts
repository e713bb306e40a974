import { expect, test } from "vitest";
import {
  foldedAtFirst,
  type Layout,
  layoutOf,
  type PlacedNode,
} from "../../../dashboard/src/parts/state-graph/layout.ts";
import { graphOf, type SequenceGraph } from "../../../dashboard/src/parts/state-graph/machine-graph.ts";
import { nearby } from "../../../dashboard/src/parts/state-graph/nearby.ts";

function parse(definition: unknown): SequenceGraph {
  const graph = graphOf(definition);
  if (graph === undefined) throw new Error("no graph");
  return graph;
}

const nested = parse({
  StartAt: "first",
  States: {
    first: { Type: "Pass", Next: "group" },
    group: {
      Type: "Parallel",
      Branches: [
        { StartAt: "left", States: { left: { Type: "Pass", Next: "left-2" }, "left-2": { Type: "Pass", End: true } } },
        { StartAt: "right", States: { right: { Type: "Pass", End: true } } },
      ],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "failure" }],
      Next: "last",
    },
    last: { Type: "Pass", End: true },
    failure: { Type: "Fail" },
  },
});

function placed(layout: Layout, name: string): PlacedNode {
  const found = layout.nodes.find(({ node }) => node.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function overlap(a: PlacedNode, b: PlacedNode): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test("what a box holds lies within it, and boxes that hold nothing do not touch one another", () => {
  const layout = layoutOf(nested);
  const group = placed(layout, "group");
  for (const name of ["left", "left-2", "right"]) {
    const inner = placed(layout, name);
    expect(inner.x).toBeGreaterThanOrEqual(group.x);
    expect(inner.y).toBeGreaterThan(group.y);
    expect(inner.x + inner.width).toBeLessThanOrEqual(group.x + group.width);
    expect(inner.y + inner.height).toBeLessThanOrEqual(group.y + group.height);
    expect(inner.depth).toBe(1);
  }
  const leaves = layout.nodes.filter(({ node }) => node.name !== "group");
  for (const [index, one] of leaves.entries()) {
    for (const other of leaves.slice(index + 1)) expect(overlap(one, other)).toBe(false);
  }
});

test("everything lies within the drawing, each arrow has a way, and it goes from top to bottom", () => {
  const layout = layoutOf(nested);
  for (const { x, y, width, height } of layout.nodes) {
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(layout.width);
    expect(y + height).toBeLessThanOrEqual(layout.height);
  }
  // Of the arrows to an end only those of the machine itself are drawn.
  expect(layout.arrows.map(({ arrow }) => `${arrow.from} ${arrow.to}`).sort()).toEqual([
    "first group",
    "group failure",
    "group last",
    "last undefined",
    "left left-2",
  ]);
  expect(layout.arrows.every(({ points }) => points.length >= 2)).toBe(true);
  expect(placed(layout, "first").y).toBeLessThan(placed(layout, "group").y);
  expect(placed(layout, "group").y).toBeLessThan(placed(layout, "last").y);
});

test("a folded box is a box like any other, without what it holds", () => {
  const layout = layoutOf(nested, new Set(["group"]));
  expect(layout.nodes.map(({ node }) => node.name)).toEqual(["first", "group", "last", "failure"]);
  expect(placed(layout, "group").folded).toBe(true);
  expect(placed(layout, "group").height).toBe(placed(layout, "first").height);
});

test("arrows back to an earlier state and to the state itself are laid out too", () => {
  const layout = layoutOf(
    parse({
      StartAt: "work",
      States: {
        work: { Type: "Task", Catch: [{ ErrorEquals: ["Again"], Next: "work" }], Next: "more" },
        more: { Type: "Choice", Choices: [{ Variable: "$.n", IsPresent: true, Next: "work" }], Default: "done" },
        done: { Type: "Succeed" },
      },
    }),
  );
  expect(layout.arrows).toHaveLength(5);
  expect(layout.arrows.flatMap(({ label }) => label?.text ?? [])).toEqual(["$.n is present", "otherwise"]);
  expect(layout.arrows.flatMap(({ points }) => points).every(({ x, y }) => Number.isFinite(x + y))).toBe(true);
});

test("above 150 states the outermost boxes are folded, below none", () => {
  const many = (count: number) => ({
    StartAt: "each",
    States: {
      each: {
        Type: "Map",
        ItemProcessor: {
          StartAt: "s0",
          States: Object.fromEntries(
            Array.from({ length: count }, (_, n) => [
              `s${n}`,
              { Type: "Pass", ...(n + 1 < count ? { Next: `s${n + 1}` } : { End: true }) },
            ]),
          ),
        },
        End: true,
      },
    },
  });
  expect(foldedAtFirst(parse(many(149)))).toEqual(new Set());
  expect(foldedAtFirst(parse(many(150)))).toEqual(new Set(["each"]));
});

test("the arrow keys reach every box from every other", () => {
  const layout = layoutOf(nested);
  const names = layout.nodes.map(({ node }) => node.name);
  for (const start of names) {
    const reached = new Set([start]);
    for (const name of reached) {
      for (const direction of ["up", "down", "left", "right"] as const) {
        const next = nearby(layout.nodes, name, direction);
        if (next !== undefined) reached.add(next);
      }
    }
    expect([...reached].sort()).toEqual([...names].sort());
  }
  expect(nearby(layout.nodes, "first", "down")).toBe("group");
  expect(nearby(layout.nodes, "left", "right")).toBe("right");
  expect(nearby(layout.nodes, "first", "up")).toBeUndefined();
});
