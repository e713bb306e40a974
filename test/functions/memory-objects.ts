/** Objects in memory, for runs that must repeat exactly: files answer in an order of their own. */
import { type Clock, isoTime } from "../../src/clock.ts";
import type { ObjectStore } from "../../src/payload/object-store.ts";

export function makeMemoryObjects(clock: Clock): ObjectStore {
  const objects = new Map<string, { readonly body: Uint8Array; readonly modified: string }>();
  return {
    async get(url, { maxBytes = Number.POSITIVE_INFINITY } = {}) {
      const found = objects.get(url);
      if (!found) return { outcome: "missing" };
      const { body, modified } = found;
      if (body.length > maxBytes) return { outcome: "too-large", size: body.length };
      return { outcome: "found", body, head: { url, size: body.length, modified } };
    },
    async head(url) {
      const found = objects.get(url);
      return found && { url, size: found.body.length, modified: found.modified };
    },
    async put(url, body, { ifAbsent = false } = {}) {
      if (ifAbsent && objects.has(url)) return "exists";
      objects.set(url, { body: Buffer.from(body), modified: isoTime(clock.now()) });
      return "stored";
    },
    async *list(prefix) {
      for (const [url, { body, modified }] of [...objects].sort()) {
        // Every key was an ObjectUrl when it was stored.
        if (url.startsWith(prefix)) yield { url: url as typeof prefix, size: body.length, modified };
      }
    },
    async remove(url) {
      objects.delete(url);
    },
    download: () => Promise.reject(new Error("functions do not download")),
    upload: () => Promise.reject(new Error("functions do not upload")),
  };
}
