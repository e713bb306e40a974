/** Which names a notebook's code uses that nothing of it defines: what another cell would, and what only kernels have. */
import type { Finding } from "./finding.ts";
import type { NameUse } from "./free-names.ts";
import type { CellOutcome, ParsedCell } from "./parse-cell.ts";
import type { Entry } from "./select-cells.ts";

/** Node has it in modules too when they are a notebook's (see run.ts). */
const OURS = ["require"];

const KERNELS: Readonly<Record<string, string>> = {
  Deno: "Deno has it, and this runs in Node: use a module such as `node:fs/promises`.",
  tslab: "It is of the kernel: remove it, or put what shows things into a cell that is not used.",
  __dirname: "Write import.meta.dirname.",
  __filename: "Write import.meta.filename.",
  module: "Write import and export.",
  exports: "Write import and export.",
};

/**
 * An error where the entry function or the cell itself is sure to fail; a warning where nobody knows whether the line is
 * ever reached, or the name is a global one by then.
 */
export function nameFindings(
  cells: readonly ParsedCell[],
  all: readonly CellOutcome[],
  entry: Entry,
): readonly Finding[] {
  const bound = new Set([...cells.flatMap(({ bindings }) => [...bindings.keys()]), ...OURS]);
  const unused = all.filter(({ index }) => !cells.some((cell) => cell.index === index));
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const { index, freeNames } of cells) {
    for (const [name, uses] of freeNames) {
      if (bound.has(name) || told.has(name) || name in globalThis) continue;
      const use = uses.find((one) => isCertain(one, index, entry)) ?? uses.find(({ guarded }) => !guarded);
      if (use === undefined || uses.some(({ guarded }) => guarded)) continue;
      told.add(name);
      const severity = isCertain(use, index, entry) ? "error" : "warning";
      findings.push({ severity, cell: index, line: use.line, ...unknownName(name, unused) });
    }
  }
  return findings;
}

function isCertain({ within }: NameUse, cell: number, entry: Entry): boolean {
  return within === undefined || (cell === entry.cell.index && within === entry.binding.function?.start);
}

function unknownName(name: string, unused: readonly CellOutcome[]): Pick<Finding, "code" | "message" | "hint"> {
  const definedIn = unused.findLast((cell) => cell.outcome === "parsed" && cell.bindings.has(name));
  if (definedIn !== undefined) {
    const hint = "Set `full_notebook: true`, or move it into the cell of the entry function.";
    return { code: "name-in-other-cell", message: `uses \`${name}\`, defined in cell ${definedIn.index}`, hint };
  }
  const hint = Object.hasOwn(KERNELS, name) ? KERNELS[name] : undefined;
  const message = hint === undefined ? "which no cell defines" : "which is there only in a notebook's kernel";
  return { code: "name-undefined", message: `uses \`${name}\`, ${message}`, ...(hint === undefined ? {} : { hint }) };
}
