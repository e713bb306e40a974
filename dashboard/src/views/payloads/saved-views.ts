/** Filters that somebody keeps under a name in this browser. What else may lie in the browser's storage is taken for nothing. */

export interface SavedView {
  readonly name: string;
  /** The query of the page's address. */
  readonly search: string;
}

export const MOST_SAVED_VIEWS = 50;

export function readSavedViews(text: string | null): readonly SavedView[] {
  if (text === null) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter(isSavedView).slice(0, MOST_SAVED_VIEWS) : [];
}

export function writeSavedViews(views: readonly SavedView[]): string {
  return JSON.stringify(views.map(({ name, search }) => ({ name, search })));
}

/** In place of the one with the same name; otherwise at the end. The oldest give way where there are too many. */
export function withSavedView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const others = views.filter(({ name }) => name !== view.name);
  return [...others, view].slice(-MOST_SAVED_VIEWS);
}

export function withoutSavedView(views: readonly SavedView[], name: string): readonly SavedView[] {
  return views.filter((view) => view.name !== name);
}

function isSavedView(value: unknown): value is SavedView {
  if (typeof value !== "object" || value === null) return false;
  const { name, search } = value as Partial<Record<keyof SavedView, unknown>>; // each is checked in the next line
  return typeof name === "string" && name !== "" && typeof search === "string";
}
