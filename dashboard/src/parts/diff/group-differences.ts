/** Differences between two documents, gathered by what they lie in, so that ten changes of one item read as one place. */
import type { PayloadDiff } from "../../../../src/api/shapes/payloads.ts";
import { partText, pathParts, pathText } from "../json-tree/json-path.ts";

export type Difference = PayloadDiff["differences"][number];

export interface DifferenceGroup {
  /** The path of what they lie in. */
  readonly path: string;
  readonly differences: readonly { readonly name: string; readonly difference: Difference }[];
}

/** In the order of their first difference. */
export function groupDifferences(differences: readonly Difference[]): readonly DifferenceGroup[] {
  const groups = new Map<string, { name: string; difference: Difference }[]>();
  for (const difference of differences) {
    const { within, name } = placeOf(difference.path);
    const group = groups.get(within) ?? [];
    group.push({ name, difference });
    groups.set(within, group);
  }
  return [...groups].map(([path, each]) => ({ path, differences: each }));
}

function placeOf(path: string): { readonly within: string; readonly name: string } {
  const parts = pathParts(path);
  const last = parts?.at(-1);
  if (!parts || last === undefined) return { within: "$", name: path };
  return { within: pathText(parts.slice(0, -1)), name: partText(last).replace(/^\./, "") };
}

export interface DifferenceCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

export function countDifferences(differences: readonly Difference[]): DifferenceCounts {
  const of = (kind: Difference["kind"]) => differences.filter((each) => each.kind === kind).length;
  return { added: of("added"), removed: of("removed"), changed: of("changed") };
}
