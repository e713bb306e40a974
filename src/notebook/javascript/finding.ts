/** Something about a notebook that keeps its function from running, or that somebody should know. */
import type { NotebookFinding } from "../../loop/notebook-check.ts";

/** Whoever asked knows the key. */
export type Finding = Omit<NotebookFinding, "key">;

export function findingText({ message, cell, line, hint }: Finding): string {
  const place = [cell === undefined ? "" : `cell ${cell}`, line === undefined ? "" : `line ${line}`].filter(Boolean);
  return `${message}${place.length === 0 ? "" : ` (${place.join(", ")})`}.${hint === undefined ? "" : ` ${hint}`}`;
}
