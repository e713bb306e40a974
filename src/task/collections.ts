/**
 * Names the collection that an item belongs to by what the process definition says: the first of `collection_matchers`
 * that matches, or in the older form the pattern in `upload_options.collections`.
 */
import { createContext, Script } from "node:vm";
import { InvalidInput } from "../errors.ts";
import { asJson, type Json } from "../json.ts";
import { compileChainFilter } from "../payload/chain-filter.ts";
import type { CollectionMatcher, ProcessDefinition } from "../payload/process-definition.ts";
import type { Item } from "./item.ts";

/** The collection of an item; the one that it names itself where nothing in the definition matches. */
export type CollectionOf = (item: Item) => string | undefined;

interface Matcher {
  readonly collection: string;
  matches(item: Json): boolean;
}

/** Throws InvalidInput that names the pattern which cannot be read. */
export async function readCollections(definition: ProcessDefinition): Promise<CollectionOf> {
  const matchers = await Promise.all([
    ...Object.entries(definition.upload_options?.collections ?? {}).map(([collection, pattern]) =>
      makeMatcher(collection, pattern, `upload_options.collections['${collection}']`),
    ),
    ...(definition.collection_matchers ?? []).map(readMatcher),
  ]);
  if (matchers.length === 0) return ownCollection;
  return (item) => {
    const plain = asJson(item);
    return matchers.find(({ matches }) => matches(plain))?.collection ?? ownCollection(item);
  };
}

function ownCollection({ collection }: Item): string | undefined {
  return collection ?? undefined;
}

function readMatcher({ type, pattern, collection_name }: CollectionMatcher, index: number): Promise<Matcher> {
  const where = `collection_matchers[${index}]`;
  if (type === "catch_all") return Promise.resolve({ collection: collection_name, matches: () => true });
  if (pattern !== undefined) return makeMatcher(collection_name, pattern, `${where}.pattern`);
  throw new InvalidInput("The matcher has no pattern", {
    where: `$.process[0].${where}`,
    hint: `Write a JSONPath such as "$[?(@.id =~ '^S2')]", or make it a catch_all.`,
  });
}

async function makeMatcher(collection: string, pattern: string, where: string): Promise<Matcher> {
  try {
    return { collection, matches: await compile(pattern) };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new InvalidInput(`The pattern ${JSON.stringify(pattern)} cannot be read: ${reason}`, {
      where: `$.process[0].${where}`,
      hint: `Write a JSONPath over the item, such as "$[?(@.id =~ '^S2')]" or "$[?@.properties.gsd < 20]".`,
      cause: thrown,
    });
  }
}

/** `$[?(@.id =~ 'LC08.*')]`: what a list of this one item is filtered by. */
const FILTER = /^\$\[\?(.*)\]$/s;

/**
 * A filter is read as chain filters are, which know the `=~` that these patterns have always been written with. What
 * they have no words for is a JSONPath of RFC 9535. What is no path at all is matched with the ID.
 */
async function compile(pattern: string): Promise<Matcher["matches"]> {
  const [, expression] = FILTER.exec(pattern) ?? [];
  if (!pattern.startsWith("$")) return compileFilter(`@.id =~ ${JSON.stringify(pattern)}`);
  if (expression === undefined) return compilePath(pattern);
  try {
    return compileFilter(expression);
  } catch (thrown) {
    return compilePath(pattern).catch(() => {
      throw thrown;
    });
  }
}

function compileFilter(expression: string): Matcher["matches"] {
  const filter = compileChainFilter(expression);
  return (item) => filter.select([item]).length > 0;
}

async function compilePath(pattern: string): Promise<Matcher["matches"]> {
  // Loaded only here: few patterns need it, and it is 60 kB.
  const { compile } = await import("json-p3");
  const path = compile(pattern);
  // The library changes nothing; its type lacks the word for it.
  const isFound = (item: Json) => path.lazyQuery([item] as Parameters<typeof path.query>[0]).next().done !== true;
  return limited(isFound, pattern);
}

/** Real patterns take a few milliseconds. */
const PATTERN_MS = 1000;

const CALL = new Script("matches(item)");

/** A path may have filters within filters, and regular expressions that try every way to cut a text into parts. */
function limited(matches: Matcher["matches"], pattern: string): Matcher["matches"] {
  const context = createContext({ matches });
  return (item) => {
    try {
      return CALL.runInContext(Object.assign(context, { item }), { timeout: PATTERN_MS });
    } catch (thrown) {
      if (!isTimeout(thrown)) throw thrown;
      throw new InvalidInput(`The pattern ${JSON.stringify(pattern)} takes more than ${PATTERN_MS} ms for one item`, {
        where: "$.process[0].collection_matchers",
        hint: "Simplify it, or write the regular expression as \"$[?(@.id =~ '…')]\", which takes no longer for any text.",
        cause: thrown,
      });
    }
  };
}

function isTimeout(thrown: unknown): boolean {
  return (
    typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
