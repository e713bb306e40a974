/** Brings an item's assets into the work directory. */
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { isDiskFull } from "../errors.ts";
import type { Asset, Item } from "../item.ts";
import { full, type Room } from "../workdir.ts";
import { expectedOf, measure } from "./expected-bytes.ts";
import { showUrl, type Target } from "./href.ts";
import { assetFileName, fileName } from "./local-name.ts";
import { openAsset, placed, requireAsset, targetOf } from "./open-asset.ts";
import { makeProgress } from "./progress.ts";
import type { Source } from "./source.ts";
import type { Transfers } from "./transfers.ts";

/** Bytes that are written at a time. */
const CHUNK_BYTES = 256 * 1024;

/** The path of the local copy. Errors name the item, the asset, its URL and what to do. */
export async function downloadAsset(run: Transfers, item: Item, key: string): Promise<string> {
  const asset = requireAsset(item, key);
  const path = join(run.workdir.path, fileName(item.id), assetFileName(key, asset));
  try {
    const target = targetOf(run.ports, item, asset);
    // It lies there already, where a task has made it or another one has downloaded it.
    if (target.kind === "file" && fileURLToPath(target.url) === path) return path;
    await mkdir(dirname(path), { recursive: true });
    await run.transfer(() => bring(run, { item, key, asset, target }, path));
  } catch (thrown) {
    throw placed(run, thrown, item, key);
  }
  return path;
}

interface Wanted {
  readonly item: Item;
  readonly key: string;
  readonly asset: Asset;
  readonly target: Target;
}

/** Into a file beside it first: half a file never has the name that a task asks for. */
async function bring(run: Transfers, wanted: Wanted, path: string): Promise<void> {
  const source = await openAsset(run, wanted.target, wanted.asset);
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  try {
    await write(run, wanted, source, unfinished);
    await rename(unfinished, path);
  } catch (thrown) {
    run.signal.throwIfAborted();
    throw isDiskFull(thrown) ? full(run.workdir.path, "its disk holds no more", thrown) : thrown;
  } finally {
    source.close();
    await rm(unfinished, { force: true });
  }
}

async function write(
  run: Transfers,
  { item, key, asset, target }: Wanted,
  source: Source,
  path: string,
): Promise<void> {
  const { clock } = run.ports;
  const { size } = source;
  const told = makeProgress({ log: run.log, clock, item: item.id, asset: key, size });
  const room = await makeGrowingRoom(run, size);
  try {
    const { bytes } = measure(source.bytes, {
      url: showUrl(target.url),
      expected: expectedOf(asset),
      async came(more) {
        told(more);
        await room.grow(more);
      },
    });
    await pipeline(bytes, createWriteStream(path, { flags: "wx", highWaterMark: CHUNK_BYTES }));
  } finally {
    room.release();
  }
}

/** Where nobody says how large a file is, room is taken in blocks. */
const BLOCK_BYTES = 64 * 1024 ** 2;

async function makeGrowingRoom(run: Transfers, size: number | undefined) {
  const rooms: Room[] = [await run.workdir.take(size ?? 0)];
  let left = size ?? 0;
  return {
    async grow(bytes: number): Promise<void> {
      if (bytes > left) {
        rooms.push(await run.workdir.take(BLOCK_BYTES));
        left += BLOCK_BYTES;
      }
      left -= bytes;
      rooms.at(-1)?.written(bytes);
    },
    release(): void {
      for (const room of rooms) room.release();
    },
  };
}
