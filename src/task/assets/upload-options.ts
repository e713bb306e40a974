/** How and where a task uploads: the process definition's `upload_options`, and those of the item's collection over them. */
import { isJsonObject } from "../../json.ts";
import { isObjectUrl, type ObjectUrl } from "../../payload/object-store.ts";
import { tryPathTemplate } from "../../payload/path-template.ts";
import { showValue } from "../../payload/problems.ts";
import type { ProcessDefinition, UploadOptions } from "../../payload/process-definition.ts";
import type { StacItem } from "../../payload/stac-item.ts";
import { formatPath } from "../../yaml/json-path.ts";
import type { CollectionOf } from "../collections.ts";
import { InvalidInput } from "../errors.ts";
import type { Item } from "../item.ts";

// biome-ignore lint/suspicious/noTemplateCurlyInString: tryPathTemplate fills it
const DEFAULT_PATH_TEMPLATE = "${collection}/${year}/${month}/${day}/${id}";

export interface Naming {
  readonly definition: ProcessDefinition;
  readonly collectionOf: CollectionOf;
}

export function uploadOptionsFor(naming: Naming, item: Item): UploadOptions {
  return { ...naming.definition.upload_options, ...optionsOfCollection(naming, item) };
}

function optionsOfCollection({ definition, collectionOf }: Naming, item: Item): UploadOptions {
  const collection = collectionOf(item);
  const own = collection ? definition.collection_options?.[collection]?.upload_options : undefined;
  return isJsonObject(own) ? own : {};
}

/**
 * The folder that an item's files go to: that of the collection which it is given when the run has ended. A template may
 * name a bucket of its own: `s3://bucket/…`. Its errors name the template, and leave the item to whoever catches them.
 */
export function folderOf(naming: Naming, item: Item, dataBucket: () => string): ObjectUrl {
  const { template, where } = templateOf(naming, item);
  // An item read from a payload is a StacItem; the SDK's type differs in that it may be changed.
  const filled = tryPathTemplate(template, { ...item, collection: naming.collectionOf(item) } as unknown as StacItem);
  if (filled.outcome === "refused") throw new InvalidInput(filled.message, { where, hint: filled.hint });
  const url = filled.path.startsWith("s3://") ? filled.path : `s3://${dataBucket()}/${filled.path}`;
  if (isObjectUrl(url)) return url;
  throw new InvalidInput(`path template ${showValue(template)}: ${url} is not an object's URL`, {
    where,
    hint: `Write s3://bucket/prefix, or a path such as ${DEFAULT_PATH_TEMPLATE} for the data bucket.`,
  });
}

/** `where` is undefined where nobody wrote one. */
function templateOf(naming: Naming, item: Item): { readonly template: string; readonly where: string | undefined } {
  const place = ["upload_options", "path_template"];
  const { path_template: ofAll } = naming.definition.upload_options ?? {};
  // What a payload says of single collections is no more checked before than that it is an object.
  const ofCollection: unknown = optionsOfCollection(naming, item).path_template ?? undefined;
  if (ofCollection === undefined) {
    if (ofAll === undefined) return { template: DEFAULT_PATH_TEMPLATE, where: undefined };
    return { template: ofAll, where: formatPath(["process", 0, ...place]) };
  }
  const where = formatPath(["process", 0, "collection_options", naming.collectionOf(item) ?? "", ...place]);
  if (typeof ofCollection === "string") return { template: ofCollection, where };
  const hint = `Write a text such as ${DEFAULT_PATH_TEMPLATE}.`;
  throw new InvalidInput(`path template ${showValue(ofCollection)}: it is no text`, { where, hint });
}

export function isPublic(options: UploadOptions, key: string): boolean {
  return options.public_assets === "ALL" || (options.public_assets?.includes(key) ?? false);
}
