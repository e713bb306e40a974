/** What whoever looks has chosen for the table, kept in this browser. A browser may refuse; then it lasts as long as the page. */
import { useState } from "preact/hooks";
import { type ColumnKey, columnToggled, readColumns, writeColumns } from "./columns.ts";
import { readSavedViews, type SavedView, writeSavedViews } from "./saved-views.ts";

const COLUMNS = "cirrus-payload-columns";
const VIEWS = "cirrus-payload-views";

export function useColumns(): readonly [columns: readonly ColumnKey[], toggle: (key: ColumnKey) => void] {
  const [columns, setColumns] = useState(() => readColumns(read(COLUMNS)));
  const toggle = (key: ColumnKey) => {
    const next = columnToggled(columns, key);
    write(COLUMNS, writeColumns(next));
    setColumns(next);
  };
  return [columns, toggle];
}

export function useSavedViews(): readonly [
  views: readonly SavedView[],
  change: (changed: (views: readonly SavedView[]) => readonly SavedView[]) => void,
] {
  const [views, setViews] = useState(() => readSavedViews(read(VIEWS)));
  const change = (changed: (views: readonly SavedView[]) => readonly SavedView[]) => {
    // Another tab may have saved one since.
    const next = changed(readSavedViews(read(VIEWS) ?? writeSavedViews(views)));
    write(VIEWS, writeSavedViews(next));
    setViews(next);
  };
  return [views, change];
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // The page goes on without it.
  }
}
