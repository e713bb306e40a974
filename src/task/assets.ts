/** What a task does with files: bring an item's assets here, and store what it made. */
import { type Download, downloadAsset } from "./download.ts";
import type { Item } from "./item.ts";
import {
  type AssetFields,
  type Location,
  locate,
  type StoreOptions,
  storeFile,
  type Upload,
  uploadAsset,
} from "./upload.ts";

export interface Assets {
  /** Copies one asset, or several at a time, into the work directory and gives the local path of each. */
  download(item: Item, key: string): Promise<string>;
  download(item: Item, keys: readonly string[]): Promise<string[]>;
  /**
   * Stores a local file under the item's `path_template`, sets the asset's href, size and checksum, and gives the href.
   *
   * @example await assets.upload(item, "thumbnail", path, { type: "image/png", roles: ["thumbnail"] });
   */
  upload(item: Item, key: string, path: string, fields?: AssetFields): Promise<string>;
  /** Stores a local file that is no asset, and gives its href. */
  store(item: Item, path: string, options?: StoreOptions): Promise<string>;
  /** Where a file of this name would be stored. */
  locate(item: Item, filename: string): Location;
}

export function makeAssets(run: Download & Upload): Assets {
  async function download(item: Item, keys: string): Promise<string>;
  async function download(item: Item, keys: readonly string[]): Promise<string[]>;
  async function download(item: Item, keys: string | readonly string[]): Promise<string | string[]> {
    if (typeof keys === "string") return downloadAsset(run, item, keys);
    return Promise.all(keys.map((key) => downloadAsset(run, item, key)));
  }
  return {
    download,
    upload: (item, key, path, fields) => uploadAsset(run, { item, key, path }, fields),
    store: (item, path, options) => storeFile(run, item, path, options),
    locate: (item, filename) => locate(run, item, filename),
  };
}
