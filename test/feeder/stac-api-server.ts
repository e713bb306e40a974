/**
 * A STAC API for tests: search with POST and GET, pages by token or by offset, its count under any of its names, and
 * everything that goes wrong on the way. It answers in memory, so that a virtual clock sees all of it; `listen` opens a port.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Clock } from "../../src/clock.ts";

export interface ApiItem {
  readonly type: "Feature";
  readonly id: string;
  readonly collection: string;
  readonly properties: {
    readonly datetime: string | null;
    readonly start_datetime?: string;
    readonly end_datetime?: string;
  };
}

export type Fault =
  /** The connection is lost before anything is answered. */
  | "drop"
  /** The connection is lost in the middle of the body. */
  | "drop-body"
  /** The body ends in the middle, and says that it is whole. */
  | "truncate"
  /** Nothing is ever answered. */
  | "hang"
  | { readonly slowMs: number }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface ApiOptions {
  readonly items: readonly ApiItem[];
  readonly clock: Clock;
  /** All but `token` count from the beginning, so that new items move what follows: items, or pages by their `number`. */
  readonly paging?: "token" | "offset" | "page" | "number";
  /** What the count is called; `none` where the server does not count. */
  readonly matched?: "numberMatched" | "context" | "search:metadata" | "meta" | "none";
  /** Items without a datetime are found by no time. */
  readonly knowsDatetimeOnly?: boolean;
  readonly methods?: readonly ("GET" | "POST")[];
  /** Of the `number`th request of a search, from 1. */
  readonly fault?: (number: number, now: number) => Fault | undefined;
  /** Items that appear just before the `number`th search is answered. */
  readonly appear?: (number: number) => readonly ApiItem[];
  /** Whether an item is no longer there when the `number`th search is answered. */
  readonly isGone?: (item: ApiItem, number: number) => boolean;
}

export interface StacApi {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Searches that were asked for, those that failed among them. */
  searches(): number;
  /** Answers at a port of this machine, until it is closed. */
  listen(): Promise<{ readonly url: string; close(): void }>;
}

interface Query {
  readonly limit: number;
  readonly collections: readonly string[] | undefined;
  readonly datetime: string | undefined;
  readonly token: string | undefined;
}

const ORIGIN = "https://stac.example.com";

export function makeStacApi(options: ApiOptions): StacApi {
  const {
    clock,
    paging = "token",
    matched = "numberMatched",
    methods = ["POST", "GET"],
    fault,
    appear,
    isGone,
  } = options;
  const items = options.items.map(timed);
  let searches = 0;

  async function answer(url: URL, method: string, body: string, signal?: AbortSignal | null): Promise<Response> {
    if (url.pathname === "/v1" || url.pathname === "/v1/") return json(landing(url));
    const [, name] = /^\/v1\/collections\/([^/]+)$/.exec(url.pathname) ?? [];
    if (name !== undefined) return hasCollection(name) ? json({ id: name, type: "Collection" }) : notFound();
    if (url.pathname === "/v1/collections") return json({ collections: collectionsOf(items).map((id) => ({ id })) });
    if (url.pathname !== "/v1/search" || !methods.some((one) => one === method)) return notFound();
    const number = ++searches;
    const wrong = fault?.(number, clock.now());
    if (wrong === "drop") throw lost();
    if (wrong === "hang")
      return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    if (typeof wrong === "object" && "slowMs" in wrong) await clock.sleep(wrong.slowMs, signal ?? undefined);
    else if (typeof wrong === "object") return new Response(wrong.body ?? "", wrong);
    items.push(...(appear?.(number) ?? []).map(timed));
    if (isGone !== undefined) items.splice(0, items.length, ...items.filter(({ item }) => !isGone(item, number)));
    const page = JSON.stringify(
      search(url, method, method === "POST" ? JSON.parse(body) : Object.fromEntries(url.searchParams)),
    );
    if (wrong === "truncate") return new Response(page.slice(0, page.length / 2), GEOJSON);
    return new Response(wrong === "drop-body" ? halfOf(page) : page, GEOJSON);
  }

  function landing(url: URL): object {
    const href = `${url.origin}/v1/search`;
    return { type: "Catalog", id: "test", links: methods.map((method) => ({ rel: "search", href, method })) };
  }

  const hasCollection = (name: string) => items.some(({ item }) => item.collection === name);

  function search(url: URL, method: string, body: Readonly<Record<string, unknown>>): object {
    const query = queryOf(body);
    const found = items.filter(finder(query, options.knowsDatetimeOnly === true)).sort(newestFirst);
    const from = startOf(found, query);
    const page = found.slice(from, from + query.limit);
    const features = page.map(({ item }) => item);
    const rest = found.length > from + query.limit;
    const token = tokenAfter(page, from, query);
    const links = rest ? [nextLink(url, method, body, token)] : [];
    return { type: "FeatureCollection", features, links, ...countAs(found.length) };
  }

  function startOf(found: readonly Timed[], { token, limit }: Query): number {
    if (token === undefined) return 0;
    if (paging === "number") return (Number(token) - 1) * limit;
    if (paging !== "token") return Number(token);
    const after = found.findIndex(({ key }) => key < token);
    return after === -1 ? found.length : after;
  }

  function tokenAfter(page: readonly Timed[], from: number, { limit }: Query): string {
    if (paging === "token") return page.at(-1)?.key ?? "";
    return String(paging === "number" ? from / limit + 2 : from + limit);
  }

  function nextLink(url: URL, method: string, body: Readonly<Record<string, unknown>>, token: string): object {
    const href = new URL("/v1/search", url);
    if (method === "POST" && paging !== "page")
      return { rel: "next", href: href.href, method, body: { token }, merge: true };
    if (method === "POST") return { rel: "next", href: href.href, method, body: { ...body, token } };
    href.search = url.search;
    href.searchParams.set("token", token);
    return { rel: "next", href: href.href };
  }

  function countAs(count: number): object {
    if (matched === "none") return {};
    if (matched === "numberMatched") return { numberMatched: count };
    return { [matched]: matched === "meta" ? { found: count } : { matched: count } };
  }

  return {
    url: `${ORIGIN}/v1`,
    fetch: async (input, init) =>
      answer(new URL(String(input)), init?.method ?? "GET", String(init?.body ?? ""), init?.signal),
    searches: () => searches,
    listen: () => listen(answer),
  };
}

