/** Opens an item's asset wherever it lies: in an object store, behind a URL, in a file. */
import { constants } from "node:fs";
import { open as openFile, realpath } from "node:fs/promises";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AccessDenied } from "../../aws/failures.ts";
import type { ObjectUrl } from "../../payload/object-store.ts";
import { AssetUnavailable, InvalidInput } from "../errors.ts";
import type { Asset, Item } from "../item.ts";
import type { TaskPorts } from "../ports.ts";
import { resolveHref, showUrl, type Target } from "./href.ts";
import { openHttp } from "./open-http.ts";
import { type Open, type Opened, openSource, type Source } from "./source.ts";
import type { Transfers } from "./transfers.ts";

const IDLE_MS = 60_000;

/** Bytes that are read at a time. */
const CHUNK_BYTES = 256 * 1024;

export function requireAsset(item: Item, key: string): Asset {
  const asset = Object.hasOwn(item.assets, key) ? item.assets[key] : undefined;
  if (asset !== undefined) return asset;
  const keys = Object.keys(item.assets);
  throw new InvalidInput(`Item ${item.id} has no asset "${key}"; it has ${keys.join(", ") || "none"}`, {
    hint: "Correct the task's parameters or the item.",
  });
}

export function targetOf({ environment }: Pick<TaskPorts, "environment">, item: Item, asset: Asset): Target {
  const own = [environment.CIRRUS_DATA_BUCKET, environment.CIRRUS_PAYLOAD_BUCKET].filter((name) => name !== undefined);
  return resolveHref(item, asset.href, own);
}

export async function openAsset(run: Transfers, target: Target, asset: Asset): Promise<Source> {
  const { clock, random } = run.ports;
  return openSource(opener(run, target, asset), { clock, random, signal: run.signal });
}

function opener(run: Transfers, target: Target, asset: Asset): Open {
  const { environment } = run.ports;
  const allowLocal = environment.CIRRUS_ALLOW_LOCAL_ASSETS === "true";
  if (target.kind === "object") return (start) => openObject(run, target.url, start);
  if (target.kind === "file") return () => openLocal(run, target.url, allowLocal);
  const limits = { idleMs: IDLE_MS, allowLocal, allowPages: asset.type?.startsWith("text/html") };
  const open = run.ports.openHttp ?? openHttp;
  return (start) => open(target.url, start, limits, run.signal);
}

async function openObject(run: Transfers, url: ObjectUrl, start: number): Promise<Opened> {
  const opened = await run.ports.objects.openRead(url, { start }).catch(explainDenied);
  if (opened === undefined) {
    throw new AssetUnavailable(`${url} does not exist`, {
      hint: "Check the asset's href, and that whatever writes the object has finished.",
    });
  }
  const { body, head, version } = opened;
  return { body, start, size: head.size, version, explain: (thrown) => thrown };
}

/** A task may read what the project names, and nothing else that its account could. */
function explainDenied(thrown: unknown): never {
  if (!(thrown instanceof AccessDenied)) throw thrown;
  throw new AssetUnavailable(thrown.message, {
    hint: "Name its objects in custom.assetObjects of cirrus.yml and deploy, and its bucket in CIRRUS_REQUESTER_PAYS where readers pay; or give the asset an https:// URL where anyone may read it.",
    cause: thrown,
  });
}

/** A payload must not lead a task to files of the machine it runs on: there are credentials among them. */
async function openLocal(run: Transfers, url: string, allowLocal: boolean): Promise<Opened> {
  const source = await realpath(fileURLToPath(url)).catch((cause: unknown) => {
    throw new AssetUnavailable(`${showUrl(url)} does not exist`, { hint: "Check the asset's href.", cause });
  });
  const inWorkdir = source.startsWith(`${await realpath(run.workdir.path)}${sep}`);
  if (!inWorkdir && !allowLocal) {
    throw new AssetUnavailable(`${showUrl(url)} is a file of this machine outside the work directory`, {
      hint: "Use an s3:// or https:// URL. To read local files, set CIRRUS_ALLOW_LOCAL_ASSETS=true.",
    });
  }
  // Without O_NONBLOCK a pipe would be waited for until somebody writes into it.
  const handle = await openFile(source, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new AssetUnavailable(`${showUrl(url)} is no file`, { hint: "Check the asset's href." });
  }
  const body = handle.createReadStream({ highWaterMark: CHUNK_BYTES });
  return { body, start: 0, size: stats.size, version: undefined, explain: (thrown) => thrown };
}

/** Says which item an error is about, and which of its assets, and keeps the error's name and kind. */
export function placed({ signal }: Pick<Transfers, "signal">, thrown: unknown, item: Item, key?: string): unknown {
  // Why the run was stopped is no asset's fault.
  if (!(thrown instanceof Error) || thrown === signal.reason) return thrown;
  thrown.message = `Item ${item.id}${key === undefined ? "" : `, asset "${key}"`}: ${thrown.message}`;
  return thrown;
}
