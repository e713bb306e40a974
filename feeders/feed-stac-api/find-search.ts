/** Where an API is searched, from the address that people know: its landing page, or the search itself. */
import {
  CirrusError,
  type Http,
  InvalidInput,
  isJsonObject,
  type Json,
  type JsonObject,
  suggest,
  UnexpectedAnswer,
} from "cirrus-pipeline/feeder";
import { type PageRequest, withoutQuery } from "./page.ts";

export interface SearchEndpoint {
  readonly url: string;
  readonly method: PageRequest["method"];
}

type Ask = (url: string) => Promise<Json>;

export async function findSearch(url: string, collections: readonly string[], ask: Ask): Promise<SearchEndpoint> {
  const { pathname } = new URL(url);
  if (/\/search\/?$/.test(pathname)) {
    const root = new URL(url);
    root.pathname = pathname.replace(/\/search\/?$/, "/");
    root.search = "";
    await checkCollections(root.href, collections, ask);
    return { url, method: "POST" };
  }
  const landing = await ask(url);
  const links = isJsonObject(landing) && Array.isArray(landing.links) ? landing.links.filter(isJsonObject) : undefined;
  if (links === undefined) throw noApi(url, "it is JSON, but no landing page of a STAC API");
  const searches = links.filter(({ rel, href }) => rel === "search" && typeof href === "string");
  const chosen = searches.find(isPost) ?? searches[0];
  if (chosen === undefined)
    throw noApi(url, "it is a catalog that cannot be searched", "Use the feeder feed-stac-crawl.");
  await checkCollections(url, collections, ask);
  return { url: new URL(String(chosen.href), url).href, method: isPost(chosen) ? "POST" : "GET" };
}

function isPost({ method }: JsonObject): boolean {
  return String(method).toUpperCase() === "POST";
}

function noApi(url: string, what: string, hint = "Check the URL."): CirrusError {
  return new CirrusError(`${withoutQuery(url)}: ${what}.`, { hint });
}

/** A search in a collection that is not there finds nothing, and says nothing about it. */
async function checkCollections(root: string, collections: readonly string[], ask: Ask): Promise<void> {
  const all = `${withoutQuery(root).replace(/\/$/, "")}/collections`;
  for (const collection of collections) {
    try {
      await ask(`${all}/${encodeURIComponent(collection)}`);
    } catch (thrown) {
      // Only 404 says that there is none; some servers do not show their collections one by one.
      if (!(thrown instanceof UnexpectedAnswer) || thrown.status !== 404) {
        if (thrown instanceof UnexpectedAnswer && thrown.status !== undefined && thrown.status !== 401) continue;
        throw thrown;
      }
      const names = await namesAt(all, ask);
      if (names === undefined || names.includes(collection)) continue;
      throw new InvalidInput(`${withoutQuery(root)} has no collection ${collection}.`, {
        hint: suggest(collection, names),
      });
    }
  }
}

/** Undefined where the server does not list them either: then nothing is known. */
async function namesAt(url: string, ask: Ask): Promise<readonly string[] | undefined> {
  try {
    const answer = await ask(url);
    if (!isJsonObject(answer) || !Array.isArray(answer.collections)) return undefined;
    return answer.collections.filter(isJsonObject).flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  } catch (thrown) {
    if (thrown instanceof UnexpectedAnswer) return undefined;
    throw thrown;
  }
}

export function askWith(http: Http, headers: Readonly<Record<string, string>>): Ask {
  return (url) => http.getJson(url, { headers });
}
