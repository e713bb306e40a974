/** What a module exports, read from its text: nothing of it runs, and nothing that it imports is looked at. */
import module from "node:module";
import { type AnyNode, type ExportNamedDeclaration, type Pattern, type Program, parse } from "acorn";

export type ModuleExports =
  | { readonly outcome: "known"; readonly exported: readonly Exported[] }
  | { readonly outcome: "broken"; readonly message: string; readonly line?: number; readonly column?: number }
  /** `module.exports` or `exports.name`, with which esbuild's ES modules have one export alone: `default`. */
  | { readonly outcome: "commonjs" }
  /** Another module decides (`export * from`), or the syntax is newer than the parser. */
  | { readonly outcome: "unknown" };

export interface Exported {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** True where it is plain to see, such as for a number; a name or a call may stand for anything. */
  readonly isNoFunction: boolean;
}

const UNKNOWN: ModuleExports = { outcome: "unknown" };

/** TypeScript or JavaScript: what is no TypeScript is no JavaScript either, except in old scripts. */
export function readExports(text: string): ModuleExports {
  // Lines and columns stay as they are: types become spaces.
  const stripped = stripTypes(text);
  if (typeof stripped === "object") return isCommonjs(text) && isScript(text) ? { outcome: "commonjs" } : stripped;
  const program = parseModule(stripped);
  if (program === undefined) return UNKNOWN;
  const { body } = program;
  if (body.some((node) => node.type === "ExportAllDeclaration" && !node.exported)) return UNKNOWN;
  const hasModuleSyntax = body.some((node) => /^(Import|Export)/.test(node.type));
  if (!hasModuleSyntax && isCommonjs(stripped)) return { outcome: "commonjs" };
  return { outcome: "known", exported: body.flatMap(exportedBy) };
}

function stripTypes(text: string): string | ModuleExports {
  const { emitWarning } = process;
  // It would warn in every check that Node may yet change this function.
  process.emitWarning = () => {};
  try {
    return module.stripTypeScriptTypes(text);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !("code" in error)) throw error;
    // Such as an enum: Node would not run it, esbuild does.
    if (error.code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") return UNKNOWN;
    return { outcome: "broken", message: error.message, ...placeOf(error) };
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Node writes the line above the message, then the text around it with carets below. */
function placeOf({ stack = "" }: SyntaxError): { readonly line?: number; readonly column?: number } {
  const line = /^.*:(\d+)\n/.exec(stack)?.[1];
  const indentation = /^( *)\^+$/m.exec(stack)?.[1];
  if (line === undefined) return {};
  return { line: Number(line), ...(indentation !== undefined && { column: indentation.length + 1 }) };
}

function isCommonjs(text: string): boolean {
  return /\bexports\s*(?:\.\s*\w|\[|=)/.test(text);
}

function isScript(text: string): boolean {
  try {
    parse(text, { ecmaVersion: "latest", sourceType: "script", allowReturnOutsideFunction: true, allowHashBang: true });
    return true;
  } catch {
    return false;
  }
}

function parseModule(text: string): Program | undefined {
  try {
    return parse(text, { ecmaVersion: "latest", sourceType: "module", locations: true });
  } catch {
    // A decorator, for one, which esbuild understands.
    return undefined;
  }
}

function exportedBy(node: AnyNode): readonly Exported[] {
  if (node.type === "ExportDefaultDeclaration") return [exported("default", node, node.declaration)];
  // `export * as name from`: a namespace cannot be called.
  if (node.type === "ExportAllDeclaration")
    return node.exported ? [{ ...named(node.exported), isNoFunction: true }] : [];
  return node.type === "ExportNamedDeclaration" ? exportedByName(node) : [];
}

function exportedByName({ declaration, specifiers }: ExportNamedDeclaration): readonly Exported[] {
  const listed = specifiers.map((specifier) => ({ ...named(specifier.exported), isNoFunction: false }));
  if (!declaration) return listed;
  if (declaration.type !== "VariableDeclaration") return [exported(declaration.id.name, declaration.id, declaration)];
  return declaration.declarations.flatMap(({ id, init }) => {
    if (id.type === "Identifier") return [exported(id.name, id, init ?? undefined)];
    return identifiersIn(id).map((identifier) => exported(identifier.name, identifier, undefined));
  });
}

type ModuleName = ExportNamedDeclaration["specifiers"][number]["exported"];

function named(node: ModuleName) {
  const { name } = exported(node.type === "Identifier" ? node.name : String(node.value), node, undefined);
  return { name, ...start(node) };
}

function exported(name: string, place: AnyNode, value: AnyNode | undefined): Exported {
  return { name, ...start(place), isNoFunction: value !== undefined && NO_FUNCTIONS.has(value.type) };
}

const NO_FUNCTIONS: ReadonlySet<AnyNode["type"]> = new Set([
  "ArrayExpression",
  "ClassDeclaration",
  "ClassExpression",
  "Literal",
  "ObjectExpression",
  "TemplateLiteral",
]);

function start({ loc }: AnyNode): { readonly line: number; readonly column: number } {
  return { line: loc?.start.line ?? 1, column: (loc?.start.column ?? 0) + 1 };
}

function identifiersIn(pattern: Pattern): readonly (Pattern & { readonly type: "Identifier" })[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((member) =>
        identifiersIn(member.type === "RestElement" ? member.argument : member.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : identifiersIn(element)));
    case "RestElement":
      return identifiersIn(pattern.argument);
    case "AssignmentPattern":
      return identifiersIn(pattern.left);
    default:
      return [];
  }
}
