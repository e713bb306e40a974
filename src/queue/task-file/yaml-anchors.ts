/**
 * Puts what an anchor marks where its alias stands, also across the entries of a document. Done here and counted, since
 * a few lines of nested aliases can stand for more than any memory holds.
 */
import { type Alias, type Document, isAlias, isScalar, type Node, visit } from "yaml";
import { MAX_DEPTH } from "../../payload/hazards.ts";

/** Of one document, by name: what was marked last. */
export type Anchors = Map<string, Node>;

/** Values that an entry may have once its aliases are written out; and anchors that are remembered. */
const MOST_VALUES = 200_000;
const MOST_ANCHORS = 1000;

/** Undefined where all went well, or else what is wrong, with the offset in the text. */
export function resolveAliases(document: Document, anchors: Anchors): { message: string; offset: number } | undefined {
  let values = 0;
  let offset = 0;
  let wrong: string | undefined;
  function stop(message: string): symbol {
    wrong = message;
    return visit.BREAK;
  }

  visit(document, {
    Node(_key, node, path) {
      values += 1;
      // What came from elsewhere has the offsets of its own text.
      if (isAlias(node)) offset = node.range?.[0] ?? offset;
      if (values > MOST_VALUES) return stop(`with its aliases written out it holds more than ${MOST_VALUES} values`);
      if (path.length > 4 * MAX_DEPTH) return stop("it nests too deeply, or an anchor holds its own alias");
      if (isAlias(node)) return anchors.get(node.source) ?? stop(unknownAnchor(node));
      return remember(node, anchors) ? undefined : stop(`it has more than ${MOST_ANCHORS} anchors`);
    },
  });
  return wrong === undefined ? undefined : { message: wrong, offset };
}

function remember(node: Node, anchors: Anchors): boolean {
  const name = "anchor" in node && typeof node.anchor === "string" ? node.anchor : undefined;
  if (name === undefined || (isScalar(node) && node.value === null)) return true;
  anchors.set(name, node);
  return anchors.size <= MOST_ANCHORS;
}

function unknownAnchor({ source }: Alias): string {
  return `there is no anchor &${source} before the alias *${source} in this document`;
}
