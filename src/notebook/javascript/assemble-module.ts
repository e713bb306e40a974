/**
 * Makes one module of the cells that are used. As in a notebook's kernel a later cell may bind a name again: those names
 * become variables of the module, and every binding an assignment in its place.
 */
import type { AnyNode, ExportNamedDeclaration, ImportDeclaration, Statement, VariableDeclaration } from "acorn";
import { applyEdits, type Edit, type Edited } from "./edits.ts";
import type { ParsedCell } from "./parse-cell.ts";
import { offsetAt, type Place } from "./place.ts";

export interface NotebookModule {
  readonly text: string;
  /** Of a position in `text`, both from 1; undefined for what is ours. */
  placeOf(line: number, column: number): Place | undefined;
}

/** The export by which the entry function is found. No code of people can have the same name. */
export const ENTRY_EXPORT = "cirrus:entry";
/** A function of the process that is told each cell that begins. */
export const CELL_BEGINS = "cirrus:cell";

/** What a name is called in its own cell where it is bound by an assignment: traces leave the ending out. */
const ownName = (name: string, cell: ParsedCell) => `${name}$cell${cell.index}`;
export const OWN_NAME_ENDING = /\$cell\d+\b/g;

export function assembleModule(cells: readonly ParsedCell[], entry: string): NotebookModule {
  const shared = sharedNames(cells);
  const used = valuesUsed(cells, entry);
  const parts: { readonly cell: ParsedCell; readonly body: Edited; readonly start: number }[] = [];
  let text = shared.size === 0 ? "" : `var ${[...shared].join(", ")}`;
  for (const cell of cells) {
    const { edits, assignments } = changesOf(cell, shared, used);
    const body = applyEdits(cell.text, edits);
    text += `;globalThis[Symbol.for("${CELL_BEGINS}")](${cell.index});${assignments.join("")}\n`;
    parts.push({ cell, body, start: text.length });
    text += `${body.text}\n`;
  }
  text += `;export { ${entry} as "${ENTRY_EXPORT}" };\n`;
  return {
    text,
    placeOf(line, column) {
      const offset = offsetAt(text, line, column);
      const part = parts.findLast(({ start }) => start <= offset);
      if (part === undefined || offset - part.start > part.body.text.length) return undefined;
      return { cell: part.cell.index, ...part.cell.toSource(part.body.toOriginal(offset - part.start)) };
    },
  };
}

