/** What the figures of a workflow's states come to: shares, and how thick each arrow of the graph is. */
import type { WorkflowView } from "../../../../src/api/shapes/workflows.ts";
import type { Arrow } from "../../parts/state-graph/machine-graph.ts";

export type StateFigures = WorkflowView["states"][number];

export function figuresByState(states: readonly StateFigures[]): ReadonlyMap<string, StateFigures> {
  return new Map(states.map((figures) => [figures.state, figures]));
}

/** Of what ended: what is under way has not failed yet. Undefined where nothing ended. */
export function failedShare({ entered, failed, running }: StateFigures): number | undefined {
  const ended = Math.max(0, entered - running);
  return ended === 0 ? undefined : Math.min(1, failed / ended);
}

/** `0 %`, `< 1 %`, `12 %` */
export function percentText(share: number | undefined): string {
  if (share === undefined) return "–";
  if (share > 0 && share < 0.01) return "< 1 %";
  return `${Math.round(share * 100)} %`;
}

/**
 * How often an arrow was taken can only be told by what is at its ends: no more often than either was entered, along a
 * catcher's no more often than the state failed. As a share of the most often entered state.
 */
export function arrowWeight(
  { from, to, kind }: Pick<Arrow, "from" | "to" | "kind">,
  states: ReadonlyMap<string, StateFigures>,
): number {
  const most = [...states.values()].reduce((highest, { entered }) => Math.max(highest, entered), 1);
  const start = states.get(from);
  const left = (kind === "catch" ? start?.failed : start?.entered) ?? 0;
  const arrived = to === undefined ? left : (states.get(to)?.entered ?? 0);
  return Math.min(left, arrived) / most;
}
