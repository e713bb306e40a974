/** Where an asset's href leads. */
import { isObjectUrl, type ObjectUrl } from "../../payload/object-store.ts";
import { InvalidInput } from "../errors.ts";
import type { Item } from "../item.ts";

export type Target =
  | { readonly kind: "object"; readonly url: ObjectUrl }
  | { readonly kind: "file"; readonly url: string }
  | { readonly kind: "http"; readonly url: string };

/**
 * An absolute URL, or a path relative to the item's `self` link as STAC has it. HTTPS URLs of our own buckets
 * lead to the object itself, since those buckets are private.
 */
export function resolveHref(item: Item, href: string, ownBuckets: readonly string[]): Target {
  const url = absolute(item, href);
  if (isObjectUrl(url)) return { kind: "object", url };
  const scheme = url.slice(0, url.indexOf(":") + 1).toLowerCase();
  if (!URL.canParse(url) || (scheme === "file:" && new URL(url).hostname !== "")) {
    throw new InvalidInput(`${showUrl(url)} is no URL that can be read`, {
      hint: "Correct the asset's href: s3://bucket/key, https://host/path, or a path from the item's self link.",
    });
  }
  if (scheme === "file:") return { kind: "file", url };
  if (scheme === "https:" || scheme === "http:") {
    const object = objectBehind(url, ownBuckets);
    return object === undefined ? { kind: "http", url } : { kind: "object", url: object };
  }
  throw new InvalidInput(`${showUrl(url)} cannot be read: its scheme is ${scheme || "missing"}`, {
    hint: "Assets are read from s3://bucket/key, https: and file: URLs.",
  });
}

/** Makes every relative href absolute, so that the item can be given another `self` link. */
export function absoluteHrefs(item: Item): void {
  const self = selfOf(item);
  if (self === undefined) return;
  for (const holder of [...Object.values(item.assets), ...item.links]) {
    holder.href = absolute(item, holder.href, `item ${item.id}`);
  }
}

/** `whose`: an error of one asset is already said to be of its item. */
function absolute(item: Item, href: string, whose = "the item"): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return href;
  const self = selfOf(item);
  if (self !== undefined && URL.canParse(href, self)) return decodeObjectKey(new URL(href, self).href);
  throw new InvalidInput(`The href ${showUrl(href)} is relative and ${whose} has no absolute "self" link`, {
    hint: 'Give the item a link with "rel": "self", or the asset an absolute href.',
  });
}

function selfOf(item: Item): string | undefined {
  return item.links.find(({ rel }) => rel === "self")?.href;
}

/** `new URL` escapes what an S3 key may hold as it is. */
function decodeObjectKey(url: string): string {
  return url.startsWith("s3:") ? decode(url) : url;
}

/** A `%` that escapes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function objectBehind(url: string, ownBuckets: readonly string[]): ObjectUrl | undefined {
  const { hostname, pathname } = new URL(url);
  const [, bucket] = /^(.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/.exec(hostname) ?? [];
  if (bucket === undefined || !ownBuckets.includes(bucket)) return undefined;
  const object = `s3://${bucket}${decode(pathname)}`;
  return isObjectUrl(object) ? object : undefined;
}

/** The HTTPS form of an object's URL. */
export function httpsUrl(url: ObjectUrl, region: string): string {
  const [bucket = "", ...key] = url.slice("s3://".length).split("/");
  return `https://${bucket}.s3.${region}.amazonaws.com/${key.map(encodeURIComponent).join("/")}`;
}

/** A URL as errors and logs may show it: signatures sit in the query, passwords before the host. */
export function showUrl(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}
