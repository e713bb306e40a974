/** Objects in memory for tests of transfers: a store that never waits for a disk. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ObjectHead, ObjectStore, ObjectUrl } from "../../src/payload/object-store.ts";

export function makeMemoryStreams(objects: Readonly<Record<ObjectUrl, Uint8Array>>): ObjectStore {
  const bodies = new Map(Object.entries(objects));
  const headOf = (url: ObjectUrl, body: Uint8Array): ObjectHead => ({
    url,
    size: body.length,
    modified: "2026-11-21T10:00:00.000Z",
  });
  const unused = () => Promise.reject(new Error("no transfer does this"));
  return {
    get: unused,
    download: unused,
    upload: unused,
    // biome-ignore lint/correctness/useYield: no transfer lists
    async *list() {
      await unused();
    },
    async head(url) {
      const body = bodies.get(url);
      return body && headOf(url, body);
    },
    async put(url, body) {
      bodies.set(url, Buffer.from(body));
      return "stored";
    },
    async openRead(url, { start = 0 } = {}) {
      const body = bodies.get(url);
      if (body === undefined) return undefined;
      return { head: headOf(url, body), version: "1", body: Readable.from([body.subarray(start)]) };
    },
    async write(url, body) {
      bodies.set(url, await buffer(body));
    },
    async copy(from, to, { accept } = {}) {
      const body = bodies.get(from);
      if (body === undefined) return { outcome: "not-here" };
      const copied = { size: body.length, sha256: createHash("sha256").update(body).digest("hex") };
      accept?.(copied);
      bodies.set(to, body);
      return { outcome: "copied", ...copied };
    },
    async remove(url) {
      bodies.delete(url);
    },
  };
}
