/** STAC items and payloads as a task sees them: the run's own copy, free to be changed. */
import type { CommonMetadata, StacAsset, StacItem, StacLink } from "stac-ts";

export type Asset = StacAsset;
export type Link = StacLink;

/** An item of STAC 1.0 or 1.1. Only its `id` is certain where it came sparse; what it came without is empty. */
export interface Item {
  id: string;
  type?: "Feature";
  stac_version?: string;
  stac_extensions?: string[];
  collection?: string | null;
  geometry?: StacItem["geometry"];
  /** West, south, east, north; or with heights: west, south, lowest, east, north, highest. */
  bbox?: number[];
  properties: CommonMetadata;
  assets: { [key: string]: Asset };
  links: Link[];
  [field: string]: unknown;
}

export interface Definition {
  workflow: string;
  [member: string]: unknown;
}

export interface Payload {
  type: "FeatureCollection";
  id: string;
  features: Item[];
  /** The first is the one that runs; the others follow when it has succeeded. */
  process: (Definition | Definition[])[];
  [member: string]: unknown;
}

/** Puts a link in the place of every other with its relation. */
export function replaceLink(item: Item, link: Link): void {
  item.links = [...item.links.filter(({ rel }) => rel !== link.rel), link];
}
