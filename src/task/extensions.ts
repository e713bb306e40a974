/** Declares extensions of STAC on items that may declare them already, in the version that was current when they were made. */
import type { Asset, Item } from "./item.ts";

const PROJECTION_2 = /^https:\/\/stac-extensions\.github\.io\/projection\/v2\./;

/**
 * Declares an extension once. An item that declares another version of it keeps that one, under which the fields that it
 * has are valid; only from projection 1 it is brought to 2, where `proj:code` stands for `proj:epsg`.
 *
 * @example declareExtension(item, "https://stac-extensions.github.io/projection/v2.0.0/schema.json");
 */
export function declareExtension(item: Item, schemaUrl: string): void {
  const declared = item.stac_extensions ?? [];
  const others = declared.filter((url) => url !== schemaUrl && extensionOf(url) === extensionOf(schemaUrl));
  if (others.length > 0 && !PROJECTION_2.test(schemaUrl)) return;
  if (others.length > 0) bringToProjection2(item);
  item.stac_extensions = [...new Set([...declared.filter((url) => !others.includes(url)), schemaUrl])];
}

/** `https://stac-extensions.github.io/file`, whichever version. */
function extensionOf(schemaUrl: string): string {
  return schemaUrl.replace(/\/v\d[^/]*\/schema\.json$/, "");
}

function bringToProjection2(item: Item): void {
  renameEpsg(item.properties);
  for (const asset of Object.values(item.assets)) {
    renameEpsg(asset);
    for (const band of bandsOf(asset)) renameEpsg(band);
  }
}

function bandsOf({ bands }: Asset): readonly Record<string, unknown>[] {
  return Array.isArray(bands) ? bands.filter((band) => typeof band === "object" && band !== null) : [];
}

/** What says already by its code where it is keeps that. */
function renameEpsg(fields: Record<string, unknown>): void {
  const { "proj:epsg": epsg, "proj:code": code } = fields;
  if (epsg === undefined) return;
  delete fields["proj:epsg"];
  if (code === undefined) fields["proj:code"] = epsg === null ? null : `EPSG:${epsg}`;
}
