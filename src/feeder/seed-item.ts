/**
 * Items for feeders that find objects. A seed item has one asset and little else: the first task of its workflow makes a
 * whole item of it. It says no `stac_version`, so nobody takes it for one.
 */
import type { JsonObject } from "../json.ts";
import { type ObjectUrl, parseObjectUrl } from "../payload/object-store.ts";

export interface SeedObject {
  readonly url: ObjectUrl;
  readonly collection: string;
  /** What the item is named after: the folder that the object is in, so that a scene is one item, or the object itself. */
  readonly itemId?: "folder" | "file" | undefined;
  /** Stands before `<bucket>/<key>` in the asset's href instead of `s3://`. */
  readonly baseUrl?: string | undefined;
  /** ISO 8601. */
  readonly datetime?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
}

/**
 * @example
 * seedItem({ url: "s3://scenes/2030/1/LC09_A/MTL.xml", collection: "landsat" });
 * // { id: "2030-1-LC09_A", collection: "landsat", assets: { xml: { href: "s3://scenes/2030/1/LC09_A/MTL.xml" } }, … }
 */
export function seedItem({ url, collection, itemId = "folder", baseUrl, datetime, size }: SeedObject): JsonObject {
  const { bucket, key } = parseObjectUrl(url);
  const { folder, stem, extension } = partsOf(key);
  // An object that is in no folder has only its own name.
  const named = itemId === "folder" && folder !== "" ? folder : [folder, stem].filter(Boolean).join("/");
  const href = baseUrl === undefined ? url : `${baseUrl.replace(/\/+$/, "")}/${bucket}/${escaped(key)}`;
  return {
    type: "Feature",
    id: named.split("/").filter(Boolean).join("-"),
    collection,
    geometry: null,
    properties: datetime === undefined ? {} : { datetime },
    links: [],
    assets: { [extension || "data"]: { href, ...(size === undefined ? {} : { "file:size": size }) } },
  };
}

/** `a/b/c.tif` is folder `a/b`, stem `c`, extension `tif`. */
function partsOf(key: string): { readonly folder: string; readonly stem: string; readonly extension: string } {
  const slash = key.lastIndexOf("/");
  const name = key.slice(slash + 1);
  const dot = name.lastIndexOf(".");
  const folder = slash < 0 ? "" : key.slice(0, slash);
  return dot <= 0
    ? { folder, stem: name, extension: "" }
    : { folder, stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

/** As the path of an HTTPS URL has it. */
function escaped(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
