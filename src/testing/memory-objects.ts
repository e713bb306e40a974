/** Objects in memory, for tests: the same port as S3 and the folder that stands for it, and as quick as a Map. */
import { createHash, randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type Clock, isoTime, systemClock } from "../clock.ts";
import {
  locateObject,
  type ObjectHead,
  type ObjectStore,
  type ObjectUrl,
  type PutOptions,
  parseObjectUrl,
} from "../payload/object-store.ts";

export interface MemoryObject {
  readonly body: Uint8Array;
  readonly version: string;
  readonly modified: string;
  /** As the object was stored, `content-type` among them; names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface MemoryObjects extends ObjectStore {
  /** What is stored by now, by URL. */
  readonly all: ReadonlyMap<ObjectUrl, MemoryObject>;
}

/** `clock`: what says when an object was stored. */
export function makeMemoryObjects(clock: Pick<Clock, "now"> = systemClock): MemoryObjects {
  const all = new Map<ObjectUrl, MemoryObject>();

  function store(url: ObjectUrl, body: Uint8Array, options: PutOptions = {}): "stored" | "exists" {
    if (options.ifAbsent && all.has(url)) return "exists";
    all.set(url, { body, version: randomUUID(), modified: isoTime(clock.now()), headers: headersOf(options) });
    return "stored";
  }
  const find = (url: ObjectUrl): MemoryObject | undefined => all.get(checked(url));

  return {
    all,
    async get(url, { maxBytes = Number.POSITIVE_INFINITY } = {}) {
      const found = find(url);
      if (found === undefined) return { outcome: "missing" };
      const { body } = found;
      if (body.length > maxBytes) return { outcome: "too-large", size: body.length };
      // A copy: what a task does with it is not what it stored.
      return { outcome: "found", body: Buffer.from(body), head: headOf(url, found) };
    },
    async head(url) {
      const found = find(url);
      return found && headOf(url, found);
    },
    async put(url, body, options) {
      return store(checked(url), Buffer.from(body), options);
    },
    async download(url, path) {
      const found = find(url);
      if (found !== undefined) await writeFile(path, found.body);
      return found !== undefined;
    },
    async upload(path, url, options) {
      store(checked(url), await readFile(path), options);
    },
    async openRead(url, { start = 0, end = Number.POSITIVE_INFINITY } = {}) {
      const found = find(url);
      if (found === undefined) return undefined;
      const part = Buffer.from(found.body.subarray(start, end + 1));
      return { head: headOf(url, found), version: found.version, body: Readable.from(part.length > 0 ? [part] : []) };
    },
    async write(url, body, options) {
      checked(url);
      store(url, await buffer(body), options);
    },
    async copy(from, to, { accept, ...options } = {}) {
      const found = find(from);
      if (found === undefined) return { outcome: "not-here" };
      const copied = { size: found.body.length, sha256: createHash("sha256").update(found.body).digest("hex") };
      accept?.(copied);
      store(checked(to), found.body, options);
      return { outcome: "copied", ...copied };
    },
    async *list(prefix) {
      const { bucket } = parseObjectUrl(prefix);
      const found = [...all].filter(([url]) => url.startsWith(prefix) && parseObjectUrl(url).bucket === bucket);
      for (const [url, object] of found.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
        if (all.has(url)) yield headOf(url, object);
      }
    },
    async remove(url) {
      all.delete(checked(url));
    },
  };
}

function headOf(url: ObjectUrl, { body, modified }: MemoryObject): ObjectHead {
  return { url, size: body.length, modified };
}

function headersOf({ contentType, headers = {} }: PutOptions): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...Object.fromEntries(named), ...(contentType === undefined ? {} : { "content-type": contentType }) };
}

/** What S3 would refuse is refused here, not first in a deployment. */
function checked(url: ObjectUrl): ObjectUrl {
  locateObject(url);
  return url;
}
