/** Lines that only a notebook's kernel understands: `%%bash`, `%time`, `!ls`. Some of them are JavaScript by accident. */
import type { Finding } from "./finding.ts";
import type { CellOutcome, ParsedCell } from "./parse-cell.ts";

const MAGIC = /^\s*(?:%%?[a-z]|![\w./~])/i;
const LONGEST = 60;

/** `known`: names that some cell of the notebook binds. */
export function magicIn(cell: CellOutcome, known: ReadonlySet<string>): Finding | undefined {
  const line = cell.outcome === "parsed" ? shellLineOf(cell, known) : magicLineOf(cell.source, cell.line);
  if (line === undefined) return undefined;
  const text = (cell.source.split("\n")[line - 1] ?? "").trim();
  const installed = /^[%!]\s*(?:npm|yarn|pnpm|deno)\s+(?:i|install|add)\s+(.*)/.exec(text)?.[1];
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  const place = { severity: "error", cell: cell.index, line } as const;
  if (installed !== undefined) {
    const hint = `Put it under \`dependencies\` in the YAML file: ${installed
      .split(/\s+/)
      .map((name) => `npm:${name}`)
      .join(" ")}`;
    return { ...place, code: "dependency-in-notebook", message: `\`${shown}\` installs nothing here`, hint };
  }
  const [what, instead] = text.startsWith("!")
    ? ["a shell line", "use `node:child_process`"]
    : ["a magic", "write it in JavaScript"];
  const message = `\`${shown}\` is ${what}, which needs a notebook's kernel`;
  return { ...place, code: "magic", message, hint: `Remove it, or ${instead}.` };
}

/** In what cannot be read: the line that says so, or a magic above it that a parser takes for something else. */
function magicLineOf(source: string, failed: number): number | undefined {
  const lines = source.split("\n");
  if (MAGIC.test(lines[failed - 1] ?? "")) return failed;
  const first = lines.findIndex((line) => line.trim() !== "");
  return /^\s*%%[a-z]/i.test(lines[first] ?? "") ? first + 1 : undefined;
}

/** `!ls -la` is a statement of JavaScript: not `ls`, minus `la`. Nobody writes it with names that are nowhere. */
function shellLineOf(
  { program, text, freeNames, toSource }: ParsedCell,
  known: ReadonlySet<string>,
): number | undefined {
  for (const statement of program.body) {
    if (statement.type !== "ExpressionStatement") continue;
    const [, name] = /^!(\w+)(?:\s+-+\w+)*\s*;?$/.exec(text.slice(statement.start, statement.end)) ?? [];
    if (name !== undefined && freeNames.has(name) && !known.has(name) && !Object.hasOwn(globalThis, name)) {
      return toSource(statement.start).line;
    }
  }
  return undefined;
}
