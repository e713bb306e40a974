/** How and where a task uploads: the process definition's `upload_options`, and those of the item's collection over them. */
import { isJsonObject } from "../json.ts";
import { isObjectUrl, type ObjectUrl } from "../payload/object-store.ts";
import { fillTemplate } from "../payload/path-template.ts";
import type { ProcessDefinition, UploadOptions } from "../payload/process-definition.ts";
import type { StacItem } from "../payload/stac-item.ts";
import { InvalidInput } from "./errors.ts";
import type { Item } from "./item.ts";

// biome-ignore lint/suspicious/noTemplateCurlyInString: fillTemplate fills it
export const DEFAULT_PATH_TEMPLATE = "${collection}/${year}/${month}/${day}/${id}";

export function uploadOptionsFor(definition: ProcessDefinition, item: Item): UploadOptions {
  const own = item.collection ? definition.collection_options?.[item.collection]?.upload_options : undefined;
  return { ...definition.upload_options, ...(isJsonObject(own) ? own : {}) };
}

/** The folder that an item's files go to. A template may name a bucket of its own: `s3://bucket/…`. */
export function folderOf(item: Item, options: UploadOptions, dataBucket: () => string): ObjectUrl {
  const template = options.path_template ?? DEFAULT_PATH_TEMPLATE;
  // An item read from a payload is a StacItem; the SDK's type differs in that it may be changed.
  const path = fillTemplate(template, item as unknown as StacItem);
  const url = path.startsWith("s3://") ? path : `s3://${dataBucket()}/${path}`;
  if (isObjectUrl(url)) return url;
  throw new InvalidInput(`The path_template ${template} gives ${url}, which is not an object's URL`, {
    where: `item ${item.id}`,
    hint: `Write s3://bucket/prefix, or a path such as ${DEFAULT_PATH_TEMPLATE} for the data bucket.`,
  });
}

export function isPublic(options: UploadOptions, key: string): boolean {
  return options.public_assets === "ALL" || (options.public_assets?.includes(key) ?? false);
}