/** Bound by several cells, or declared in one statement with a name that is. */
function sharedNames(cells: readonly ParsedCell[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { bindings } of cells) for (const name of bindings.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shared = new Set([...counts].flatMap(([name, count]) => (count > 1 ? [name] : [])));
  for (const { bindings } of cells) {
    const statements = new Set([...bindings].flatMap(([name, { statement }]) => (shared.has(name) ? [statement] : [])));
    for (const [name, { statement }] of bindings) if (statements.has(statement)) shared.add(name);
  }
  return shared;
}

/** An import that is used as a type only is no import, as in TypeScript. */
function valuesUsed(cells: readonly ParsedCell[], entry: string): (name: string) => boolean {
  const used = new Set(cells.flatMap(({ usedNames, freeNames }) => [...usedNames, ...freeNames.keys()]));
  return (name) => name === entry || used.has(name) || cells.some(({ language }) => language === "javascript");
}

interface Changes {
  readonly edits: Edit[];
  /** Functions are there from the beginning of their cell, and so are imports. */
  readonly assignments: string[];
}

function changesOf(cell: ParsedCell, shared: ReadonlySet<string>, used: (name: string) => boolean): Changes {
  const changes: Changes = { edits: [], assignments: startsAnew(cell, shared).map((name) => `${name} = undefined;`) };
  const rename = (name: string) => {
    changes.assignments.push(`${name} = ${ownName(name, cell)};`);
    return ownName(name, cell);
  };
  for (const statement of cell.program.body) {
    switch (statement.type) {
      case "ImportDeclaration":
        changes.edits.push(...importEdits(statement, shared, used, rename));
        break;
      case "ExportNamedDeclaration":
        changes.edits.push(...exportEdits(statement));
        if (statement.declaration) changes.edits.push(...declarationEdits(statement.declaration, shared, rename));
        break;
      case "ExportDefaultDeclaration": {
        const { declaration } = statement;
        const isNamed =
          (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") && declaration.id;
        changes.edits.push({ start: statement.start, end: declaration.start, text: isNamed ? "" : ";0," });
        if (isNamed) changes.edits.push(...declarationEdits(declaration, shared, rename));
        break;
      }
      case "ExportAllDeclaration":
        changes.edits.push({ start: statement.start, end: statement.end, text: "" });
        break;
      default:
        changes.edits.push(...declarationEdits(statement, shared, rename));
    }
  }
  return changes;
}

/** An enum and a namespace go on where one of their name is, which is meant within a cell only. */
function startsAnew({ source, bindings }: ParsedCell, shared: ReadonlySet<string>): string[] {
  const translated = new Set([...source.matchAll(/\b(?:enum|namespace|module)\s+([\w$]+)/g)].map(([, name]) => name));
  return [...bindings.keys()].filter((name) => shared.has(name) && translated.has(name));
}

/** Nobody imports a notebook: `export` says nothing here, and two cells may export the same. */
function exportEdits({ start, end, declaration }: ExportNamedDeclaration): Edit[] {
  return [{ start, end: declaration ? declaration.start : end, text: "" }];
}

function importEdits(
  { specifiers, source, start, end }: ImportDeclaration,
  shared: ReadonlySet<string>,
  used: (name: string) => boolean,
  rename: (name: string) => string,
): Edit[] {
  const kept = specifiers.filter(({ local }) => used(local.name));
  if (kept.length === specifiers.length && !kept.some(({ local }) => shared.has(local.name))) return [];
  if (kept.length === 0) return [{ start, end, text: "" }];
  const named: string[] = [];
  const others: string[] = [];
  for (const specifier of kept) {
    const { name } = specifier.local;
    const local = shared.has(name) ? rename(name) : name;
    if (specifier.type === "ImportDefaultSpecifier") others.unshift(local);
    else if (specifier.type === "ImportNamespaceSpecifier") others.push(`* as ${local}`);
    else named.push(`${importedName(specifier.imported)} as ${local}`);
  }
  const clause = [...others, ...(named.length > 0 ? [`{ ${named.join(", ")} }`] : [])].join(", ");
  return [{ start, end: source.start, text: `import ${clause} from ` }];
}

function importedName(imported: AnyNode): string {
  return imported.type === "Identifier" ? imported.name : JSON.stringify((imported as { value?: unknown }).value);
}

function declarationEdits(
  statement: Statement | AnyNode,
  shared: ReadonlySet<string>,
  rename: (name: string) => string,
): Edit[] {
  if (statement.type === "FunctionDeclaration" && statement.id && shared.has(statement.id.name)) {
    return [{ start: statement.id.start, end: statement.id.end, text: rename(statement.id.name) }];
  }
  if (statement.type === "ClassDeclaration" && statement.id && shared.has(statement.id.name)) {
    const { start, end } = statement;
    return [
      { start, end: start, text: `;${statement.id.name} = ` },
      { start: end, end, text: ";" },
    ];
  }
  // Those with `var` may stand beside the module's own.
  if (statement.type !== "VariableDeclaration" || statement.kind === "var") return [];
  return declares(statement, shared) ? assignmentEdits(statement) : [];
}

function declares({ declarations }: VariableDeclaration, shared: ReadonlySet<string>): boolean {
  return declarations.some(({ id }) => namesIn(id).some((name) => shared.has(name)));
}

/** `let a, { b } = c` becomes `;(a = undefined, { b } = c);`. */
function assignmentEdits({ start, declarations }: VariableDeclaration): Edit[] {
  return declarations.flatMap(({ id, init, end }, index) => [
    ...(index === 0 ? [{ start, end: id.start, text: ";(" }] : []),
    ...(init ? [] : [{ start: id.end, end: id.end, text: " = undefined" }]),
    ...(index === declarations.length - 1 ? [{ start: end, end, text: ");" }] : []),
  ]);
}

/** That a pattern binds. */
export function namesIn(pattern: AnyNode | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === "Property" ? property.value : property.argument),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(namesIn);
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}
