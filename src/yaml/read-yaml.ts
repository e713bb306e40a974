/**
 * Reads one YAML file safely: limited in size, depth and aliases, with the position of every value, so that each
 * problem can name its line and column. CloudFormation's short tags become their long forms.
 */
import { readFileSync, statSync } from "node:fs";
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Problem } from "../errors.ts";
import type { Json } from "../json.ts";
import { nearest } from "../nearest.ts";
import { CLOUDFORMATION_TAGS, expandTag } from "./cloudformation-tags.ts";
import type { Path } from "./json-path.ts";
import { errorsToShow, explainSyntaxError } from "./syntax-errors.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlFile {
  /** As problems name it. */
  readonly shown: string;
  readonly value: Json;
  /** Where a value (or with `"key"` the name in front of it) is written; the nearest value around it where it is not. */
  locate(path: Path, part?: "key" | "value"): Position | undefined;
}

export type Report = (problem: Problem) => void;

export const LIMITS = { bytes: 2 ** 20, depth: 64, aliases: 100, values: 200_000 } as const;

/** Undefined where the file cannot be used at all; every reason is reported. `shown` is its name in problems. */
export function readYaml(file: string, shown: string, report: Report): YamlFile | undefined {
  const text = readText(file, shown, report);
  return text === undefined ? undefined : parseYaml(text, shown, report);
}

export interface ParseOptions {
  /** Whether CloudFormation's short tags have their meaning here; where they have none, every tag is refused. */
  readonly cloudFormation?: boolean;
}

/** The same of a text that comes from elsewhere, such as a commit. */
export function parseYaml(text: string, shown: string, report: Report, options: ParseOptions = {}): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  for (const error of errorsToShow(document.errors)) {
    report({ ...explainSyntaxError(error, document, lines), file: shown, ...at(error.pos[0]) });
  }
  const tags = options.cloudFormation === false ? [] : CLOUDFORMATION_TAGS;
  const convert = makeConverter(document, tags, (node, code, message, hint) =>
    report({ code, message, file: shown, ...at(node.range?.[0] ?? 0), hint }),
  );
  return {
    shown,
    value: document.contents === null ? null : convert(document.contents),
    locate: (path, part) => at(offsetOf(document, path, part ?? "value")),
  };
}

/** The text of a file of at most 1 MiB. */
export function readText(file: string, shown: string, report: Report): string | undefined {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) {
    report({ code: "missing-file", message: `${shown} does not exist`, file: shown });
    return undefined;
  }
  if (size > LIMITS.bytes) {
    report({ code: "too-large", message: `${shown} has ${size} bytes; ${LIMITS.bytes} are allowed`, file: shown });
    return undefined;
  }
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    report({ code: "unreadable", message: `${shown} cannot be read: ${String(error)}`, file: shown });
    return undefined;
  }
}

type Refuse = (node: Node, code: string, message: string, hint?: string) => void;

