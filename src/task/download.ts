/** Brings an item's assets into the work directory. */
import { createHash } from "node:crypto";
import { copyFile, mkdir, realpath } from "node:fs/promises";
import { basename, extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AccessDenied } from "../aws/failures.ts";
import type { ObjectUrl } from "../payload/object-store.ts";
import { AssetUnavailable, InvalidInput } from "./errors.ts";
import { fetchFile } from "./fetch-file.ts";
import { resolveHref, showUrl, type Target } from "./href.ts";
import type { Asset, Item } from "./item.ts";
import type { TaskPorts } from "./ports.ts";

/** Bytes: what a Lambda's /tmp can be made to hold. */
const MAX_ASSET_BYTES = 10 * 1024 ** 3;
const IDLE_MS = 60_000;

export interface Download {
  readonly ports: TaskPorts;
  readonly workdir: string;
  readonly signal: AbortSignal;
}

/** The path of the local copy. Errors name the item, the asset, its URL and what to do. */
export async function downloadAsset(run: Download, item: Item, key: string): Promise<string> {
  const asset = Object.hasOwn(item.assets, key) ? item.assets[key] : undefined;
  if (asset === undefined) throw noSuchAsset(item, key);
  const { environment } = run.ports;
  const own = [environment.CIRRUS_DATA_BUCKET, environment.CIRRUS_PAYLOAD_BUCKET].filter((name) => name !== undefined);
  const target = resolveHref(item, asset.href, own);
  const folder = join(run.workdir, fileName(item.id));
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${fileName(key)}${extensionOf(asset)}`);
  try {
    await bring(run, target, path);
  } catch (thrown) {
    throw placed(thrown, item, key);
  }
  return path;
}

async function bring(run: Download, target: Target, path: string): Promise<void> {
  const allowLocal = run.ports.environment.CIRRUS_ALLOW_LOCAL_ASSETS === "true";
  if (target.kind === "object") return bringObject(run, target.url, path);
  if (target.kind === "file") return bringFile(run, target.url, path, allowLocal);
  return fetchFile(target.url, path, { maxBytes: MAX_ASSET_BYTES, idleMs: IDLE_MS, allowLocal }, run.signal);
}

async function bringObject(run: Download, url: ObjectUrl, path: string): Promise<void> {
  if (await run.ports.objects.download(url, path).catch(explainDenied)) return;
  throw new AssetUnavailable(`${url} does not exist`, {
    hint: "Check the asset's href, and that whatever writes the object has finished.",
  });
}

/** A task may read what the project names, and nothing else that its account could. */
function explainDenied(thrown: unknown): never {
  if (!(thrown instanceof AccessDenied)) throw thrown;
  throw new AssetUnavailable(thrown.message, {
    hint: "Name its objects in custom.assetObjects of cirrus.yml and deploy, or give the asset an https:// URL where anyone may read it.",
    cause: thrown,
  });
}

/** A payload must not lead a task to files of the machine it runs on: there are credentials among them. */
async function bringFile(run: Download, url: string, path: string, allowLocal: boolean): Promise<void> {
  const source = await realpath(fileURLToPath(url)).catch((cause: unknown) => {
    throw new AssetUnavailable(`${showUrl(url)} does not exist`, { hint: "Check the asset's href.", cause });
  });
  const inWorkdir = source.startsWith(`${await realpath(run.workdir)}${sep}`);
  if (!inWorkdir && !allowLocal) {
    throw new AssetUnavailable(`${showUrl(url)} is a file of this machine outside the work directory`, {
      hint: "Use an s3:// or https:// URL. To read local files, set CIRRUS_ALLOW_LOCAL_ASSETS=true.",
    });
  }
  if (source !== path) await copyFile(source, path);
}

function noSuchAsset(item: Item, key: string): InvalidInput {
  const keys = Object.keys(item.assets);
  return new InvalidInput(`Item ${item.id} has no asset "${key}"; it has ${keys.join(", ") || "none"}`, {
    hint: "Correct the task's parameters or the item.",
  });
}

/** Says which asset of which item an error is about, and keeps the error's name and kind. */
export function placed(thrown: unknown, item: Item, key: string): unknown {
  if (thrown instanceof Error) thrown.message = `Item ${item.id}, asset "${key}": ${thrown.message}`;
  return thrown;
}

/** Item IDs and asset keys come from outside: nothing in them may climb out of the work directory or meet another name. */
function fileName(name: string): string {
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
