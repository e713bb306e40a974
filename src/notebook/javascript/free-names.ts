/** Names that a cell uses and does not bind, and how sure it is that their absence would be felt. */
import type { Program } from "acorn";
import type { Reference, Scope } from "eslint-scope";
import type { Position } from "./erase-types.ts";
import { nodesOf } from "./nodes.ts";

export interface NameUse extends Position {
  /** Where the outermost function around it begins, in the cell's JavaScript; undefined where it runs with the cell. */
  readonly within?: number | undefined;
  /** The code asks whether the name is there, or catches that it is not. */
  readonly guarded: boolean;
}

interface CellText {
  readonly text: string;
  readonly program: Program;
  toSource(offset: number): Position;
}

export function freeNames(
  references: readonly Reference[],
  { text, program, toSource }: CellText,
): ReadonlyMap<string, readonly [NameUse, ...NameUse[]]> {
  const names = new Map<string, [NameUse, ...NameUse[]]>();
  const tries = [...nodesOf(program)].flatMap((node) => (node.type === "TryStatement" ? [node.block] : []));
  for (const { identifier, from } of references) {
    const [start] = identifier.range ?? [0];
    const isTried = tries.some((block) => block.start <= start && start < block.end);
    const guarded = isTried || /\btypeof[\s(]*$/.test(text.slice(Math.max(0, start - LOOK_BACK), start));
    const use = { ...toSource(start), within: outermostFunction(from), guarded };
    const uses = names.get(identifier.name);
    if (uses) uses.push(use);
    else names.set(identifier.name, [use]);
  }
  return names;
}

/** As far as anybody writes blanks behind `typeof`. */
const LOOK_BACK = 40;

function outermostFunction(scope: Scope): number | undefined {
  let found: number | undefined;
  for (let outer: Scope | null = scope; outer !== null; outer = outer.upper) {
    if (outer.type === "function" || outer.type === "class-field-initializer") found = outer.block.range?.[0];
  }
  return found;
}
