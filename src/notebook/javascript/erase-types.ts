/**
 * Makes JavaScript of a cell in TypeScript, as Node does: types become blanks, so that everything stays where it was. What
 * is more than a type (enum, namespace, parameter property) is translated, and a source map says where it came from.
 */
import { SourceMap, stripTypeScriptTypes } from "node:module";

export type Erasure =
  | { readonly outcome: "erased"; readonly text: string; toSource(position: Position): Position }
  | ({ readonly outcome: "invalid" } & SyntaxProblem);

/** Both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Position {
  readonly message: string;
}

const INLINE_MAP = /\n*\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

export function eraseTypes(source: string): Erasure {
  try {
    const text = quietly(() => stripTypeScriptTypes(source, { mode: "strip" }));
    return { outcome: "erased", text, toSource: (position) => position };
  } catch (thrown) {
    return hasCode(thrown, "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") ? translate(source) : invalid(thrown);
  }
}

function translate(source: string): Erasure {
  try {
    const output = quietly(() => stripTypeScriptTypes(source, { mode: "transform", sourceMap: true }));
    const encoded = INLINE_MAP.exec(output)?.[1] ?? "";
    const map = new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
    const toSource = ({ line, column }: Position): Position => {
      const entry = map.findEntry(line - 1, column - 1);
      if (!("originalLine" in entry)) return { line: 1, column: 1 };
      return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    };
    return { outcome: "erased", text: output.replace(INLINE_MAP, ""), toSource };
  } catch (thrown) {
    return invalid(thrown);
  }
}

/** Node says the line and, below it, the place in the line: `:2`, `let a: = 1`, `       ^`. */
function invalid(thrown: unknown): Erasure {
  if (!(thrown instanceof SyntaxError)) throw thrown;
  const [, line, , blanks = ""] = /^[^\n]*:(\d+)\n([^\n]*)\n(?:( *)\^)?/.exec(thrown.stack ?? "") ?? [];
  const message = thrown.message.replace(" in strip-only mode", "");
  return { outcome: "invalid", message, line: Number(line ?? 1), column: blanks.length + 1 };
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}

/** Node warns at the first call that the function may change: nothing that people who write notebooks can act on. */
function quietly<T>(call: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return call();
  } finally {
    process.emitWarning = emitWarning;
  }
}
