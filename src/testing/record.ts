/** Makes a fixture of a payload: the payload, and the objects that its items lead to. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Environment } from "../env.ts";
import { CirrusError, EXIT, InvalidInput, TransientError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { ObjectStore, ObjectUrl } from "../payload/object-store.ts";
import type { Target } from "../task/assets/href.ts";
import { targetOf } from "../task/assets/open-asset.ts";
import { openHttp } from "../task/assets/open-http.ts";
import { readPayload } from "../task/input.ts";
import type { Item } from "../task/item.ts";
import { MANIFEST_FILE, PAYLOAD_FILE, type RecordedManifest, type RecordedObject } from "./recorded.ts";
import { withoutSecrets, withoutSignature, withoutSignatures } from "./without-signature.ts";

export interface RecordRequest {
  /** Of the fixture; it must not hold one yet. */
  readonly folder: string;
  readonly payload: Json;
  /** Where the payload comes from. */
  readonly about: Omit<RecordedManifest, "objects" | "environment">;
  /** Of the place where it ran: the names of its buckets are kept. */
  readonly environment: Environment;
  readonly objects: Pick<ObjectStore, "get" | "head" | "openRead">;
  /** Bytes; of what is larger only the size is recorded. */
  readonly maxBytes: number;
  /** Opens URLs of the web; in tests, one of their own. */
  readonly openHttp?: typeof openHttp;
}

/**
 * Throws a TransientError where reading broke off; what may not be read, or is not there, is recorded as that. URLs lose
 * their signatures.
 */
export async function recordPayload(request: RecordRequest): Promise<RecordedManifest> {
  const { folder, payload, about, environment } = request;
  if (existsSync(join(folder, MANIFEST_FILE))) {
    throw new CirrusError(`${folder} holds a recorded payload already.`, {
      hint: "Remove the folder, or name another one.",
      exitCode: EXIT.conflict,
    });
  }
  await mkdir(join(folder, "objects"), { recursive: true });
  const objects: Record<string, RecordedObject> = {};
  for (const target of await targetsOf(payload, request)) {
    objects[withoutSignature(target.url)] ??= await recordTarget(target, Object.keys(objects).length + 1, request);
  }
  const { error, cause } = about.error ?? {};
  const told = error === undefined || cause === undefined ? {} : { error: { error, cause: withoutSecrets(cause) } };
  const manifest: RecordedManifest = { ...about, ...told, environment: kept(environment), objects };
  await writeFile(join(folder, PAYLOAD_FILE), shown(withoutSignatures(payload)));
  await writeFile(join(folder, MANIFEST_FILE), shown(manifest));
  return manifest;
}

/** What the assets of all items lead to. A payload that no task could read has none. */
async function targetsOf(payload: Json, { objects, environment }: RecordRequest): Promise<readonly Target[]> {
  try {
    const store = objects as ObjectStore; // a payload is read with `get` alone
    const { own } = await readPayload(payload, { objects: store, environment });
    return own.features.flatMap((item) => targetsIn(item, environment));
  } catch (thrown) {
    if (thrown instanceof InvalidInput) return [];
    throw thrown;
  }
}

/** An href that leads nowhere fails in the test as it failed before. */
function targetsIn(item: Item, environment: Environment): readonly Target[] {
  return Object.values(item.assets).flatMap((asset) => {
    try {
      const target = targetOf({ environment }, item, asset);
      return target.kind === "file" ? [] : [target];
    } catch (thrown) {
      if (thrown instanceof InvalidInput) return [];
      throw thrown;
    }
  });
}

async function recordTarget(target: Target, number: number, request: RecordRequest): Promise<RecordedObject> {
  const { folder, maxBytes } = request;
  const opened = await open(target, request);
  if ("unavailable" in opened) return opened;
  const { body, size } = opened;
  if (size === undefined || size > maxBytes) {
    body.destroy();
    return { size: size ?? 0 };
  }
  const bytes = await buffer(body);
  const file = join("objects", `${number}-${basename(new URL(target.url).pathname).replaceAll(/[^\w.-]+/g, "_")}`);
  await writeFile(join(folder, file), bytes);
  return { file, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

interface Opening {
  readonly body: Readable;
  /** Undefined where a server does not say. */
  readonly size: number | undefined;
}

const IDLE_MS = 60_000;

/** A server that gives no answer is one that is not there; S3 always is, and is asked again another time. */
async function open(target: Target, request: RecordRequest): Promise<Opening | { readonly unavailable: string }> {
  const { objects, openHttp: ask = openHttp } = request;
  try {
    if (target.kind === "http") {
      const limits = { idleMs: IDLE_MS, allowLocal: false, allowPages: true };
      return await ask(target.url, 0, limits, new AbortController().signal);
    }
    const opened = await objects.openRead(target.url as ObjectUrl); // files were left out
    if (opened === undefined) return { unavailable: `${target.url} does not exist` };
    return { body: opened.body, size: opened.head.size };
  } catch (thrown) {
    const passing = thrown instanceof TransientError && target.kind !== "http";
    if (thrown instanceof CirrusError && !passing) return { unavailable: thrown.message };
    throw thrown;
  }
}

/** What hrefs and upload options depend on; nothing else of a place belongs into a repository. */
function kept({ CIRRUS_DATA_BUCKET, CIRRUS_PAYLOAD_BUCKET, AWS_REGION }: Environment): Record<string, string> {
  const names = Object.entries({ CIRRUS_DATA_BUCKET, CIRRUS_PAYLOAD_BUCKET, AWS_REGION });
  return Object.fromEntries(names.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function shown(value: object | Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
