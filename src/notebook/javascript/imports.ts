/** Which imports of a cell can never be had. */
import type { Finding } from "./finding.ts";
import type { ParsedCell } from "./parse-cell.ts";
import { readSpecifier } from "./specifiers.ts";

export function importFindings({ program, index, toSource }: ParsedCell): readonly Finding[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== "ImportDeclaration" || typeof statement.source.value !== "string") return [];
    const read = readSpecifier(statement.source.value);
    if (read.kind !== "refused") return [];
    const { line } = toSource(statement.source.start);
    return [{ severity: "error", code: "import", message: read.message, cell: index, line, hint: read.hint } as const];
  });
}
