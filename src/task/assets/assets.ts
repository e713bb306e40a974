/** What a task does with files: bring an item's assets here, and store what it made. */
import pLimit from "p-limit";
import type { Item } from "../item.ts";
import { copyAsset } from "./copy.ts";
import { downloadAsset } from "./download.ts";
import { placed } from "./open-asset.ts";
import { AT_A_TIME, type Transfers } from "./transfers.ts";
import { type AssetFields, type Location, locate, type StoreOptions, storeFile, uploadAsset } from "./upload.ts";

export interface TransferOptions {
  /** How many at a time; 16 at most over all that a run transfers. */
  readonly concurrency?: number | undefined;
}

export interface Assets {
  /**
   * Copies one asset, or several at a time, into the work directory and gives the local path of each. Throws
   * AssetUnreadable where it is not what the item's `file:size` and `file:checksum` say.
   */
  download(item: Item, key: string): Promise<string>;
  download(item: Item, keys: readonly string[], options?: TransferOptions): Promise<string[]>;
  /**
   * Copies one asset, or several at a time, from where it lies to where `path_template` says, and gives the href of each.
   * They come through neither memory nor disk as a whole, so that they may be larger than both.
   *
   * @example await assets.copy(item, Object.keys(item.assets));
   */
  copy(item: Item, key: string): Promise<string>;
  copy(item: Item, keys: readonly string[], options?: TransferOptions): Promise<string[]>;
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

export function makeAssets(run: Transfers): Assets {
  return {
    download: oneOrMany((item, key) => downloadAsset(run, item, key)),
    copy: oneOrMany((item, key) => copyAsset(run, item, key)),
    upload: (item, key, path, fields) => uploadAsset(run, { item, key, path }, fields),
    async store(item, path, options) {
      try {
        return await run.transfer(() => storeFile(run, item, path, options));
      } catch (thrown) {
        throw placed(run, thrown, item);
      }
    },
    locate(item, filename) {
      try {
        return locate(run, item, filename);
      } catch (thrown) {
        throw placed(run, thrown, item);
      }
    },
  };
}

function oneOrMany(transfer: (item: Item, key: string) => Promise<string>): Assets["download"] {
  async function both(item: Item, keys: string): Promise<string>;
  async function both(item: Item, keys: readonly string[], options?: TransferOptions): Promise<string[]>;
  async function both(
    item: Item,
    keys: string | readonly string[],
    { concurrency = AT_A_TIME }: TransferOptions = {},
  ): Promise<string | string[]> {
    if (typeof keys === "string") return transfer(item, keys);
    return allOf(keys, (key) => transfer(item, key), concurrency);
  }
  return both;
}

/** Once one has failed, no other begins. */
async function allOf<T>(keys: readonly string[], act: (key: string) => Promise<T>, concurrency: number): Promise<T[]> {
  const limit = pLimit(Math.max(1, concurrency));
  const running = keys.map((key) => limit(() => act(key)));
  try {
    return await Promise.all(running);
  } catch (thrown) {
    limit.clearQueue();
    throw thrown;
  }
}
