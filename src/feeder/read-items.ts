/** Reads STAC items that lie as objects: an item, or a collection of items (`FeatureCollection`). */
import { CirrusError, InvalidInput } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { MAX_JSON_BYTES } from "../payload/bounded-json.ts";
import type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";

/** Undefined where the object is not there (any more). InvalidInput where it holds no items. */
export async function readItems(url: ObjectUrl, objects: ObjectStore): Promise<readonly JsonObject[] | undefined> {
  const document = await readJson(url, objects);
  return document === undefined ? undefined : itemsOf(document, url);
}

/** The items in a document. Of one that was read from `url` the `self` link leads there, as relative hrefs count from it. */
export function itemsOf(document: Json, url?: string): readonly JsonObject[] {
  const features = isJsonObject(document) && document.type === "FeatureCollection" ? document.features : [document];
  if (!Array.isArray(features)) throw notAnItem(url, "its features are no list");
  const alone = features.length === 1 && url !== undefined;
  return features.map((feature: Json) => {
    const item = checked(feature, url);
    if (!alone) return item;
    const links: readonly Json[] = Array.isArray(item.links) ? item.links : [];
    return { ...item, links: [...links.filter(isNoSelf), { rel: "self", href: url }] };
  });
}

function checked(feature: Json, url: string | undefined): JsonObject {
  if (!isJsonObject(feature)) throw notAnItem(url, "it is no JSON object");
  if (feature.type !== "Feature") throw notAnItem(url, `its type is ${JSON.stringify(feature.type) ?? "missing"}`);
  if (typeof feature.id !== "string" || feature.id === "") throw notAnItem(url, "it has no id");
  return feature;
}

function isNoSelf(link: Json): boolean {
  return !isJsonObject(link) || link.rel !== "self";
}

function notAnItem(url = "What was given", why: string): InvalidInput {
  return new InvalidInput(`${url} is no STAC item: ${why}.`, {
    hint: 'A STAC item has "type": "Feature" and an "id".',
  });
}

/** Undefined where there is no such object. */
export async function readJson(url: ObjectUrl, objects: ObjectStore): Promise<Json | undefined> {
  const got = await objects.get(url, { maxBytes: MAX_JSON_BYTES });
  if (got.outcome === "missing") return undefined;
  if (got.outcome === "denied") throw new CirrusError(`${got.message}.`, { hint: HOW_TO_ALLOW });
  if (got.outcome === "too-large") throw new InvalidInput(`${url} has ${got.size} bytes, too many for JSON.`);
  const text = Buffer.from(got.body)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidInput(`${url} holds no JSON but ${JSON.stringify(text.slice(0, 60))}.`, { cause });
  }
}

const HOW_TO_ALLOW = "Allow s3:GetObject there in the feeder's definition.yml, under lambda.iamRoleStatements.";
