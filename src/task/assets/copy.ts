/** Copies an item's assets from where they lie to where the upload options say, never whole in memory nor on disk. */
import type { FoundObject, ObjectUrl, PutOptions } from "../../payload/object-store.ts";
import type { Asset, Item } from "../item.ts";
import { declareFileExtension, type FileInfo, sha256Checksum } from "./checksum.ts";
import { downloadAsset } from "./download.ts";
import { compare, expectedOf, measure } from "./expected-bytes.ts";
import { showUrl, type Target } from "./href.ts";
import { assetFileName } from "./local-name.ts";
import { openAsset, placed, requireAsset, targetOf } from "./open-asset.ts";
import { makeProgress } from "./progress.ts";
import { LARGE_BYTES, type Transfers } from "./transfers.ts";
import { explainClosed, locate, putOptionsFor, uploadAsset } from "./upload.ts";
import { isPublic, uploadOptionsFor } from "./upload-options.ts";

interface Copy {
  readonly item: Item;
  readonly key: string;
  readonly asset: Asset;
  readonly from: Target;
  readonly to: ObjectUrl;
  readonly options: PutOptions;
}

/** The href of the copy. The asset keeps its other members, and says its size and checksum. */
export async function copyAsset(run: Transfers, item: Item, key: string): Promise<string> {
  const asset = requireAsset(item, key);
  if (run.ports.environment.CIRRUS_UPLOAD === "false") {
    return uploadAsset(run, { item, key, path: await downloadAsset(run, item, key) });
  }
  try {
    const { url: to, href } = locate(run, item, assetFileName(key, asset));
    run.claim(to, item, key);
    const from = targetOf(run.ports, item, asset);
    const open = isPublic(uploadOptionsFor(run, item), key);
    const options = putOptionsFor(run, item, { type: asset.type, public: open });
    const info = await run.transfer(() => transfer(run, { item, key, asset, from, to, options }));
    item.assets[key] = { ...asset, ...info, href };
    declareFileExtension(item);
    return href;
  } catch (thrown) {
    throw placed(run, thrown, item, key);
  }
}

async function transfer(run: Transfers, copy: Copy): Promise<FileInfo> {
  return (await copyInStore(run, copy)) ?? stream(run, copy);
}

/** No byte of it comes through this task. */
async function copyInStore(run: Transfers, { asset, from, to, options }: Copy): Promise<FileInfo | undefined> {
  const expected = expectedOf(asset);
  // Only SHA-256 is computed by the store; what else the item says has to be checked before the object is there.
  if (from.kind !== "object" || (expected.checksum ?? SHA256).algorithm !== SHA256.algorithm) return undefined;
  const { objects } = run.ports;
  const accept = ({ size, sha256 }: FoundObject) => {
    if (sha256 === undefined && expected.checksum !== undefined) return false;
    compare(from.url, expected, { size, checksum: sha256 && sha256Checksum(sha256) });
    return true;
  };
  const copied = await objects.copy(from.url, to, { ...options, accept });
  if (copied.outcome === "not-here") return undefined;
  return { "file:size": copied.size, "file:checksum": sha256Checksum(copied.sha256) };
}

const SHA256 = { algorithm: "sha256" };

async function stream(run: Transfers, { item, key, asset, from, to, options }: Copy): Promise<FileInfo> {
  const source = await openAsset(run, from, asset);
  const { size } = source;
  const { clock, objects } = run.ports;
  const told = makeProgress({ log: run.log, clock, item: item.id, asset: key, size });
  const measured = measure(source.bytes, { url: showUrl(from.url), expected: expectedOf(asset), came: told });
  const write = () => objects.write(to, measured.bytes, options);
  try {
    await (size === undefined || size > LARGE_BYTES ? run.large(write) : write());
  } catch (thrown) {
    run.signal.throwIfAborted();
    explainClosed(thrown, to);
  } finally {
    source.close();
  }
  return measured.info();
}
