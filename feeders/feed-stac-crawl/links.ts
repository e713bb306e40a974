/** The links of a catalog, a collection or a page of items, of STAC 1.0 and 1.1, and where they lead. */
import { isJsonObject, type Json, type JsonObject } from "cirrus-pipeline/feeder";

/** Absolute URLs, each once and in their order. */
export function linksOf(document: JsonObject, url: string, rel: string): readonly string[] {
  const links: readonly Json[] = Array.isArray(document.links) ? document.links : [];
  const hrefs = links.flatMap((link) =>
    isJsonObject(link) && link.rel === rel && typeof link.href === "string" ? [link.href] : [],
  );
  return [...new Set(hrefs.map((href) => resolve(href, url)))];
}

/** Relative ones count from where the document was read; what stands behind a # is a place in the document itself. */
function resolve(href: string, base: string): string {
  const url = URL.canParse(href, base) ? new URL(href, base) : undefined;
  if (url === undefined) return href;
  url.hash = "";
  return url.protocol === "s3:" ? unescaped(url.href) : url.href;
}

/** `URL` escapes what an S3 key may hold as it is. A % that escapes nothing stands for itself. */
function unescaped(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
