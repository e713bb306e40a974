/** Fills path templates such as `${collection}/${year}/${month}/${id}` from an item. */
import { InvalidInput } from "../errors.ts";
import { isJsonObject, type Json } from "../json.ts";
import { showValue } from "./problems.ts";
import type { StacItem } from "./stac-item.ts";

/** A name, and after `?` what stands in where the item has no such value. */
const PLACEHOLDER = /\$\{([^}?]*)(?:\?([^}]*))?\}/g;

export type FilledPath =
  | { readonly outcome: "filled"; readonly path: string }
  /** The message names the template; whoever asked knows whose item it is. */
  | { readonly outcome: "refused"; readonly message: string; readonly hint: string };

/**
 * A relative key, or an `s3://` URL where the template is one; without a slash at its end.
 *
 * Names: `id`, `collection`, `date` (2024-05-01), `year`, `month`, `day` (not padded) of the item's datetime or else
 * its start_datetime; any property (`eo:cloud_cover`), any member by its path (`properties.eo:cloud_cover`).
 * Throws InvalidInput where the item lacks a value or the result is no safe key.
 *
 * @example fillPathTemplate("${collection}/${year}/${id}", item) // "sentinel-2-l2a/2024/S2A_33UUP"
 */
export function fillPathTemplate(template: string, item: StacItem): string {
  const filled = tryPathTemplate(template, item);
  if (filled.outcome === "filled") return filled.path;
  throw new InvalidInput(`item ${showValue(item.id)}, ${filled.message}`, { hint: filled.hint });
}

/** As `fillPathTemplate`, for those who say themselves which item it is about. */
export function tryPathTemplate(template: string, item: StacItem): FilledPath {
  if (template.replaceAll(PLACEHOLDER, "").includes("${")) {
    return refused(template, "a placeholder is not closed", `Write \${name} or \${name?stand-in}.`);
  }
  // Templates have always been written with a slash at either end.
  const trimmed = template.replace(/^\//, "").replace(/\/$/, "");
  const found = Array.from(trimmed.matchAll(PLACEHOLDER), ([, name = "", standIn]) => ({ name, standIn }));
  const missing = found.find(({ name, standIn }) => standIn === undefined && textOf(name, item) === undefined)?.name;
  if (missing !== undefined) {
    const hint = `Add it to the item, or write a stand-in: \${${missing}?unknown}.`;
    return refused(template, `the item has no ${missing === "" ? "member without a name" : missing}`, hint);
  }
  const filled = trimmed.replaceAll(
    PLACEHOLDER,
    (_match, name: string, standIn?: string) => textOf(name, item) ?? standIn ?? "",
  );
  return refusalOf(filled, template) ?? { outcome: "filled", path: filled };
}

/** An empty text names no folder. */
function textOf(name: string, item: StacItem): string | undefined {
  const value = lookUp(name, item);
  return value === undefined || value === "" ? undefined : String(value);
}

function lookUp(name: string, item: StacItem): string | number | boolean | undefined {
  if (name === "id") return item.id;
  if (name === "collection") return item.collection ?? undefined;
  const date = datePart(name, item);
  if (date !== undefined) return date;
  const { properties } = item;
  if (properties !== undefined && Object.hasOwn(properties, name)) return scalar(properties[name]);
  return scalar(memberAt(item, name.split(".")) ?? (properties && memberAt(properties, name.split("."))));
}

function datePart(name: string, { properties }: StacItem): string | number | undefined {
  if (name !== "date" && name !== "year" && name !== "month" && name !== "day") return undefined;
  const text = properties?.datetime ?? properties?.start_datetime;
  const time = typeof text === "string" ? new Date(text) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) return undefined;
  if (name === "date") return time.toISOString().slice(0, "2024-05-01".length);
  if (name === "year") return time.getUTCFullYear();
  return name === "month" ? time.getUTCMonth() + 1 : time.getUTCDate();
}

function memberAt(root: Json, names: readonly string[]): Json | undefined {
  return names.reduce<Json | undefined>(
    (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    root,
  );
}

function scalar(value: Json | undefined): string | number | boolean | undefined {
  return typeof value === "object" || value === undefined ? undefined : value;
}

function refusalOf(filled: string, template: string): FilledPath | undefined {
  // Only the template may choose to name a bucket: a property that holds a URL must not.
  const [root = "", bucket] = (template.startsWith("s3://") && /^s3:\/\/([^/]*)\/?/.exec(filled)) || [];
  if (bucket !== undefined && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    const hint = "Write s3://bucket/… with a bucket's name.";
    return refused(template, `${showValue(filled)} has no valid bucket`, hint);
  }
  if (bucket !== undefined && filled === `s3://${bucket}`) return undefined;
  const key = filled.slice(root.length);
  const climbs = key.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
  if (!climbs && !/[\p{Cc}\p{Cs}\\]/u.test(key)) return undefined;
  const hint = "Every part between slashes needs a text other than . and .., without control characters or \\.";
  return refused(template, `${showValue(filled)} is not a safe path`, hint);
}

function refused(template: string, what: string, hint: string): FilledPath {
  return { outcome: "refused", message: `path template ${showValue(template)}: ${what}`, hint };
}
