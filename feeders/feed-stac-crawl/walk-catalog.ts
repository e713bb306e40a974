/**
 * Walks a catalog depth first: the items of a catalog, then its children one after another. Where it is, is told by the
 * catalogs that lead there, so that a walk can go on in a tree of any size without a list of what was done.
 */
import { InvalidInput, inOrder, isJsonObject, itemsOf, type Json, type JsonObject } from "cirrus-pipeline/feeder";
import { linksOf } from "./links.ts";

export interface Place {
  /** URLs from the root to the catalog whose items are being read. */
  readonly path: readonly string[];
  /** How many of its items are done. */
  readonly items: number;
  /** Of a catalog that has pages instead of links to items: the one that comes next. */
  readonly page?: string | undefined;
}

export type Found =
  | { readonly found: "item"; readonly item: JsonObject }
  /** Everything before this place was found. */
  | { readonly found: "place"; readonly place: Place }
  | { readonly found: "broken"; readonly url: string; readonly thrown: unknown };

export interface Walk {
  readonly url: string;
  readonly read: (url: string) => Promise<Json>;
  /** Documents that are read ahead. */
  readonly concurrency: number;
  /** Of these collections alone; others are not entered. */
  readonly collections?: readonly string[] | undefined;
  readonly from?: Place | undefined;
}

/** Items between two places: each place is written down. */
const STRIDE = 100;

/** A document within the walk. */
interface Here {
  readonly document: JsonObject;
  readonly path: readonly string[];
  /** The nearest collection above, or the document's own. */
  readonly collection: string | undefined;
  /** Where the walk goes on, if that is here or below. */
  readonly from: Place | undefined;
}

/** A catalog that links to one of its parents, or two that link to each other, would never end without what was seen. */
type Walking = Walk & { readonly seen: Set<string> };

export async function* walkCatalog(walk: Walk): AsyncGenerator<Found> {
  const { url, from } = walk;
  yield* walkOne({ ...walk, seen: new Set() }, url, { path: [], collection: undefined, from });
}

async function* walkOne(walk: Walking, url: string, above: Omit<Here, "document">): AsyncGenerator<Found> {
  if (walk.seen.has(url)) return;
  walk.seen.add(url);
  const read = await tried(async () => asObject(await walk.read(url), url));
  if ("thrown" in read) {
    // Without its root there is nothing to walk.
    if (above.path.length === 0) throw read.thrown;
    return yield { found: "broken", url, thrown: read.thrown };
  }
  const document = read.value;
  const own = document.type === "Collection" && typeof document.id === "string" ? document.id : undefined;
  if (own !== undefined && walk.collections?.includes(own) === false) return;
  const from = above.from?.path[above.path.length] === url ? above.from : undefined;
  const here = { document, path: [...above.path, url], collection: own ?? above.collection, from };
  if (document.type === "Feature" || document.type === "FeatureCollection") return yield* itemsIn(walk, here);
  const child = from?.path[here.path.length];
  if (child === undefined) yield* itemsOfCatalog(walk, here);
  yield* children(walk, here, child);
}

/** Of a walk that goes on, the children before the one that it was in are done. If that is gone, all of them come again. */
async function* children(walk: Walking, here: Here, next: string | undefined): AsyncGenerator<Found> {
  const all = linksOf(here.document, last(here.path), "child");
  const start = next === undefined ? 0 : Math.max(0, all.indexOf(next));
  for (const child of all.slice(start)) {
    yield* walkOne(walk, child, { ...here, from: child === next ? here.from : undefined });
  }
}

async function* itemsOfCatalog(walk: Walking, here: Here): AsyncGenerator<Found> {
  const { document, path, from } = here;
  const links = linksOf(document, last(path), "item");
  // An API has no links to its items but to pages of them.
  if (links.length === 0) return yield* pages(walk, here);
  let items = from?.items ?? 0;
  yield { found: "place", place: { path, items } };
  const reading = inOrder(links.slice(items), walk.concurrency, async (link) => ({
    link,
    ...(await tried(async () => asObject(await walk.read(link), link))),
  }));
  for await (const read of reading) {
    if ("thrown" in read) yield { found: "broken", url: read.link, thrown: read.thrown };
    else yield* itemsIn(walk, { ...here, document: read.value, path: [...path, read.link] });
    items++;
    if (items % STRIDE === 0) yield { found: "place", place: { path, items } };
  }
}

async function* pages(walk: Walking, here: Here): AsyncGenerator<Found> {
  const { document, path, from } = here;
  let page = from?.page ?? linksOf(document, last(path), "items")[0];
  while (page !== undefined && !walk.seen.has(page)) {
    walk.seen.add(page);
    yield { found: "place", place: { path, items: 0, page } };
    const answer = asObject(await walk.read(page), page);
    yield* itemsIn(walk, { ...here, document: answer, path: [...path, page] });
    page = linksOf(answer, page, "next")[0];
  }
}

/** One item, or several in one document. One that names no collection belongs to the collection that it was found in. */
async function* itemsIn({ collections }: Walk, { document, path, collection }: Here): AsyncGenerator<Found> {
  const url = last(path);
  const read = await tried(async () => itemsOf(document, url));
  if ("thrown" in read) return yield { found: "broken", url, thrown: read.thrown };
  for (const item of read.value) {
    const named = typeof item.collection === "string" ? item.collection : collection;
    if (collections !== undefined && !collections.includes(named ?? "")) continue;
    yield { found: "item", item: named === undefined ? item : { ...item, collection: named } };
  }
}

function asObject(document: Json, url: string): JsonObject {
  if (isJsonObject(document)) return document;
  throw new InvalidInput(`${url} is no part of a STAC catalog: it is no JSON object.`);
}

async function tried<T>(read: () => Promise<T>): Promise<{ readonly value: T } | { readonly thrown: unknown }> {
  try {
    return { value: await read() };
  } catch (thrown) {
    return { thrown };
  }
}

function last(path: readonly string[]): string {
  return path[path.length - 1] ?? "";
}
