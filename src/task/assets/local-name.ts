/** What the file of an asset is called. */
import { createHash } from "node:crypto";
import { basename, extname } from "node:path";
import type { Asset } from "../item.ts";
import { showUrl } from "./href.ts";

/** By the asset's key: two assets of an item may have files of the same name. */
export function assetFileName(key: string, asset: Asset): string {
  return `${fileName(key)}${extensionOf(asset)}`;
}

/** Item IDs and asset keys come from outside: nothing in them may climb out of the work directory or meet another name. */
export function fileName(name: string): string {
  const safe = name
    .replaceAll(/[^A-Za-z0-9_.-]/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 100);
  return safe === name ? safe : `${safe}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

function extensionOf(asset: Asset): string {
  const extension = extname(basename(showUrl(asset.href)));
  return /^\.[A-Za-z0-9]{1,10}$/.test(extension) ? extension : "";
}
