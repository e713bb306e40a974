/** Where keys lead in a tree, as WAI-ARIA's pattern for trees has it. */
import type { TreeRow } from "./fold.ts";

export type Move = { readonly toggles: true } | { readonly toggles: false; readonly to: string };

/** Undefined where a key means nothing here. */
export function moved(key: string, rows: readonly TreeRow[], at: number): Move | undefined {
  const row = rows[at];
  if (!row) return undefined;
  const hasChildren = row.kind !== "value" && row.size > 0;
  switch (key) {
    case "ArrowDown":
      return to(rows[at + 1]);
    case "ArrowUp":
      return to(rows[at - 1]);
    case "Home":
      return to(rows[0]);
    case "End":
      return to(rows.at(-1));
    case "ArrowRight":
      if (!hasChildren) return undefined;
      return row.isOpen ? to(rows[at + 1]) : { toggles: true };
    case "ArrowLeft":
      return hasChildren && row.isOpen ? { toggles: true } : to(parentOf(rows, at));
    case "Enter":
    case " ":
      return hasChildren ? { toggles: true } : undefined;
    default:
      return undefined;
  }
}

function to(row: TreeRow | undefined): Move | undefined {
  return row && { toggles: false, to: row.key };
}

function parentOf(rows: readonly TreeRow[], at: number): TreeRow | undefined {
  const level = rows[at]?.level ?? 0;
  return rows.slice(0, at).findLast((row) => row.level < level);
}
