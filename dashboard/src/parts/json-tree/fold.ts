/** A JSON document as the rows of a tree, of which only what is open exists: a large one costs no more than a small one. */
import { type PathPart, pathText } from "./json-path.ts";

/** More children than this are shown as ranges of so many, and those as ranges of ranges. */
export const MOST_CHILDREN = 100;

export type RowKind = "object" | "array" | "range" | "value";

export interface TreeRow {
  /** Tells the row from every other: the path, and for a range where it begins and ends. */
  readonly key: string;
  readonly path: string;
  /** What stands before the colon: a member's name, an element's index, a range `100 … 199`; empty for the whole. */
  readonly label: string;
  readonly kind: RowKind;
  readonly value: unknown;
  /** 1 for the whole document. */
  readonly level: number;
  readonly isOpen: boolean;
  /** Members of an object, elements of an array, what a range holds. */
  readonly size: number;
  /** From 1, and of how many, among its siblings. */
  readonly position: number;
  readonly siblings: number;
}

interface Node {
  readonly key: string;
  readonly parts: readonly PathPart[];
  readonly label: string;
  readonly value: unknown;
  /** Of a range: which of the entries. */
  readonly range?: readonly [from: number, to: number] | undefined;
}

/** The rows that are seen, top to bottom. */
export function rowsOf(document: unknown, open: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (node: Node, level: number, position: number, siblings: number): void => {
    const isOpen = open.has(node.key);
    rows.push({
      key: node.key,
      path: pathText(node.parts),
      label: node.label,
      kind: node.range ? "range" : kindOf(node.value),
      value: node.value,
      level,
      isOpen,
      size: node.range ? node.range[1] - node.range[0] : sizeOf(node.value),
      position,
      siblings,
    });
    if (!isOpen) return;
    const children = childrenOf(node);
    children.forEach((child, at) => {
      visit(child, level + 1, at + 1, children.length);
    });
  };
  visit(rootOf(document), 1, 1, 1);
  return rows;
}

/** What is open at first: the whole, and what is small enough to be read at a glance. */
export function openAtFirst(document: unknown, mostRows = 40): ReadonlySet<string> {
  const open = new Set<string>(["$"]);
  let queue = childrenOf(rootOf(document));
  let rows = queue.length + 1;
  while (queue.length > 0) {
    const next: Node[] = [];
    for (const node of queue) {
      if (node.range || !isFolder(node.value)) continue;
      const size = Math.min(sizeOf(node.value), MOST_CHILDREN);
      if (size === 0 || rows + size > mostRows) continue;
      open.add(node.key);
      rows += size;
      next.push(...childrenOf(node));
    }
    queue = next;
  }
  return open;
}

/** Keys of everything that must be open for the value at a path to be seen. */
export function openTo(document: unknown, parts: readonly PathPart[]): ReadonlySet<string> {
  const open = new Set<string>();
  let node: Node | undefined = rootOf(document);
  let depth = 0;
  while (node && depth < parts.length) {
    open.add(node.key);
    const children: readonly Node[] = childrenOf(node);
    const wanted = parts[depth];
    const child = children.find((each) => (each.range ? holds(each, wanted) : each.parts.at(-1) === wanted));
    if (child && !child.range) depth += 1;
    node = child;
  }
  return open;
}

export function isFolder(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function rootOf(document: unknown): Node {
  return { key: "$", parts: [], label: "", value: document };
}

function childrenOf(node: Node): readonly Node[] {
  if (!isFolder(node.value)) return [];
  const names = Array.isArray(node.value) ? undefined : Object.keys(node.value);
  const [from, to] = node.range ?? [0, sizeOf(node.value)];
  const step = stepFor(to - from);
  const children: Node[] = [];
  for (let at = from; at < to; at += step) {
    children.push(step === 1 ? entryOf(node, names?.[at] ?? at) : rangeOf(node, at, Math.min(at + step, to), names));
  }
  return children;
}

function entryOf(node: Node, part: PathPart): Node {
  const parts = [...node.parts, part];
  const value = (node.value as Record<PathPart, unknown>)[part]; // a folder: childrenOf asked
  return { key: pathText(parts), parts, label: String(part), value };
}

function rangeOf(node: Node, from: number, to: number, names: readonly string[] | undefined): Node {
  const label = `${names?.[from] ?? from} … ${names?.[to - 1] ?? to - 1}`;
  return {
    key: `${pathText(node.parts)} ${from}-${to}`,
    parts: node.parts,
    label,
    value: node.value,
    range: [from, to],
  };
}

/** 1 where all children are shown, otherwise how many go into a range. */
function stepFor(size: number): number {
  let step = 1;
  while (size / step > MOST_CHILDREN) step *= MOST_CHILDREN;
  return step;
}

function holds(range: Node, part: PathPart | undefined): boolean {
  const [from, to] = range.range ?? [0, 0];
  const index = typeof part === "string" && isFolder(range.value) ? Object.keys(range.value).indexOf(part) : part;
  return typeof index === "number" && index >= from && index < to;
}

function kindOf(value: unknown): RowKind {
  if (Array.isArray(value)) return "array";
  return isFolder(value) ? "object" : "value";
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isFolder(value) ? Object.keys(value).length : 0;
}

/** What stands for a value in one line. */
export function summaryOf(row: TreeRow): string {
  if (row.kind === "range") return `${row.size} ${row.size === 1 ? "entry" : "entries"}`;
  if (row.kind === "array") return row.size === 0 ? "[]" : `[${row.size}]`;
  if (row.kind === "object") return row.size === 0 ? "{}" : `{${row.size}}`;
  return JSON.stringify(row.value) ?? "undefined";
}

/** What copying a value gives: text as it is, everything else as JSON. */
export function copyTextOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, undefined, 2) ?? "");
}

/** By which a value is coloured. */
export function typeOf(value: unknown): "string" | "number" | "boolean" | "null" | "folder" {
  if (value === null) return "null";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" ? type : "folder";
}
