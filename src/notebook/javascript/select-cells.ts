/** Which cells an entry function needs: its own, or all of them. */
import type { NotebookRequest } from "../../loop/notebook-check.ts";
import { nearest } from "../../nearest.ts";
import type { Finding } from "./finding.ts";
import { magicIn } from "./magics.ts";
import { nodesOf } from "./nodes.ts";
import {
  type Binding,
  type CellOutcome,
  type CellSource,
  type Language,
  type ParsedCell,
  parseCell,
} from "./parse-cell.ts";

export type Selection =
  | {
      readonly outcome: "selected";
      /** In their order. */
      readonly cells: readonly ParsedCell[];
      readonly entry: Entry;
      /** Those that are not used too. */
      readonly all: readonly CellOutcome[];
      readonly warnings: readonly Finding[];
    }
  | { readonly outcome: "refused"; readonly findings: readonly Finding[] };

export interface Entry {
  readonly name: string;
  readonly cell: ParsedCell;
  readonly binding: Binding;
}

export function selectCells(
  sources: readonly CellSource[],
  language: Language,
  { method, fullNotebook }: Pick<NotebookRequest, "method" | "fullNotebook">,
): Selection {
  const all = sources.map((cell) => parseCell(cell, language));
  const known = new Set(all.flatMap((cell) => (cell.outcome === "parsed" ? [...cell.bindings.keys()] : [])));
  const problemsOf = (cells: readonly CellOutcome[]) => cells.flatMap((cell) => cellProblem(cell, known) ?? []);
  const defining = all.flatMap((cell) => (cell.outcome === "parsed" && cell.bindings.has(method) ? [cell] : []));
  const last = defining.at(-1);
  const binding = last?.bindings.get(method);
  if (last === undefined || binding === undefined) {
    const unread = all.filter(
      ({ outcome, source }) => outcome === "invalid" && (fullNotebook || source.includes(method)),
    );
    // The function may be in what cannot be read.
    return { outcome: "refused", findings: unread.length > 0 ? problemsOf(unread) : [missing(method, all)] };
  }
  const used = fullNotebook ? all : [last];
  const problems = problemsOf(used);
  if (problems.length > 0) return { outcome: "refused", findings: problems };
  const entry = { name: method, cell: last, binding };
  const warnings = defining.length > 1 ? [definedTwice(entry, defining)] : [];
  const cells = used.filter((cell) => cell.outcome === "parsed");
  return { outcome: "selected", cells, entry, all, warnings };
}

/** Undefined for a cell that can run. */
function cellProblem(cell: CellOutcome, known: ReadonlySet<string>): Finding | undefined {
  const magic = magicIn(cell, known);
  if (magic !== undefined) return magic;
  if (cell.outcome === "parsed") return undefined;
  const { index, line, message } = cell;
  return { severity: "error", code: "syntax", message: `SyntaxError: ${message}`, cell: index, line };
}

function definedTwice({ name, cell, binding }: Entry, defining: readonly ParsedCell[]): Finding {
  const before = defining.slice(0, -1).map(({ index }) => index);
  return {
    severity: "warning",
    code: "method-twice",
    message: `\`${name}\` is defined in cell ${before.join(", ")} too: that of cell ${cell.index} counts`,
    cell: cell.index,
    line: cell.toSource(binding.identifier.start).line,
    hint: "Rename one of them.",
  };
}

function missing(method: string, all: readonly CellOutcome[]): Finding {
  const functions = new Map<string, number>();
  for (const cell of all) {
    if (cell.outcome !== "parsed") continue;
    for (const [name, binding] of cell.bindings) if (binding.function) functions.set(name, cell.index);
  }
  const hint = whereElse(method, all, functions);
  const message = `\`${method}\` is defined in no code cell`;
  return { severity: "error", code: "method-missing", message, ...(hint === undefined ? {} : { hint }) };
}

const LISTED = 8;

function whereElse(
  method: string,
  all: readonly CellOutcome[],
  functions: ReadonlyMap<string, number>,
): string | undefined {
  const inside = all.find((cell) => cell.outcome === "parsed" && hasInside(cell, method));
  if (inside) return `In cell ${inside.index} it is inside something else: only the top level of a cell counts.`;
  const near = nearest(method, functions.keys());
  if (near !== undefined) return `Did you mean \`${near}\` in cell ${functions.get(near)}?`;
  const listed = [...functions].slice(0, LISTED).map(([name, cell]) => `\`${name}\` in cell ${cell}`);
  return listed.length === 0 ? undefined : `There are: ${listed.join(", ")}.`;
}

function hasInside({ program }: ParsedCell, method: string): boolean {
  return nodesOf(program).some((node) => node.type === "FunctionDeclaration" && node.id?.name === method);
}
