/**
 * Every item of a search, once. Where the server counts what it finds, time is cut until a slice is short: a run goes on
 * with the slice that it was cut off in, and items that appear meanwhile move the pages of one slice and of no other.
 */
import { at, type Json, type JsonObject, type Log, type Position, UnexpectedAnswer } from "cirrus-pipeline/feeder";
import * as z from "zod";
import { MOST_REMEMBERED, NO_SUCH_PAGE } from "./chained-pages.ts";
import type { SearchEndpoint } from "./find-search.ts";
import { firstRequest, nameOf, type PageRequest } from "./page.ts";
import type { Search } from "./parameters.ts";
import { cut, intervalOf, placeOf, type Slice } from "./range.ts";
import type { Pages } from "./read-pages.ts";

export interface FindPorts {
  readonly pages: Pages;
  readonly endpoint: SearchEndpoint;
  readonly search: Search;
  /** Items of a slice. */
  readonly most: number;
  readonly log: Log;
}

type Found = AsyncGenerator<Json | Position>;

const pageRequest = z.object({
  url: z.string(),
  method: z.enum(["GET", "POST"]),
  body: z.looseObject({}).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

/** The begin of the first slice that was not read; or, where slices are not possible, the first page. */
const stored = z.union([z.object({ from: z.number() }), z.object({ next: pageRequest })]);

export async function* findItems(ports: FindPorts, position: Json | undefined): Found {
  const { range } = ports.search;
  const told = position === undefined ? undefined : stored.parse(position);
  if (told === undefined) yield* inSlices({ from: range.from, to: range.to }, ports);
  else if ("from" in told) yield* inSlices({ from: told.from, to: range.to }, ports);
  else yield* goOnInPages(told.next as PageRequest, ports); // the schema has checked it
}

/** A slice with the items that the server counts in it; undefined where it does not count. */
interface Counted {
  readonly slice: Slice;
  readonly items: number | undefined;
}

async function* inSlices(whole: Slice, ports: FindPorts): Found {
  const counted = { slice: whole, items: await count(whole, ports) };
  const first = counted.items === undefined ? "uncounted" : await divide(counted, ports);
  if (first === "uncounted" || (first !== "short" && (await missesSome(counted, first, ports)))) {
    yield* inPages(requestOf(whole, ports), ports);
    return;
  }
  const strays = new Set<string>();
  const left: Counted[] = first === "short" ? [counted] : first.toReversed();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const parts = await divide(next, ports);
    if (parts !== "short") {
      left.push(...parts.toReversed());
      continue;
    }
    if (next.items !== 0) yield* readSlice(next.slice, strays, ports);
    if (left.length > 0) yield at({ from: next.slice.to });
  }
}

/** In two, earliest first, where there are too many items in it and fewer would be in each. */
async function divide({ slice, items }: Counted, ports: FindPorts): Promise<readonly Counted[] | "short"> {
  const halves = items !== undefined && items > ports.most ? cut(slice) : undefined;
  if (items === undefined || halves === undefined) return "short";
  const parts: Counted[] = [];
  for (const half of halves) parts.push({ slice: half, items: await count(half, ports) });
  // Items that last are in both: where most of them are, no cut makes anything shorter.
  const twice = sumOf(parts) - items;
  return twice > items / 2 ? "short" : parts;
}

function sumOf(parts: readonly Counted[]): number {
  return parts.reduce((sum, { items = 0 }) => sum + items, 0);
}

/** Undefined where the server does not say it. */
async function count(slice: Slice, ports: FindPorts): Promise<number | undefined> {
  return (await ports.pages.ask(requestOf(slice, ports, { limit: 1 }))).matched;
}

function requestOf(slice: Slice, { search, endpoint }: FindPorts, changed: JsonObject = {}): PageRequest {
  const datetime = intervalOf(slice, search.range);
  const body = { ...search.body, ...(datetime === undefined ? {} : { datetime }), ...changed };
  return firstRequest(endpoint.url, endpoint.method, body);
}

/** Servers that know only `datetime` find items with a begin and an end in no slice, but in a search without a time. */
async function missesSome(
  { slice, items = 0 }: Counted,
  parts: readonly Counted[],
  ports: FindPorts,
): Promise<boolean> {
  const { search, log } = ports;
  const inParts = sumOf(parts);
  if (items <= inParts || intervalOf(slice, search.range) !== undefined) return false;
  // Items may have been taken away since: then they are fewer now.
  const missing = ((await count(slice, ports)) ?? 0) - inParts;
  if (missing <= 0) return false;
  log.warn("items without a datetime are in no slice of time: reading page by page", { missing });
  return true;
}

/** Times that a slice is read at most while its items move. */
const MOST_PASSES = 5;

async function* readSlice(slice: Slice, strays: Set<string>, ports: FindPorts): AsyncGenerator<Json> {
  const { search, log } = ports;
  const seen = new Set<string>();
  for (let pass = 1; ; pass++) {
    const before = seen.size;
    const moved = yield* readOnce(slice, seen, strays, ports);
    // What came twice in both passes is twice in the server.
    if (!moved || (pass > 1 && seen.size === before)) return;
    const datetime = intervalOf(slice, search.range) ?? "../..";
    if (pass === MOST_PASSES) return log.warn("the items of a slice do not stand still", { datetime });
    log.info("items came or went while a slice was read: reading it again", { datetime });
  }
}

/** True where items were counted differently from page to page, or one came twice: then another may have been missed. */
async function* readOnce(slice: Slice, seen: Set<string>, strays: Set<string>, ports: FindPorts) {
  const { pages, search } = ports;
  const before = new Set<string>();
  const counts = new Set<number>();
  let twice = false;
  for await (const { items, matched } of pages.from(requestOf(slice, ports))) {
    if (matched !== undefined) counts.add(matched);
    for (const item of items) {
      const name = nameOf(item);
      twice ||= before.has(name);
      before.add(name);
      if (seen.has(name)) continue;
      seen.add(name);
      const place = placeOf(item, slice, search.range);
      if (place === "elsewhere" || (place === "unknown" && strays.has(name))) continue;
      if (place === "unknown") strays.add(name);
      yield item;
    }
  }
  return twice || counts.size > 1;
}

async function* inPages(first: PageRequest, { pages }: FindPorts): Found {
  const seen = new Set<string>();
  for await (const { items, next } of pages.from(first)) {
    for (const item of items) {
      const name = nameOf(item);
      if (seen.has(name)) continue;
      seen.add(name);
      const [oldest] = seen;
      if (oldest !== undefined && seen.size > MOST_REMEMBERED) seen.delete(oldest);
      yield item;
    }
    if (next !== undefined) yield at({ next });
  }
}

/** A server may have forgotten the page. */
async function* goOnInPages(next: PageRequest, ports: FindPorts): Found {
  try {
    await ports.pages.ask(next);
  } catch (thrown) {
    if (!(thrown instanceof UnexpectedAnswer) || !NO_SUCH_PAGE.includes(thrown.status)) throw thrown;
    ports.log.warn("the server no longer knows the page that the last run ended at: beginning again");
    yield* inSlices(ports.search.range, ports);
    return;
  }
  yield* inPages(next, ports);
}
