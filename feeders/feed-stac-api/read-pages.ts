/** Reads a search page by page, and leaves when its pages lead nowhere. */
import { CirrusError, type Clock, type Http, type JsonObject } from "cirrus-pipeline/feeder";
import { chainedPages, isWorthTrying, type Trust } from "./chained-pages.ts";
import { countingOf } from "./overlap.ts";
import { nameOf, type Page, type PageRequest, parsePage, withoutQuery } from "./page.ts";

export interface PagePorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The API's own address: headers that were given go to no other host. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Between two requests. */
  readonly sleepMs: number;
}

export interface Pages {
  ask(request: PageRequest): Promise<Page>;
  from(request: PageRequest): AsyncGenerator<Page>;
}

/** Some servers search page by page and find nothing in many; one whose pages have no end has more than these. */
const MOST_IDLE = 100;

export function makePages({ http, clock, signal, url, headers, sleepMs }: PagePorts): Pages {
  const { origin } = new URL(url);
  const trust: Trust = { isProven: false, doubts: 0 };
  let asked = 0;

  async function ask(request: PageRequest): Promise<Page> {
    if (asked++ > 0 && sleepMs > 0) await clock.sleep(sleepMs, signal);
    const own = new URL(request.url).origin === origin ? headers : {};
    const answer = await http.getJson(request.url, {
      method: request.method,
      body: request.body as JsonObject | undefined, // a request that was read back is JSON
      headers: { ...request.headers, ...own },
    });
    return parsePage(answer, request);
  }

  async function* from(first: PageRequest): AsyncGenerator<Page> {
    const page = await ask(first);
    const counting = isWorthTrying(trust) ? countingOf(first, page) : undefined;
    if (counting === undefined) return yield* follow(first, page);
    yield page;
    const next = yield* chainedPages({ counting, first: page, trust, ask });
    if (next !== undefined) yield* follow(next, await ask(next));
  }

  /** By the server's own links. */
  async function* follow(first: PageRequest, firstPage: Page): AsyncGenerator<Page> {
    const before = new Set<string>();
    let idle = 0;
    let last = "";
    for (let request: PageRequest | undefined = first; request !== undefined; ) {
      const page: Page = request === first ? firstPage : await ask(request);
      before.add(JSON.stringify(request));
      const items = JSON.stringify(page.items.map(nameOf));
      const isEmpty = page.items.length === 0;
      // The page before once more, under another address, brings no more than an empty one.
      idle = isEmpty || items === last ? idle + 1 : 0;
      last = items;
      const ends: boolean = page.next === undefined || leadsBack(page.next, before, isEmpty, idle);
      yield ends ? { ...page, next: undefined } : page;
      request = ends ? undefined : page.next;
    }
  }

  /** Some servers name a next page after the last one, which is that one again or an empty one. */
  function leadsBack(next: PageRequest, before: ReadonlySet<string>, isEmpty: boolean, idle: number): boolean {
    const again = before.has(JSON.stringify(next));
    if (again && isEmpty) return true;
    if (!again && idle <= MOST_IDLE) return false;
    const what = again ? "a page leads back to one that was read" : `${idle} pages in a row brought no items`;
    throw new CirrusError(`${withoutQuery(next.url)}: ${what}, so that its pages have no end.`, {
      hint: "Ask the API's operators, or try another sortby or limit in `search`.",
    });
  }

  return { ask, from };
}