const GEOJSON = { headers: { "content-type": "application/geo+json" } };

function json(value: object): Response {
  return new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
}

function notFound(): Response {
  return new Response('{"code": "NotFound", "description": "not found"}', { status: 404, statusText: "Not Found" });
}

/** As fetch tells it. */
function lost(): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });
}

function halfOf(page: string): ReadableStream {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) return controller.error(lost());
      sent = true;
      controller.enqueue(Buffer.from(page.slice(0, page.length / 2)));
    },
  });
}

function collectionsOf(items: readonly Timed[]): readonly string[] {
  return [...new Set(items.map(({ item }) => item.collection))];
}

function queryOf({ limit, collections, datetime, token }: Readonly<Record<string, unknown>>): Query {
  const names = typeof collections === "string" ? collections.split(",") : collections;
  return {
    limit: Number(limit ?? 10),
    collections: Array.isArray(names) ? names : undefined,
    datetime: typeof datetime === "string" ? datetime : undefined,
    token: token === undefined ? undefined : String(token),
  };
}

/** An item with what it is found and sorted by. */
interface Timed {
  readonly item: ApiItem;
  readonly key: string;
  readonly datetime: number;
  readonly first: number;
  readonly last: number;
}

function timed(item: ApiItem): Timed {
  const { datetime, start_datetime = datetime, end_datetime = datetime } = item.properties;
  const [taken, first, last] = [datetime, start_datetime, end_datetime].map((text) => Date.parse(text ?? ""));
  const key = `${datetime ?? start_datetime} ${item.id}`;
  return { item, key, datetime: taken ?? Number.NaN, first: first ?? Number.NaN, last: last ?? Number.NaN };
}

/** Both ends are in an interval, and an item that lasts is found by every interval that it touches. */
function finder({ collections, datetime = "../.." }: Query, datetimeOnly: boolean): (one: Timed) => boolean {
  const [begin = "..", end = begin] = datetime.split("/");
  const from = begin === ".." ? -Infinity : Date.parse(begin);
  const to = end === ".." ? Infinity : Date.parse(end);
  const anyTime = datetime === "../..";
  return (one) => {
    if (collections?.includes(one.item.collection) === false) return false;
    if (anyTime) return true;
    return datetimeOnly ? one.datetime >= from && one.datetime <= to : one.last >= from && one.first <= to;
  };
}

function newestFirst(a: Timed, b: Timed): number {
  return a.key < b.key ? 1 : -1;
}

async function listen(answer: (url: URL, method: string, body: string) => Promise<Response>) {
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
      const { status, headers, body } = await answer(url, request.method ?? "GET", await text(request));
      response.writeHead(status, Object.fromEntries(headers));
      for await (const chunk of body ?? []) response.write(chunk);
      response.end();
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has one of this form
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
