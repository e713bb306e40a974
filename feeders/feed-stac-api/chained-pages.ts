/** Reads pages that are counted from the beginning so that each goes on where the one before ended, whatever moves. */
import { type Json, UnexpectedAnswer } from "cirrus-pipeline/feeder";
import { type Counting, requestOf, type Window, windowWith } from "./overlap.ts";
import { nameOf, type Page, type PageRequest } from "./page.ts";

/** Items that are remembered, so that those that were moved to a later page are known there. */
export const MOST_REMEMBERED = 100_000;

/** Statuses that servers answer with where a page is not there. */
export const NO_SUCH_PAGE: readonly (number | undefined)[] = [400, 404, 410, 422];

/**
 * Times that a reading goes back, and in addition for each page that it has come through. Where nothing is sorted, no page
 * goes on where another ended: nobody looks for that for ever, and not in the rest of the run.
 */
const RETURNS = 6;
const RETURNS_FOR_A_PAGE = 4;

/**
 * Pages in a row that may lie beyond what was read and bring nothing: as many have come before them meanwhile. A server
 * that takes no notice of its numbers, or has the last page follow itself, brings nothing for ever.
 */
const MOST_STILL = 10;

/** Readings in a run after which nobody tries again, where no page ever began as it was asked to. */
const MOST_DOUBTS = 3;

/** Whether the server counts as it seems to, from all readings of a run. */
export interface Trust {
  isProven: boolean;
  doubts: number;
}

export function isWorthTrying({ isProven, doubts }: Trust): boolean {
  return isProven || doubts < MOST_DOUBTS;
}

export interface Chain {
  readonly counting: Counting;
  /** The first page, which was read. */
  readonly first: Page;
  readonly trust: Trust;
  readonly ask: (request: PageRequest) => Promise<Page>;
}

/**
 * The pages after the first, without the items at their beginnings that were read before. Where a page begins with an
 * item that was not, those before it have moved: it goes back until one is met that was, or to the first. Returns the page to go on with
 * by the server's own links, where it turns out that it does not count so; undefined at the last page.
 */
export async function* chainedPages(chain: Chain): AsyncGenerator<Page, PageRequest | undefined> {
  const { counting, first, trust } = chain;
  const known = new Set<string>();
  remember(first.items, known);
  let { next } = first;
  let end = counting.start + first.items.length;
  let [back, furthest, still] = [0, counting.start, 0];
  for (let returns = 0; next !== undefined; ) {
    const window = windowWith(Math.max(end - 1 - back, counting.start), counting);
    const page = await pageAt(window, chain);
    const isFirst = window.from === counting.start;
    if (page === undefined || !(isFirst || goesOn(page, known))) {
      const pages = (furthest - counting.start) / counting.size;
      if (!isFirst && ++returns <= RETURNS + RETURNS_FOR_A_PAGE * pages) {
        // Not far at first: few have gone, and what was missed is to be on the same page.
        back = back === 0 ? Math.ceil(counting.size / 4) : back * 4;
        continue;
      }
      doubt(trust);
      return next;
    }
    if (!isFirst) trust.isProven = true;
    const fresh = page.items.slice(knownFirst(page.items, known));
    still = fresh.length > 0 || window.from < furthest ? 0 : still + 1;
    furthest = Math.max(furthest, window.from);
    const reached = window.from + page.items.length;
    if (back === 0 && fresh.length === 0 && reached <= end && page.next !== undefined) return page.next;
    remember(fresh, known);
    yield { ...page, items: fresh };
    ({ next } = page);
    if (still > MOST_STILL) {
      doubt(trust);
      return next;
    }
    end = reached;
    back = 0;
  }
  return undefined;
}

function doubt(trust: Trust): void {
  trust.doubts = trust.isProven ? MOST_DOUBTS : trust.doubts + 1;
  trust.isProven = false;
}

/** Undefined where there is no such page, as so many items have gone. */
async function pageAt(window: Window, { counting, ask }: Chain): Promise<Page | undefined> {
  try {
    return await ask(requestOf(window, counting));
  } catch (thrown) {
    if (thrown instanceof UnexpectedAnswer && NO_SUCH_PAGE.includes(thrown.status)) return undefined;
    throw thrown;
  }
}

function goesOn({ items: [first] }: Page, known: ReadonlySet<string>): boolean {
  return first !== undefined && known.has(nameOf(first));
}

function knownFirst(items: readonly Json[], known: ReadonlySet<string>): number {
  const fresh = items.findIndex((item) => !known.has(nameOf(item)));
  return fresh === -1 ? items.length : fresh;
}

function remember(items: readonly Json[], known: Set<string>): void {
  for (const item of items) {
    known.add(nameOf(item));
    const [oldest] = known;
    if (oldest !== undefined && known.size > MOST_REMEMBERED) known.delete(oldest);
  }
}
