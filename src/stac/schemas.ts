/**
 * The JSON schemas of STAC that lie in `schemas/`, by the URL that items declare them with. Nothing is ever fetched:
 * each is loaded when the first item needs it, with those that it refers to.
 */
import { dereference, type Schema } from "@cfworker/json-schema";
import { isJsonObject } from "../json.ts";

/** Every schema by its URL, and every part of one by URL and pointer. */
export type SchemaParts = Readonly<Record<string, Schema | boolean>>;

type Load = () => Promise<{ readonly default: unknown }>;

const STAC = "https://schemas.stacspec.org";
const EXTENSIONS = "https://stac-extensions.github.io";

const SCHEMAS: Readonly<Record<string, Load>> = {
  "https://geojson.org/schema/Feature.json": () => import("./schemas/geojson/Feature.json", { with: { type: "json" } }),
  "https://geojson.org/schema/Geometry.json": () =>
    import("./schemas/geojson/Geometry.json", { with: { type: "json" } }),
  // Each version of PROJJSON takes what the one before it took.
  "https://proj.org/schemas/v0.2/projjson.schema.json": () =>
    import("./schemas/proj/projjson-v0.4.json", { with: { type: "json" } }),
  "https://proj.org/schemas/v0.4/projjson.schema.json": () =>
    import("./schemas/proj/projjson-v0.4.json", { with: { type: "json" } }),
  "https://proj.org/schemas/v0.5/projjson.schema.json": () =>
    import("./schemas/proj/projjson-v0.7.json", { with: { type: "json" } }),
  "https://proj.org/schemas/v0.7/projjson.schema.json": () =>
    import("./schemas/proj/projjson-v0.7.json", { with: { type: "json" } }),
  [`${STAC}/v1.0.0/item-spec/json-schema/basics.json`]: () =>
    import("./schemas/stac/v1.0.0/basics.json", { with: { type: "json" } }),
  [`${STAC}/v1.0.0/item-spec/json-schema/datetime.json`]: () =>
    import("./schemas/stac/v1.0.0/datetime.json", { with: { type: "json" } }),
  [`${STAC}/v1.0.0/item-spec/json-schema/instrument.json`]: () =>
    import("./schemas/stac/v1.0.0/instrument.json", { with: { type: "json" } }),
  [`${STAC}/v1.0.0/item-spec/json-schema/item.json`]: () =>
    import("./schemas/stac/v1.0.0/item.json", { with: { type: "json" } }),
  [`${STAC}/v1.0.0/item-spec/json-schema/licensing.json`]: () =>
    import("./schemas/stac/v1.0.0/licensing.json", { with: { type: "json" } }),
  [`${STAC}/v1.0.0/item-spec/json-schema/provider.json`]: () =>
    import("./schemas/stac/v1.0.0/provider.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/bands.json`]: () =>
    import("./schemas/stac/v1.1.0/bands.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/basics.json`]: () =>
    import("./schemas/stac/v1.1.0/basics.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/common.json`]: () =>
    import("./schemas/stac/v1.1.0/common.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/data-values.json`]: () =>
    import("./schemas/stac/v1.1.0/data-values.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/datetime.json`]: () =>
    import("./schemas/stac/v1.1.0/datetime.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/instrument.json`]: () =>
    import("./schemas/stac/v1.1.0/instrument.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/item.json`]: () =>
    import("./schemas/stac/v1.1.0/item.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/licensing.json`]: () =>
    import("./schemas/stac/v1.1.0/licensing.json", { with: { type: "json" } }),
  [`${STAC}/v1.1.0/item-spec/json-schema/provider.json`]: () =>
    import("./schemas/stac/v1.1.0/provider.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/alternate-assets/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/alternate-assets-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/classification/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/classification-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/classification/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/classification-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/datacube/v2.2.0/schema.json`]: () =>
    import("./schemas/extensions/datacube-v2.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/eo/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/eo-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/eo/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/eo-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/eo/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/eo-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/file/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/file-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/file/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/file-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/file/v2.1.0/schema.json`]: () =>
    import("./schemas/extensions/file-v2.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/grid/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/grid-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/grid/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/grid-v1.1.0.json", { with: { type: "json" } }),
  "https://landsat.usgs.gov/stac/landsat-extension/v1.1.1/schema.json": () =>
    import("./schemas/extensions/landsat-v1.1.1.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/landsat/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/landsat-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/mgrs/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/mgrs-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/pointcloud/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/pointcloud-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/processing/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/processing-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/processing/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/processing-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/processing/v1.2.0/schema.json`]: () =>
    import("./schemas/extensions/processing-v1.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/product/v0.1.0/schema.json`]: () =>
    import("./schemas/extensions/product-v0.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/product/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/product-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/product/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/product-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/projection/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/projection-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/projection/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/projection-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/projection/v1.2.0/schema.json`]: () =>
    import("./schemas/extensions/projection-v1.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/projection/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/projection-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/raster/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/raster-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/raster/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/raster-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/raster/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/raster-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/render/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/render-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sar/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/sar-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sar/v1.2.0/schema.json`]: () =>
    import("./schemas/extensions/sar-v1.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sar/v1.3.0/schema.json`]: () =>
    import("./schemas/extensions/sar-v1.3.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sat/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/sat-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sat/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/sat-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sat/v1.2.0/schema.json`]: () =>
    import("./schemas/extensions/sat-v1.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/scientific/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/scientific-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sentinel-1/v0.2.0/schema.json`]: () =>
    import("./schemas/extensions/sentinel-1-v0.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/sentinel-2/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/sentinel-2-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/storage/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/storage-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/storage/v2.0.0/schema.json`]: () =>
    import("./schemas/extensions/storage-v2.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/storage/v2.0.0/platforms/aws-s3.json`]: () =>
    import("./schemas/extensions/storage-v2.0.0-aws-s3.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/storage/v2.0.0/platforms/custom-s3.json`]: () =>
    import("./schemas/extensions/storage-v2.0.0-custom-s3.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/storage/v2.0.0/platforms/ms-azure.json`]: () =>
    import("./schemas/extensions/storage-v2.0.0-ms-azure.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/table/v1.2.0/schema.json`]: () =>
    import("./schemas/extensions/table-v1.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/timestamps/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/timestamps-v1.1.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/version/v1.2.0/schema.json`]: () =>
    import("./schemas/extensions/version-v1.2.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/view/v1.0.0/schema.json`]: () =>
    import("./schemas/extensions/view-v1.0.0.json", { with: { type: "json" } }),
  [`${EXTENSIONS}/view/v1.1.0/schema.json`]: () =>
    import("./schemas/extensions/view-v1.1.0.json", { with: { type: "json" } }),
};

export function coreSchema(version: string): string {
  return `${STAC}/v${version}/item-spec/json-schema/item.json`;
}

export const KNOWN_SCHEMAS: ReadonlySet<string> = new Set(Object.keys(SCHEMAS));

const parts: Record<string, Schema | boolean> = Object.create(null);
const references = new Map<string, Promise<readonly string[]>>();

/** All that these schemas need, and whatever was loaded before. */
export async function loadSchemas(urls: readonly string[]): Promise<SchemaParts> {
  const seen = new Set<string>();
  // Schemas refer to each other in circles: none may wait for another.
  for (let wanted = urls; wanted.length > 0; ) {
    for (const url of wanted) seen.add(url);
    const found = await Promise.all(wanted.map(loadSchema));
    wanted = [...new Set(found.flat())].filter((url) => !seen.has(url));
  }
  return parts;
}

/** The schemas that it refers to. */
function loadSchema(url: string): Promise<readonly string[]> {
  const begun = references.get(url) ?? readSchema(url);
  references.set(url, begun);
  return begun;
}

async function readSchema(url: string): Promise<readonly string[]> {
  const load = SCHEMAS[url];
  if (load === undefined) throw new TypeError(`No schema ${url} lies here`);
  const { default: schema } = await load();
  if (!isJsonObject(schema)) throw new TypeError(`${url} is no schema`);
  // Some say another `$id` than the URL they are published under: "commonjson" for common.json.
  dereference({ ...schema, $id: url }, parts);
  return referencesOf(schema, url);
}

/** Other documents that a schema refers to. */
function referencesOf(schema: unknown, url: string): readonly string[] {
  const found = new Set<string>();
  JSON.stringify(schema, (key, value: unknown) => {
    if (key === "$ref" && typeof value === "string") found.add(new URL(value, url).href.replace(/#.*$/, ""));
    return value;
  });
  found.delete(url);
  return [...found];
}
