/** All nodes of a syntax tree. */
import type { AnyNode, Program } from "acorn";

export function* nodesOf(program: Program): Generator<AnyNode> {
  const pending: unknown[] = [program];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== "object" || value === null) continue;
    if (isNode(value)) yield value;
    pending.push(...Object.values(value));
  }
}

/** Whatever else the tree holds, such as the value of a regular expression, has no type or no place. */
function isNode(value: object): value is AnyNode {
  return "type" in value && "start" in value && "end" in value;
}
