/** The columns of the table of payloads, and which of them somebody wants to see. */

export const COLUMNS = {
  state: "State",
  id: "Payload",
  workflow: "Workflow",
  collections: "Collections",
  organisation: "Organisation",
  updated: "Updated",
  created: "Created",
  attempt: "Attempts",
  duration: "Duration",
  error: "Last error",
} as const;

export type ColumnKey = keyof typeof COLUMNS;

// The record above has exactly these keys.
export const COLUMN_KEYS = Object.keys(COLUMNS) as readonly ColumnKey[];

/** Without these a row could not be told from another. */
export const FIXED_COLUMNS: readonly ColumnKey[] = ["state", "id"];

const AT_FIRST: readonly ColumnKey[] = [
  "state",
  "id",
  "workflow",
  "organisation",
  "updated",
  "attempt",
  "duration",
  "error",
];

/** What the browser's storage holds; what is none of our columns is left out. */
export function readColumns(text: string | null): readonly ColumnKey[] {
  if (text === null) return AT_FIRST;
  const wanted = new Set([...text.split(","), ...FIXED_COLUMNS]);
  return COLUMN_KEYS.filter((key) => wanted.has(key));
}

export function writeColumns(columns: readonly ColumnKey[]): string {
  return columns.join(",");
}

export function columnToggled(columns: readonly ColumnKey[], key: ColumnKey): readonly ColumnKey[] {
  if (FIXED_COLUMNS.includes(key)) return columns;
  const wanted = new Set(columns);
  if (!wanted.delete(key)) wanted.add(key);
  return COLUMN_KEYS.filter((column) => wanted.has(column));
}
