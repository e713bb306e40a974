/** An item as a message on the publish topic, with the attributes that subscribers filter by. */
import { isJsonObject, type Json, type JsonObject, utf8Length } from "../json.ts";
import { cutText, singleLine } from "../payload/cut.ts";
import type { StacItem } from "../payload/stac-item.ts";
import type { Announcement, AttributeValue } from "./announcements.ts";

/** Bytes. SNS takes 256 KiB for body and attributes together; the attributes here have less than 4 KiB. */
export const MAX_ITEM_BYTES = 252 * 1024;

/** Characters. */
const MAX_ATTRIBUTE = 256;
const MAX_POINTER_TEXT = 4_096;

/**
 * `id` is the effect that publishes the item, the same whenever it is repeated. The body is the item; an item too
 * large for a message is announced by a pointer: `{"type": "Feature", "id", "collection", "url"}`, where `url` is its
 * self or canonical link. Never throws, whatever a task has made of the item.
 */
export function itemAnnouncement(item: StacItem, id: string): Announcement {
  const whole = JSON.stringify(item);
  const body = utf8Length(whole) <= MAX_ITEM_BYTES ? whole : JSON.stringify(pointerTo(item));
  return { topic: "publish", id, body, attributes: attributesOf(item) };
}

function pointerTo(item: StacItem): JsonObject {
  const links: readonly Json[] = Array.isArray(item.links) ? item.links : [];
  const hrefOf = (rel: string) =>
    links.filter(isJsonObject).find((link) => link.rel === rel && isShortText(link.href))?.href;
  return {
    type: "Feature",
    id: cutText(String(item.id), MAX_POINTER_TEXT),
    collection: isShortText(item.collection) ? item.collection : undefined,
    url: hrefOf("self") ?? hrefOf("canonical"),
  };
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_POINTER_TEXT;
}

/** One collection, four corners, three times, a cloud cover and a status: ten, which is as many as SNS takes. */
function attributesOf(item: StacItem): Record<string, AttributeValue> {
  const properties: JsonObject = isJsonObject(item.properties) ? item.properties : {};
  const [west, south, east, north] = cornersOf(item.bbox);
  const { datetime } = properties;
  const attributes: readonly (readonly [string, AttributeValue | undefined])[] = [
    ["collection", textAttribute(item.collection)],
    ["bbox.ll_lon", numberAttribute(west)],
    ["bbox.ll_lat", numberAttribute(south)],
    ["bbox.ur_lon", numberAttribute(east)],
    ["bbox.ur_lat", numberAttribute(north)],
    ["start_datetime", textAttribute(properties.start_datetime ?? datetime)],
    ["end_datetime", textAttribute(properties.end_datetime ?? datetime)],
    ["datetime", textAttribute(datetime)],
    ["cloud_cover", numberAttribute(properties["eo:cloud_cover"])],
    ["status", textAttribute(statusOf(properties))],
  ];
  return Object.fromEntries(
    attributes.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** West, south, east, north of a box in two dimensions (four numbers) or three (six, with heights between them). */
function cornersOf(bbox: Json | undefined): readonly (Json | undefined)[] {
  if (!Array.isArray(bbox) || !bbox.every((number) => typeof number === "number")) return [];
  if (bbox.length === 6) return [bbox[0], bbox[1], bbox[3], bbox[4]];
  return bbox.length === 4 ? bbox : [];
}

/** `created` where an item has never been written since, else `updated`; nothing where it does not say. */
function statusOf({ created, updated }: JsonObject): string | undefined {
  if (typeof created !== "string" || typeof updated !== "string") return undefined;
  const same = created === updated || Date.parse(created) === Date.parse(updated);
  return same ? "created" : "updated";
}

function textAttribute(value: Json | undefined): AttributeValue | undefined {
  const text = typeof value === "string" ? cutText(singleLine(value), MAX_ATTRIBUTE) : "";
  return text === "" ? undefined : { type: "String", value: text };
}

function numberAttribute(value: Json | undefined): AttributeValue | undefined {
  return typeof value === "number" && Number.isFinite(value) ? { type: "Number", value } : undefined;
}
