/** STAC items and payloads as a task sees them: the run's own copy, free to be changed. */

export interface Asset {
  href: string;
  type?: string;
  title?: string;
  roles?: string[];
  [field: string]: unknown;
}

export interface Link {
  href: string;
  rel: string;
  type?: string;
  title?: string;
  [field: string]: unknown;
}

export interface Item {
  id: string;
  collection?: string | null;
  properties: { [field: string]: unknown };
  assets: { [key: string]: Asset };
  links: Link[];
  stac_extensions?: string[];
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

/** Declares an extension of STAC once. */
export function declareExtension(item: Item, schemaUrl: string): void {
  item.stac_extensions = [...new Set([...(item.stac_extensions ?? []), schemaUrl])];
}
