/** JSON that is kept in an item where it is small, and as an object where it is not. */

import { CirrusError } from "../../../errors.ts";
import type { Json } from "../../../json.ts";
import { utf8Length } from "../../../json.ts";
import type { ObjectStore, ObjectUrl } from "../../../payload/object-store.ts";
import type { Item } from "../../state/attribute-values.ts";

/**
 * Every write of an item costs a unit for each kilobyte of the whole item, and an attempt writes its entry's item twice: from
 * a few kilobytes on an object costs less. An item could have 400 kB at most.
 */
const MOST_INLINE_BYTES = 8_192;

/** The attributes that hold it. */
export type Body = { readonly json: string } | { readonly object: string };

/** Stored before the item that names it: what fails in between leaves an object that nobody asks for. */
export async function keepBody(value: Json, url: ObjectUrl, objects: ObjectStore): Promise<Body> {
  const json = JSON.stringify(value);
  if (utf8Length(json) <= MOST_INLINE_BYTES) return { json };
  await objects.put(url, json, { contentType: "application/json" });
  return { object: url };
}

export async function readBody({ json, object }: Item, objects: ObjectStore): Promise<Json> {
  if (object?.S === undefined) return JSON.parse(json?.S ?? "null");
  // An item names no other objects than those that keepBody stored.
  const url = object.S as ObjectUrl;
  const got = await objects.get(url);
  if (got.outcome === "found") return JSON.parse(Buffer.from(got.body).toString("utf8"));
  throw new CirrusError(`${url} cannot be read: it is ${got.outcome}.`, {
    hint: "The run's objects belong to its records: remove the run (npx cirrus bulk delete) and load it again.",
  });
}
