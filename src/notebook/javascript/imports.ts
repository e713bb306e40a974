/** Which imports of a cell can never be had. */
import type { Finding } from "./finding.ts";
import { nodesOf } from "./nodes.ts";
import type { ParsedCell } from "./parse-cell.ts";
import { readSpecifier } from "./specifiers.ts";

export function importFindings({ program, index, toSource }: ParsedCell): readonly Finding[] {
  return [...nodesOf(program)].flatMap((node) => {
    if (node.type !== "ImportDeclaration" && node.type !== "ImportExpression") return [];
    const { source } = node;
    if (source.type !== "Literal" || typeof source.value !== "string") return [];
    const read = readSpecifier(source.value);
    if (read.kind !== "refused") return [];
    // Nobody knows whether an `import()` is ever reached.
    const severity = node.type === "ImportDeclaration" ? "error" : "warning";
    const { line } = toSource(source.start);
    return [{ severity, code: "import", message: read.message, cell: index, line, hint: read.hint } as const];
  });
}
