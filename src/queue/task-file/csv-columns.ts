/**
 * What the header of a table says: which column is the ID, and where each other one goes in an entry's data. A dot in a
 * name nests (`bbox.west`), and a cell is a text unless the name ends in `:number`, `:boolean` or `:json`: guessing by
 * what cells look like would turn the IDs 007 and 1e5 into numbers, in some rows of a column and not in others.
 */
import type { Problem } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { suggest } from "../../nearest.ts";
import { BrokenTaskFile } from "./finding.ts";

const TYPES = ["text", "number", "boolean", "json"] as const;
type CellType = (typeof TYPES)[number];

export interface Column {
  /** As the header has it. */
  readonly name: string;
  /** Keys from `data` to the value. */
  readonly path: readonly string[];
  readonly type: CellType;
}

export interface Columns {
  readonly id: number;
  /** By position; undefined for that of the ID. */
  readonly data: readonly (Column | undefined)[];
}

export function readHeader(names: readonly string[], idColumn: string | undefined): Columns {
  const id = findId(names, idColumn);
  const data = names.map((name, index) => (index === id ? undefined : readColumn(name, index)));
  const paths = new Map<string, string>();
  for (const column of data) {
    if (column === undefined) continue;
    const same = [...paths].find(([path]) => overlap(path, pathText(column)));
    if (same !== undefined) {
      throw badHeader(
        `the columns "${same[1]}" and "${column.name}" would be one key of the data`,
        "Rename one of them.",
      );
    }
    paths.set(pathText(column), column.name);
  }
  return { id, data };
}

function findId(names: readonly string[], idColumn: string | undefined): number {
  const wanted = idColumn === undefined ? ["task_id", "id"] : [idColumn];
  const found = wanted.map((name) => names.indexOf(name)).find((index) => index >= 0);
  if (found !== undefined) return found;
  const hint =
    idColumn === undefined
      ? `Name the column that holds the IDs task_id or id, or say which it is. The first line is the header: ${names.slice(0, 12).join(", ")}.`
      : suggest(idColumn, names);
  throw badHeader(`there is no column ${wanted.join(" or ")}`, hint);
}

function readColumn(header: string, index: number): Column {
  const [, name = header, type = "text"] = /^(.*):(text|number|boolean|json)$/s.exec(header.trim()) ?? [];
  const path = name.trim().split(".");
  if (path.includes("") || path.includes("__proto__")) {
    throw badHeader(
      `column ${index + 1} is named ${JSON.stringify(header)}`,
      "Give every column a name; a dot in it nests, so none stands at its ends.",
    );
  }
  // The expression names the types.
  return { name: header, path, type: type as CellType };
}

/** No name holds a zero byte twice as these do. */
function pathText({ path }: Column): string {
  return `${path.join("\0")}\0`;
}

function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function badHeader(message: string, hint: string | undefined): BrokenTaskFile {
  return new BrokenTaskFile({ code: "bad-header", line: 1, message, hint });
}

export type Cell = { readonly value: Json } | { readonly problem: Pick<Problem, "message" | "hint"> };

/** A cell that is not empty. */
export function readCell({ name, type }: Column, text: string): Cell {
  if (type === "text") return { value: text };
  const trimmed = text.trim();
  if (type === "number") {
    const value = Number(trimmed);
    return trimmed !== "" && Number.isFinite(value) ? { value } : wrong(name, text, "a number");
  }
  if (type === "boolean") {
    const value = { true: true, false: false }[trimmed.toLowerCase()];
    return value === undefined ? wrong(name, text, "true or false") : { value };
  }
  try {
    const value: Json = JSON.parse(trimmed);
    return { value };
  } catch {
    return wrong(name, text, "JSON");
  }
}

function wrong(name: string, text: string, expected: string): Cell {
  const found = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return {
    problem: {
      message: `column "${name}": found ${found}, expected ${expected}`,
      hint: "Correct the cell; an empty one leaves the key out.",
    },
  };
}
