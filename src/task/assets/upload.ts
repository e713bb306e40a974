/** Stores local files where an item's upload options say. */
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { requireVariable } from "../../env.ts";
import { isObjectUrl, type ObjectUrl, type PutOptions } from "../../payload/object-store.ts";
import { InvalidInput } from "../errors.ts";
import type { Asset, Item } from "../item.ts";
import type { TaskPorts } from "../ports.ts";
import { declareFileExtension, describeFile } from "./checksum.ts";
import { httpsUrl } from "./href.ts";
import { placed } from "./open-asset.ts";
import { LARGE_BYTES, type Transfers } from "./transfers.ts";
import { folderOf, isPublic, type Naming, uploadOptionsFor } from "./upload-options.ts";

export interface Upload extends Naming {
  readonly ports: TaskPorts;
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

/** As for all that follows, whoever catches its errors says which item they are about. */
export function locate(to: Upload, item: Item, filename: string): Location {
  const { environment } = to.ports;
  const options = uploadOptionsFor(to, item);
  const folder = folderOf(to, item, () => requireVariable(environment, "CIRRUS_DATA_BUCKET"));
  const url = `${folder}/${filename}`;
  if (!isObjectUrl(url) || !/^[^/\\\p{Cc}]+$/u.test(filename)) {
    throw new InvalidInput(`${JSON.stringify(filename)} is no file name for an object`, {
      hint: "Item IDs and file names must not hold slashes or control characters.",
    });
  }
  refusePayloads(url, to.ports);
  return { url, href: options.s3_urls ? url : httpsUrl(url, environment.AWS_REGION ?? "us-west-2") };
}

/** What payloads, runs and loops keep for themselves: a payload must not put its own in the place of another's. */
function refusePayloads(url: ObjectUrl, { environment }: TaskPorts): void {
  const { CIRRUS_PAYLOAD_BUCKET: bucket, CIRRUS_PAYLOAD_ROOT_PREFIX: prefix = "cirrus" } = environment;
  if (bucket === undefined || !url.startsWith(`s3://${bucket}/${prefix}/`.replace(/\/+$/, "/"))) return;
  throw new InvalidInput(`${url} lies where Cirrus keeps its payloads`, {
    hint: "Have the path_template lead to another bucket or folder.",
  });
}

/** The href of the stored file. */
export async function storeFile(to: Upload, item: Item, path: string, options: StoreOptions = {}): Promise<string> {
  const { environment, objects } = to.ports;
  if (environment.CIRRUS_UPLOAD === "false") return pathToFileURL(path).href;
  const { url, href } = locate(to, item, options.filename ?? basename(path));
  await objects
    .upload(path, url, putOptionsFor(to, item, options))
    .catch((thrown: unknown) => explainClosed(thrown, url));
  return href;
}

export function putOptionsFor(
  to: Upload,
  item: Item,
  { type, public: open }: Omit<StoreOptions, "filename">,
): PutOptions {
  const { headers = {} } = uploadOptionsFor(to, item);
  for (const [name, value] of Object.entries({ ...headers, "content-type": type ?? "" })) {
    if (isHeader(name, value)) continue;
    throw new InvalidInput(`${JSON.stringify(`${name}: ${value}`)} is no header for an object`, {
      hint: "Take line breaks and control characters out of upload_options.headers and of the asset's type.",
    });
  }
  return {
    ...(type === undefined ? {} : { contentType: type }),
    // A canned ACL opens this one object to everyone.
    headers: { ...headers, ...(open ? { "x-amz-acl": "public-read" } : {}) },
  };
}

function isHeader(name: string, value: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** The stack's own buckets know no ACLs, so that nothing in them is ever opened by mistake. */
export function explainClosed(thrown: unknown, url: ObjectUrl): never {
  if (!(thrown instanceof Error && thrown.name === "AccessControlListNotSupported")) throw thrown;
  throw new InvalidInput(`${url} cannot be public: its bucket has no ACLs`, {
    hint: "Leave out `public` and `public_assets`, or write to a bucket of your own that has them.",
    cause: thrown,
  });
}

export async function uploadAsset(
  run: Transfers,
  target: { readonly item: Item; readonly key: string; readonly path: string },
  { filename, ...fields }: AssetFields = {},
): Promise<string> {
  const { item, key, path } = target;
  const open = isPublic(uploadOptionsFor(run, item), key);
  try {
    if (run.ports.environment.CIRRUS_UPLOAD !== "false") {
      run.claim(locate(run, item, filename ?? basename(path)).url, item, key);
    }
    return await run.transfer(async () => {
      const asset = { ...item.assets[key], ...fields, ...(await describeFile(path)) };
      const store = () => storeFile(run, item, path, { filename, type: asset.type, public: open });
      const href = await (asset["file:size"] > LARGE_BYTES ? run.large(store) : store());
      item.assets[key] = { ...asset, href };
      declareFileExtension(item);
      return href;
    });
  } catch (thrown) {
    throw placed(run, thrown, item, key);
  }
}
