/**
 * Pages that a server counts from the beginning move when items come or go between two requests, and an item may slip
 * through. So each page is asked for such that it begins with an item of the one before: then nothing lies between them.
 */
import type { JsonObject } from "cirrus-pipeline/feeder";
import type { Page, PageRequest } from "./page.ts";

/** How a server counts its pages. */
export interface Counting {
  /** The second page, of which the others differ in their numbers alone. */
  readonly request: PageRequest;
  /** Which member of it says where the page begins: by items, or by pages of which the first is 0 or 1. */
  readonly member: string;
  readonly by: "items" | { readonly firstPage: number };
  /** Items before the first page that was read, and items of a page. */
  readonly start: number;
  readonly size: number;
}

/** A part of what is found, by the numbers of its items from 0. */
export interface Window {
  readonly from: number;
  readonly size: number;
}

const LIMIT = /^\??limit$/;

/** Smaller pages than this have too few sizes to choose from (`windowWith`). */
const FEWEST_OF_A_NUMBERED_PAGE = 16;

/** Told by what the next page's request says and the first one's did not. Undefined where that is no plain number. */
export function countingOf(first: PageRequest, { items, next }: Page): Counting | undefined {
  if (next === undefined || items.length < 2) return undefined;
  const before = membersOf(first);
  const after = membersOf(next);
  const changed = [...after].filter(([name, value]) => before.get(name) !== value && !LIMIT.test(name));
  const numbers = changed.filter(([, value]) => /^\d{1,9}$/.test(value));
  const [member, value] = numbers[0] ?? [];
  if (member === undefined || numbers.length > 1) return undefined;
  const start = Number(before.get(member) ?? 0);
  const counting = { request: next, member, start, size: items.length };
  if (Number(value) - start === items.length) return { ...counting, by: "items" };
  const numbered = !before.has(member) && Number(value) <= 2 && items.length >= FEWEST_OF_A_NUMBERED_PAGE;
  const firstPage = Number(value) - 1;
  return numbered && limitOf(after) !== undefined ? { ...counting, by: { firstPage } } : undefined;
}

/**
 * Of the parts that can be asked for and begin with the item of this number or an earlier one, that which reaches furthest.
 * Pages with numbers begin at multiples of their size: those of other sizes begin elsewhere. One that begins at 0 shows
 * nothing of how the server counts, and is taken where there is no other.
 */
export function windowWith(item: number, { by, size }: Counting): Window {
  if (by === "items") return { from: item, size };
  const all = Array.from({ length: size - 1 }, (_, index): Window => {
    const each = size - index;
    return { from: Math.floor(item / each) * each, size: each };
  });
  const later = all.filter(({ from }) => from > 0);
  return (later.length > 0 ? later : all).reduce((best, one) => (endOf(one) > endOf(best) ? one : best));
}

function endOf({ from, size }: Window): number {
  return from + size;
}

export function requestOf({ from, size }: Window, { request, member, by }: Counting): PageRequest {
  if (by === "items") return withMember(request, member, from);
  const limit = limitOf(membersOf(request)) ?? "limit"; // it was there when the counting was told
  return withMember(withMember(request, member, by.firstPage + from / size), limit, size);
}

/** What a request says: the members of its body, and those of its query with a question mark before their names. */
function membersOf({ url, body }: PageRequest): ReadonlyMap<string, string> {
  const query = [...new URL(url).searchParams].map(([name, value]) => [`?${name}`, value] as const);
  const members = Object.entries(body ?? {}).map(([name, value]) => [name, textOf(value)] as const);
  return new Map([...query, ...members]);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function limitOf(members: ReadonlyMap<string, string>): string | undefined {
  return [...members.keys()].find((name) => LIMIT.test(name));
}

function withMember(request: PageRequest, member: string, value: number): PageRequest {
  if (!member.startsWith("?"))
    return { ...request, body: { ...request.body, [member]: likeBefore(request, member, value) } };
  const url = new URL(request.url);
  url.searchParams.set(member.slice(1), String(value));
  return { ...request, url: url.href };
}

/** Some servers write their numbers as texts. */
function likeBefore({ body }: PageRequest, member: string, value: number): JsonObject[string] {
  return typeof body?.[member] === "string" ? String(value) : value;
}
