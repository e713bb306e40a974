/** An object that a page shows: a preview of an item, or a document. Only what its bytes say that it is, and only so much. */
import { isObjectUrl, type ObjectStore, type ObjectUrl, parseObjectUrl } from "../../payload/object-store.ts";
import type { Problem } from "../shapes/problem.ts";

export type ShownObject =
  | { readonly outcome: "shown"; readonly body: Uint8Array<ArrayBuffer>; readonly contentType: ContentType }
  | { readonly outcome: "refused"; readonly problem: Problem };

export type ContentType =
  | "image/png"
  | "image/jpeg"
  | "image/gif"
  | "image/webp"
  | "image/svg+xml"
  | "application/json";

const MOST_BYTES = 5 * 1024 * 1024;

export async function readShownObject(
  url: string,
  shownUrls: readonly string[],
  objects: Pick<ObjectStore, "get">,
): Promise<ShownObject> {
  if (!isShown(url, shownUrls)) {
    const places = shownUrls.join(", ") || "none";
    return refused("no-permission", 403, `Objects are shown only of these places: ${places}`);
  }
  const found = await objects.get(url, { maxBytes: MOST_BYTES });
  if (found.outcome === "missing") return refused("not-found", 404, `There is no object ${url}.`);
  if (found.outcome === "denied") return refused("no-permission", 403, `${url} may not be read: ${found.message}`);
  if (found.outcome === "too-large") {
    return refused("too-large", 413, `${url} has ${found.size} bytes; up to ${MOST_BYTES} are shown.`);
  }
  const contentType = contentTypeOf(found.body);
  if (contentType === undefined) {
    return refused("unsupported", 415, `${url} is neither JSON nor an image that browsers show.`);
  }
  return { outcome: "shown", body: new Uint8Array(found.body), contentType };
}

/** Compared as they are, letter by letter: a key is no path, and nothing in it leads elsewhere. */
function isShown(url: string, shownUrls: readonly string[]): url is ObjectUrl {
  if (!isObjectUrl(url) || url.length > 1_500) return false;
  // What a file system, a proxy or a later reader might take for a way out.
  const segments = parseObjectUrl(url).key.split("/");
  if (segments.some((segment) => isWayOut(segment))) return false;
  return shownUrls.some((place) => url.startsWith(place.endsWith("/") ? place : `${place}/`));
}

function isWayOut(segment: string): boolean {
  const decoded = segment.replaceAll(/%2e/gi, ".");
  return segment === "" || decoded === "." || decoded === ".." || /[\\\p{Cc}]/u.test(segment);
}

/** Of a WebP the four bytes after `RIFF` are its length. */
const SIGNATURES: readonly (readonly [ContentType, (start: string) => boolean])[] = [
  ["image/png", (start) => start.startsWith("\x89PNG\r\n\x1a\n")],
  ["image/jpeg", (start) => start.startsWith("\xff\xd8\xff")],
  ["image/gif", (start) => /^GIF8[79]a/.test(start)],
  ["image/webp", (start) => start.startsWith("RIFF") && start.slice(8, 12) === "WEBP"],
];

/** By its first bytes: a name says what somebody wished. */
export function contentTypeOf(body: Uint8Array): ContentType | undefined {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 1024)).toString("latin1");
  const image = SIGNATURES.find(([, signature]) => signature(start))?.[0];
  if (image !== undefined) return image;
  if (isSvg(start)) return "image/svg+xml";
  return isJson(body) ? "application/json" : undefined;
}

/** Each part begins in a way of its own and ends at its first end: there is one way to read a text, so it takes no time. */
const SVG =
  /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<svg[\s>]/is;

function isSvg(start: string): boolean {
  return SVG.test(start);
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return true;
  } catch {
    return false;
  }
}

function refused(type: string, status: number, detail: string): ShownObject {
  return { outcome: "refused", problem: { type, title: "It is not shown", status, detail } };
}
