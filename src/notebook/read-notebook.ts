/** Reads a notebook file of nbformat 3 or 4 as tolerantly as Jupyter does: what it is written in, and its code. */
import type { JsonObject } from "../json.ts";
import { isJsonObject, parseJson } from "../json.ts";
import { languageOf } from "./notebook-language.ts";
import { upgradeNotebook } from "./upgrade-notebook.ts";

export interface Notebook {
  /** `python`, `typescript`, `javascript`, or what else it says. */
  readonly language: string;
  readonly cells: readonly CodeCell[];
  /** Of all kinds. */
  readonly cellCount: number;
  /** As nbformat 4 has it, whatever it was. */
  readonly raw: JsonObject;
}

export interface CodeCell {
  /** From 0, among all cells of the file. */
  readonly index: number;
  readonly source: string;
}

export type NotebookOutcome =
  | { readonly outcome: "read"; readonly notebook: Notebook }
  | { readonly outcome: "unreadable"; readonly code: string; readonly message: string; readonly hint?: string };

/** Beyond this it is outputs, not code: Jupyter itself becomes unusable long before. */
export const NOTEBOOK_LIMIT_BYTES = 100 * 1024 * 1024;

export function readNotebook(content: Uint8Array): NotebookOutcome {
  if (content.byteLength > NOTEBOOK_LIMIT_BYTES) {
    const size = Math.ceil(content.byteLength / 1024 / 1024);
    return unreadable("notebook-too-large", `has ${size} MB; the limit is 100 MB`, "Clear its outputs and save it.");
  }
  const text = new TextDecoder().decode(content);
  const parsed = parseJson(text);
  if (parsed === undefined) return unreadable("notebook-not-json", "is no notebook: it is not JSON", whyNot(text));
  if (!isJsonObject(parsed)) return unreadable("notebook-invalid", "is no notebook: it holds no JSON object");
  const version = parsed.nbformat;
  if (version !== 3 && version !== 4) return unknownVersion(version);
  const raw = version === 3 ? upgradeNotebook(parsed) : parsed;
  if (!Array.isArray(raw.cells)) return unreadable("notebook-invalid", "is no notebook: it has no list of cells");
  const { cells } = raw;
  const notebook = { language: languageOf(raw), cells: codeCells(cells), cellCount: cells.length, raw };
  return { outcome: "read", notebook };
}

function unreadable(code: string, message: string, hint?: string): NotebookOutcome {
  return { outcome: "unreadable", code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The three ways in which notebooks in Git stop being JSON. */
function whyNot(text: string): string | undefined {
  if (text.trim() === "") return "The file is empty.";
  if (text.startsWith("version https://git-lfs.")) {
    return "The repository holds a pointer of Git LFS in its place: keep the notebook in Git itself.";
  }
  if (/^<{7} /m.test(text)) return "It has markers of a merge that was not finished.";
  return undefined;
}

function unknownVersion(version: unknown): NotebookOutcome {
  if (typeof version !== "number") return unreadable("notebook-invalid", "is no notebook: it says no nbformat");
  const hint = version < 3 ? "Open it in Jupyter and save it: that brings it up to nbformat 4." : undefined;
  return unreadable("notebook-invalid", `is of nbformat ${version}; 3 and 4 are understood`, hint);
}

function codeCells(cells: readonly unknown[]): readonly CodeCell[] {
  return cells.flatMap((cell, index) =>
    isJsonObject(cell) && cell.cell_type === "code" ? [{ index, source: sourceOf(cell.source) }] : [],
  );
}

/** A text, or its lines, each with its end. */
function sourceOf(source: unknown): string {
  const text = Array.isArray(source) ? source.filter((line) => typeof line === "string").join("") : source;
  return typeof text === "string" ? text.replaceAll("\r\n", "\n") : "";
}
