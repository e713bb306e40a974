/** One page of a search's result: what is asked, what comes, and how the next page is asked for. */
import { CirrusError, isJsonObject, type Json, type JsonObject } from "cirrus-pipeline/feeder";
import { pageQuery } from "./page-query.ts";

/** As JSON, so that a run that was cut off can go on from it. */
export interface PageRequest extends JsonObject {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Page {
  readonly items: readonly Json[];
  /** Items of the whole search, where the server counts them. */
  readonly matched: number | undefined;
  readonly next: PageRequest | undefined;
}

/** The first page of a search. */
export function firstRequest(url: string, method: PageRequest["method"], body: JsonObject): PageRequest {
  return method === "POST" ? { url, method, body } : { url: pageQuery(url, body), method };
}

export function parsePage(answer: Json, request: PageRequest): Page {
  if (!isJsonObject(answer) || !Array.isArray(answer.features)) {
    throw new CirrusError(`${withoutQuery(request.url)} answered JSON that holds no items${typeIn(answer)}.`, {
      hint: "Check the URL: it has to be a STAC API's landing page or its search.",
    });
  }
  return { items: answer.features, matched: matchedIn(answer), next: nextOf(answer.links, request) };
}

function typeIn(answer: Json): string {
  if (!isJsonObject(answer)) return "";
  return typeof answer.type === "string" ? ` but a ${answer.type}` : "";
}

/** The count has had many names: OGC API's, those of two extensions of STAC, and that of its first APIs. */
function matchedIn(answer: JsonObject): number | undefined {
  const { numberMatched, numMatched, context, meta, "search:metadata": metadata } = answer;
  const nested = (value: Json | undefined, name: string) => (isJsonObject(value) ? value[name] : undefined);
  const counts = [
    numberMatched,
    nested(context, "matched"),
    nested(metadata, "matched"),
    nested(meta, "found"),
    numMatched,
  ];
  return counts.find((count) => typeof count === "number");
}

function nextOf(links: Json | undefined, request: PageRequest): PageRequest | undefined {
  const found = Array.isArray(links) ? links.filter(isJsonObject).find(({ rel }) => rel === "next") : undefined;
  if (found === undefined || typeof found.href !== "string" || !URL.canParse(found.href, request.url)) return undefined;
  const url = sameScheme(new URL(found.href, request.url), request.url);
  const headers = textsOf(found.headers);
  const common = { url, ...(Object.keys(headers).length > 0 ? { headers } : {}) };
  if (String(found.method ?? "GET").toUpperCase() !== "POST") return { ...common, method: "GET" };
  const body = isJsonObject(found.body) ? found.body : undefined;
  // Without a body of its own the link means the same search again.
  const merged = found.merge === true || body === undefined ? { ...request.body, ...body } : body;
  return { ...common, method: "POST", body: merged };
}

/** Servers behind a proxy write http:// for what is https:// outside. */
function sameScheme(next: URL, asked: string): string {
  const { host, protocol } = new URL(asked);
  if (next.hostname === new URL(asked).hostname && protocol === "https:" && next.protocol === "http:") {
    next.protocol = protocol;
    next.host = host;
  }
  return next.href;
}

function textsOf(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : [])),
  );
}

/** What an item is known by. */
export function nameOf(item: Json): string {
  const { collection, id } = isJsonObject(item) ? item : {};
  return JSON.stringify([collection ?? null, id ?? null]);
}

export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