/** Turns the syntax tree into plain JSON; a refused value becomes null. */
function makeConverter(document: Document, tags: readonly string[], refuse: Refuse): (node: Node) => Json {
  const aliasUses = new Map<string, number>();
  let values = 0;
  let stopped = false;

  /** A key without a colon, such as in `{a}`, has no value at all. */
  function convert(node: Node | null, depth: number): Json {
    if (stopped || node === null) return null;
    values += 1;
    if (depth > LIMITS.depth) return stop(node, "too-deep", `The file is nested more than ${LIMITS.depth} levels deep`);
    if (values > LIMITS.values) return stop(node, "too-large", `The file holds more than ${LIMITS.values} values`);
    if (isAlias(node)) return convertAlias(node, depth);
    return convertTag(node, convertPlain(node, depth));
  }

  function convertAlias(node: Alias, depth: number): Json {
    const uses = (aliasUses.get(node.source) ?? 0) + 1;
    aliasUses.set(node.source, uses);
    if (uses > LIMITS.aliases) {
      return stop(node, "too-many-aliases", `*${node.source} is used more than ${LIMITS.aliases} times`);
    }
    const target = node.resolve(document);
    if (target !== undefined) return convert(target, depth + 1);
    const hint = "A text that begins with * stands in quotes.";
    refuse(node, "unknown-alias", `*${node.source} stands for nothing: there is no &${node.source} before it`, hint);
    return null;
  }

  function convertPlain(node: Node, depth: number): Json {
    if (isMap(node)) return convertMap(node, depth);
    if (isSeq(node)) return node.items.map((item) => convert(asNode(item), depth + 1));
    const value: unknown = isScalar(node) ? node.value : null;
    if (typeof value === "number" && !Number.isFinite(value)) refuse(node, "not-json", `${value} is no JSON value`);
    return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value) ? (value as Json) : null;
  }

  function convertMap(map: YAMLMap, depth: number): Json {
    const merged: { [key: string]: Json | undefined } = {};
    const own: { [key: string]: Json | undefined } = {};
    for (const pair of map.items) {
      if (isMergeKey(pair)) {
        for (const source of mergeSources(pair, document)) {
          for (const [key, value] of Object.entries(convert(source, depth + 1) ?? {})) {
            if (!Object.hasOwn(merged, key)) merged[key] = value;
          }
        }
        continue;
      }
      const key = keyOf(pair);
      if (key === undefined)
        refuse(asNode(pair.key) ?? map, "bad-key", "A key must be a plain word, not a list or a map");
      else if (key === "__proto__") refuse(asNode(pair.key) ?? map, "bad-key", "__proto__ is not allowed as a key");
      else own[key] = convert(asNode(pair.value), depth + 1);
    }
    return { ...merged, ...own };
  }

  function convertTag(node: Node, value: Json): Json {
    const tag = node.tag;
    if (tag === undefined || !tag.startsWith("!")) return value;
    if (!tags.includes(tag)) {
      const near = nearest(tag, tags);
      refuse(node, "unknown-tag", `Unknown tag ${tag}`, near === undefined ? undefined : `Did you mean ${near}?`);
      return value;
    }
    const expanded = expandTag(tag, value);
    if ("value" in expanded) return expanded.value;
    refuse(node, "bad-reference", expanded.wrong);
    return null;
  }

  function stop(node: Node, code: string, message: string): null {
    stopped = true;
    refuse(node, code, message);
    return null;
  }

  return (node) => convert(node, 0);
}

/** The parser's collections hold `unknown`; without directives of our own every member is a node, or null where nothing stands. */
function asNode(member: unknown): Node | null {
  return member as Node | null;
}

function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.source === "<<" && (pair.key.type ?? "PLAIN") === "PLAIN";
}

/** The maps behind `<<: *one` or `<<: [*one, *two]`. */
function mergeSources(pair: Pair, document: Document): Node[] {
  const value = asNode(pair.value);
  const target = isAlias(value) ? value.resolve(document) : value;
  return (isSeq(target) ? target.items.map(asNode) : [value]).filter((source) => source !== null);
}

/** Follows a path as far as the file goes. */
function offsetOf(document: Document, path: Path, part: "key" | "value"): number {
  let offset = document.contents?.range?.[0] ?? 0;
  let node: Node | null | undefined = document.contents;
  for (const [index, step] of path.entries()) {
    const inside: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(inside)) node = asNode(inside.items[Number(step)]);
    else if (isMap(inside)) {
      const pair = findPair(inside, String(step), document);
      if (pair === undefined) return offset;
      const key = asNode(pair.key);
      if (part === "key" && index === path.length - 1) return key?.range?.[0] ?? offset;
      offset = key?.range?.[0] ?? offset;
      node = asNode(pair.value);
    } else return offset;
    if (!node) return offset;
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}

function findPair(map: YAMLMap, key: string, document: Document): Pair | undefined {
  const own = map.items.find((pair) => !isMergeKey(pair) && keyOf(pair) === key);
  if (own !== undefined) return own;
  for (const pair of map.items.filter(isMergeKey)) {
    for (const source of mergeSources(pair, document)) {
      const target = isAlias(source) ? source.resolve(document) : source;
      const found = isMap(target) ? findPair(target, key, document) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
