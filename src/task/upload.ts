/** Stores local files where an item's upload options say. */
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { requireVariable } from "../env.ts";
import { isObjectUrl, type ObjectUrl } from "../payload/object-store.ts";
import type { ProcessDefinition } from "../payload/process-definition.ts";
import { declareFileExtension, describeFile } from "./checksum.ts";
import { placed } from "./download.ts";
import { InvalidInput } from "./errors.ts";
import { httpsUrl } from "./href.ts";
import type { Asset, Item } from "./item.ts";
import type { TaskPorts } from "./ports.ts";
import { folderOf, isPublic, uploadOptionsFor } from "./upload-options.ts";

export interface Upload {
  readonly ports: TaskPorts;
  readonly definition: ProcessDefinition;
}

export interface Location {
  readonly url: ObjectUrl;
  /** How an item refers to the object: `s3://…` where `s3_urls` is true, else its HTTPS URL. */
  readonly href: string;
}

export interface StoreOptions {
  /** Media type */
  readonly type?: string | undefined;
  /** The object's name; that of the local file where it is not given. */
  readonly filename?: string | undefined;
  /** Readable by everyone */
  readonly public?: boolean | undefined;
}

/** Members that the asset gets over those it has: `type`, `roles`, `title`, any other field. */
export type AssetFields = Partial<Omit<Asset, "href">> & Pick<StoreOptions, "filename">;

export function locate({ ports, definition }: Upload, item: Item, filename: string): Location {
  const options = uploadOptionsFor(definition, item);
  const folder = folderOf(item, options, () => requireVariable(ports.environment, "CIRRUS_DATA_BUCKET"));
  const url = `${folder}/${filename}`;
  if (!isObjectUrl(url) || !/^[^/\\\p{Cc}]+$/u.test(filename)) {
    throw new InvalidInput(`Item ${item.id}: ${JSON.stringify(filename)} is no file name for an object`, {
      hint: "Item IDs and file names must not hold slashes or control characters.",
    });
  }
  return { url, href: options.s3_urls ? url : httpsUrl(url, ports.environment.AWS_REGION ?? "us-west-2") };
}

/** The href of the stored file. */
export async function storeFile(to: Upload, item: Item, path: string, options: StoreOptions = {}): Promise<string> {
  const { environment, objects } = to.ports;
  if (environment.CIRRUS_UPLOAD === "false") return pathToFileURL(path).href;
  const { url, href } = locate(to, item, options.filename ?? basename(path));
  const { headers } = uploadOptionsFor(to.definition, item);
  const upload = objects.upload(path, url, {
    ...(options.type === undefined ? {} : { contentType: options.type }),
    // A canned ACL opens this one object to everyone.
    headers: { ...headers, ...(options.public ? { "x-amz-acl": "public-read" } : {}) },
  });
  await upload.catch((thrown: unknown) => explainClosed(thrown, url));
  return href;
}

/** The stack's own buckets know no ACLs, so that nothing in them is ever opened by mistake. */
function explainClosed(thrown: unknown, url: ObjectUrl): never {
  if (!(thrown instanceof Error && thrown.name === "AccessControlListNotSupported")) throw thrown;
  throw new InvalidInput(`${url} cannot be public: its bucket has no ACLs`, {
    hint: "Leave out `public` and `public_assets`, or write to a bucket of your own that has them.",
    cause: thrown,
  });
}

export async function uploadAsset(
  upload: Upload,
  target: { readonly item: Item; readonly key: string; readonly path: string },
  { filename, ...fields }: AssetFields = {},
): Promise<string> {
  const { item, key, path } = target;
  const asset = { ...item.assets[key], ...fields, ...(await describeFile(path)) };
  const open = isPublic(uploadOptionsFor(upload.definition, item), key);
  try {
    const href = await storeFile(upload, item, path, { filename, type: asset.type, public: open });
    item.assets[key] = { ...asset, href };
    declareFileExtension(item);
    return href;
  } catch (thrown) {
    throw placed(thrown, item, key);
  }
}
