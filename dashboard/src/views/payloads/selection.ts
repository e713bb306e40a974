/** Which rows of the table are selected: some of those shown, or all that the filter chooses, shown or not. */

export type Selection =
  | { readonly kind: "rows"; readonly ids: ReadonlySet<string>; readonly anchor?: string | undefined }
  | { readonly kind: "all" };

export const NOTHING: Selection = { kind: "rows", ids: new Set() };
export const ALL_MATCHING: Selection = { kind: "all" };

export function isSelected(selection: Selection, id: string): boolean {
  return selection.kind === "all" || selection.ids.has(id);
}

/** Turns one row over. From "all matching" it goes back to the rows that are shown, without this one. */
export function toggled(selection: Selection, id: string, shown: readonly string[]): Selection {
  const ids = new Set(selection.kind === "all" ? shown : selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { kind: "rows", ids, anchor: id };
}

/** Selects everything from the row that was turned over last to this one, as shift does in every list. */
export function extended(selection: Selection, id: string, shown: readonly string[]): Selection {
  if (selection.kind === "all") return selection;
  const from = selection.anchor === undefined ? -1 : shown.indexOf(selection.anchor);
  const to = shown.indexOf(id);
  if (from < 0 || to < 0) return toggled(selection, id, shown);
  const between = shown.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { kind: "rows", ids: new Set([...selection.ids, ...between]), anchor: selection.anchor };
}

/** For the box in the table's head: what is shown, all or none of it. */
export function shownToggled(selection: Selection, shown: readonly string[]): Selection {
  return selectedOfShown(selection, shown) === "all" ? NOTHING : { kind: "rows", ids: new Set(shown) };
}

export function selectedOfShown(selection: Selection, shown: readonly string[]): "none" | "some" | "all" {
  if (selection.kind === "all") return "all";
  const selected = shown.filter((id) => selection.ids.has(id)).length;
  if (selected === 0) return "none";
  return selected === shown.length ? "all" : "some";
}
