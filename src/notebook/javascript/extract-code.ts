/** From the cells of a notebook to the code that runs, with all that is known to be wrong with it before it does. */

import type { AnyNode } from "acorn";
import type { NotebookRequest } from "../../loop/notebook-check.ts";
import type { Finding } from "./finding.ts";
import { importFindings } from "./imports.ts";
import { nameFindings } from "./names.ts";
import { bindArguments, type Parameters, readParameters } from "./parameters.ts";
import type { CellSource, Language, ParsedCell } from "./parse-cell.ts";
import { type Entry, selectCells } from "./select-cells.ts";

export type Extract =
  | {
      readonly outcome: "extracted";
      readonly cells: readonly ParsedCell[];
      /** Of the entry function, where the text says them. */
      readonly parameters?: Parameters | undefined;
      readonly warnings: readonly Finding[];
    }
  | { readonly outcome: "refused"; readonly findings: readonly Finding[] };

export function extractCode(
  sources: readonly CellSource[],
  language: Language,
  request: Pick<NotebookRequest, "method" | "fullNotebook" | "args">,
): Extract {
  const selection = selectCells(sources, language, request);
  if (selection.outcome === "refused") return selection;
  const { entry, cells, all } = selection;
  const refused = notCallable(entry);
  if (refused !== undefined) return { outcome: "refused", findings: [...selection.warnings, refused] };
  const parameters = entry.binding.function && readParameters(entry.binding.function, entry.cell);
  const findings = [
    ...selection.warnings,
    ...(parameters === undefined ? [] : argumentFindings(entry, parameters, request)),
    ...cells.flatMap(importFindings),
    ...nameFindings(cells, all, entry),
  ];
  return findings.some(({ severity }) => severity === "error")
    ? { outcome: "refused", findings }
    : { outcome: "extracted", cells, parameters, warnings: findings };
}

/** What a name is bound to where that is no function, and never becomes one. */
const VALUES: Readonly<Partial<Record<AnyNode["type"], string>>> = {
  Literal: "a value",
  TemplateLiteral: "a text",
  ObjectExpression: "an object",
  ArrayExpression: "a list",
  ClassExpression: "a class",
};

function notCallable({ name, cell, binding }: Entry): Finding | undefined {
  const what = whatItIs(binding);
  if (what === undefined) return undefined;
  const { line } = cell.toSource(binding.identifier.start);
  const hint = `Write: async function ${name}() { … }`;
  return { severity: "error", code: "not-callable", message: `\`${name}\` is ${what}`, cell: cell.index, line, hint };
}

function whatItIs({ kind, function: found, init }: Entry["binding"]): string | undefined {
  if (kind === "class") return "a class, and no function";
  if (found?.generator) return "a generator, of which a call runs nothing";
  const value = init === undefined ? undefined : VALUES[init.type];
  return value === undefined ? undefined : `${value}, and no function`;
}

function argumentFindings(
  { name, cell, binding }: Entry,
  parameters: Parameters,
  { args }: Pick<NotebookRequest, "args">,
): readonly Finding[] {
  const bound = bindArguments(name, parameters, args);
  if (bound.outcome === "bound") return [];
  const { line } = cell.toSource(binding.identifier.start);
  const { message, hint } = bound;
  return [{ severity: "error", code: "args", message, cell: cell.index, line, ...(hint ? { hint } : {}) }];
}
