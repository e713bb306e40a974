/** Reads a cell: what its top level binds, what it imports, and what names it takes from elsewhere. */
import { type AnyNode, type Function as FunctionNode, type Node, Parser, type Program } from "acorn";
import { analyze, type Definition, type Reference, type Scope } from "eslint-scope";
import { type Erasure, eraseTypes, type Position, type SyntaxProblem } from "./erase-types.ts";
import { freeNames, type NameUse } from "./free-names.ts";
import { positionAt } from "./place.ts";

export type Language = "typescript" | "javascript";

export interface CellSource {
  /** From 0, among all cells of the notebook. */
  readonly index: number;
  readonly source: string;
}

export interface ParsedCell extends CellSource {
  readonly outcome: "parsed";
  readonly language: Language;
  /** JavaScript. */
  readonly text: string;
  readonly program: Program;
  /** What the top level binds, by name. */
  readonly bindings: ReadonlyMap<string, Binding>;
  /** Names that are used and not bound in the cell, with every use. */
  readonly freeNames: ReadonlyMap<string, readonly [NameUse, ...NameUse[]]>;
  /** Names that the cell binds and uses as values. */
  readonly usedNames: ReadonlySet<string>;
  /** Of an offset in `text`. */
  toSource(offset: number): Position;
}

export type CellOutcome = ParsedCell | (CellSource & { readonly outcome: "invalid" } & SyntaxProblem);

export interface Binding {
  readonly kind: "function" | "class" | "variable" | "import";
  /** Where the name is. */
  readonly identifier: Node;
  /** That declares it, maybe with others. */
  readonly statement: Node;
  /** The function, where the text says which one it is. */
  readonly function?: FunctionNode | undefined;
  /** What a variable begins with, where it is a name of its own. */
  readonly init?: AnyNode | undefined;
}

const KINDS: Readonly<Record<string, Binding["kind"]>> = {
  FunctionName: "function",
  ClassName: "class",
  ImportBinding: "import",
  Variable: "variable",
};

export function parseCell(cell: CellSource, language: Language): CellOutcome {
  const erased: Erasure =
    language === "typescript"
      ? eraseTypes(cell.source)
      : { outcome: "erased", text: cell.source, toSource: (position) => position };
  if (erased.outcome === "invalid") return { ...cell, ...erased };
  const { text } = erased;
  const program = parseProgram(text);
  if ("message" in program) {
    return { ...cell, outcome: "invalid", message: program.message, ...erased.toSource(program) };
  }
  const toSource = (offset: number) => erased.toSource(positionAt(text, offset));
  // Acorn's nodes are ESTree's; the two packages type them apart.
  const scopes = analyze(program as never, { ecmaVersion: 2026, sourceType: "module" });
  const [module] = scopes.globalScope?.childScopes ?? [];
  if (!module) throw new Error("A module has no scope of its own.");
  return {
    ...cell,
    outcome: "parsed",
    language,
    text,
    program,
    bindings: bindingsOf(module),
    freeNames: freeNames(scopes.globalScope?.through ?? [], { text, program, toSource }),
    usedNames: new Set(module.variables.filter(({ references }) => references.some(isRead)).map(({ name }) => name)),
    toSource,
  };
}

/** A cell may export what another one binds. */
const CellParser = Parser.extend(
  (Base) =>
    class extends Base {
      checkLocalExport(): void {}
    },
);

function parseProgram(text: string): Program | SyntaxProblem {
  try {
    return CellParser.parse(text, { ecmaVersion: "latest", sourceType: "module", ranges: true });
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    // Acorn's errors have the place, and say it again at the end of the message.
    const { line, column } = (thrown as SyntaxError & { readonly loc: Position }).loc;
    return { message: thrown.message.replace(/ \(\d+:\d+\)$/, ""), line, column: column + 1 };
  }
}

function bindingsOf(module: Scope): ReadonlyMap<string, Binding> {
  return new Map(
    module.variables.flatMap(({ name, defs }) => {
      const last = defs.at(-1);
      return last === undefined ? [] : [[name, bindingOf(last)] as const];
    }),
  );
}

function bindingOf(definition: Definition): Binding {
  const kind = KINDS[definition.type] ?? "variable";
  // The same nodes that Acorn made, typed by the other package.
  const node = definition.node as unknown as AnyNode;
  const identifier = definition.name as unknown as Node;
  const statement = (definition.parent ?? definition.node) as unknown as Node;
  const binding = { kind, identifier, statement };
  if (node.type === "FunctionDeclaration") return { ...binding, function: node };
  if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier") return binding;
  const { init } = node;
  const isFunction = init?.type === "ArrowFunctionExpression" || init?.type === "FunctionExpression";
  return { ...binding, init: init ?? undefined, function: isFunction ? init : undefined };
}

function isRead(reference: Reference): boolean {
  return reference.isRead();
}
