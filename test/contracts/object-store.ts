/** What every ObjectStore must do. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CirrusError, TransientError } from "../../src/errors.ts";
import type { ObjectStore, ObjectUrl } from "../../src/payload/object-store.ts";

export interface ObjectStoreUnderTest {
  readonly store: ObjectStore;
  close(): Promise<void> | void;
}

export function describeObjectStore(
  name: string,
  makeStore: () => Promise<ObjectStoreUnderTest> | ObjectStoreUnderTest,
): void {
  let under: ObjectStoreUnderTest;
  let store: ObjectStore;
  let folder: string;
  beforeEach(async () => {
    under = await makeStore();
    store = under.store;
    folder = mkdtempSync(join(tmpdir(), "cirrus-test-"));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await under.close();
  });

  const read = async (url: ObjectUrl) => {
    const found = await store.get(url);
    return found.outcome === "found" ? Buffer.from(found.body).toString() : found.outcome;
  };
  const keys = async (prefix: ObjectUrl) => keysOf(store, prefix);

  describe(`${name} as an ObjectStore`, () => {
    test("what is stored can be read back, with its size and time", async () => {
      expect(await store.put("s3://data/a/b.json", "grün")).toBe("stored");
      const found = await store.get("s3://data/a/b.json");
      if (found.outcome !== "found") throw new Error(found.outcome);
      expect(Buffer.from(found.body).toString()).toBe("grün");
      expect(found.head).toEqual(await store.head("s3://data/a/b.json"));
      expect(found.head).toMatchObject({ url: "s3://data/a/b.json", size: 5 });
      expect(Number.isNaN(Date.parse(found.head.modified))).toBe(false);
    });

    test("what is not there is missing", async () => {
      await store.put("s3://data/a/b.json", "x");
      for (const url of ["s3://data/a", "s3://data/a/b", "s3://data/a/b.json/c", "s3://other/a/b.json"] as const) {
        expect(await store.get(url), url).toEqual({ outcome: "missing" });
        expect(await store.head(url), url).toBeUndefined();
      }
    });

    test("a later body takes the place of an earlier one, but not where nothing may be there yet", async () => {
      await store.put("s3://data/a.json", "1");
      expect(await store.put("s3://data/a.json", "2")).toBe("stored");
      expect(await store.put("s3://data/a.json", "3", { ifAbsent: true })).toBe("exists");
      expect(await read("s3://data/a.json")).toBe("2");
      expect(await store.put("s3://data/b.json", "3", { ifAbsent: true })).toBe("stored");
    });

    test("of many that store an object that may not be there yet, one does", async () => {
      const puts = Array.from({ length: 20 }, (_, i) => store.put("s3://data/a.json", `${i}`, { ifAbsent: true }));
      const outcomes = await Promise.all(puts);
      expect(outcomes.filter((outcome) => outcome === "stored")).toHaveLength(1);
      expect(await read("s3://data/a.json")).toBe(String(outcomes.indexOf("stored")));
    });

    test("a reader sees the whole old or the whole new body, never a part", async () => {
      const bodies = ["a", "b", "c", "d"].map((letter) => letter.repeat(300_000));
      await store.put("s3://data/big.txt", bodies[0] ?? "");
      const writing = Promise.all(bodies.map((body) => store.put("s3://data/big.txt", body)));
      for (let i = 0; i < 20; i += 1) expect(bodies).toContain(await read("s3://data/big.txt"));
      await writing;
    });

    test("a body that is larger than asked for is not read", async () => {
      await store.put("s3://data/a.json", "12345");
      expect(await store.get("s3://data/a.json", { maxBytes: 4 })).toEqual({ outcome: "too-large", size: 5 });
      expect((await store.get("s3://data/a.json", { maxBytes: 5 })).outcome).toBe("found");
    });

    test("an object that is removed is gone, and removing it again is no error", async () => {
      await store.put("s3://data/a.json", "1");
      await store.remove("s3://data/a.json");
      await store.remove("s3://data/a.json");
      await store.remove("s3://nowhere/a.json");
      expect((await store.get("s3://data/a.json")).outcome).toBe("missing");
    });

    test("files go up and down byte for byte", async () => {
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 251));
      writeFileSync(join(folder, "up"), bytes);
      await store.upload(join(folder, "up"), "s3://data/a/image.tif");
      expect(await store.download("s3://data/a/image.tif", join(folder, "down"))).toBe(true);
      expect(readFileSync(join(folder, "down")).equals(bytes)).toBe(true);
      expect(await store.download("s3://data/none.tif", join(folder, "none"))).toBe(false);
    });

    test("an object is read as it comes, whole or in part, and each part tells what it is part of", async () => {
      await store.put("s3://data/a.json", "0123456789");
      const parts = [
        [{}, "0123456789"],
        [{ start: 4 }, "456789"],
        [{ start: 4, end: 5 }, "45"],
        [{ start: 9, end: 100 }, "9"],
        [{ start: 10 }, ""],
      ] as const;
      for (const [range, part] of parts) {
        const opened = await store.openRead("s3://data/a.json", range);
        if (opened === undefined) throw new Error("missing");
        expect(await text(opened.body), JSON.stringify(range)).toBe(part);
        expect(opened.head).toEqual(await store.head("s3://data/a.json"));
      }
      expect(await store.openRead("s3://data/none.json")).toBeUndefined();
      expect(await store.openRead("s3://none/a.json")).toBeUndefined();
    });

    test("parts of one body have one version, and those of the next another", async () => {
      const version = async () => {
        const opened = await store.openRead("s3://data/a.json", { start: 1 });
        opened?.body.destroy();
        return opened?.version;
      };
      await store.put("s3://data/a.json", "first");
      const first = await version();
      expect(await version()).toBe(first);
      await store.put("s3://data/a.json", "other");
      expect(await version()).not.toBe(first);
    });

    test("what comes bit by bit is stored whole, and not at all where it breaks off", async () => {
      async function* body(breaksOff: boolean) {
        for (let i = 0; i < 30; i++) yield Buffer.alloc(10_000, i);
        if (breaksOff) throw new TransientError("gone");
      }
      await store.write("s3://data/a.tif", body(false), { contentType: "image/tiff" });
      expect((await store.head("s3://data/a.tif"))?.size).toBe(300_000);
      await expect(store.write("s3://data/a.tif", body(true))).rejects.toThrow(TransientError);
      await expect(store.write("s3://data/b.tif", body(true))).rejects.toThrow(TransientError);
      expect((await store.head("s3://data/a.tif"))?.size).toBe(300_000);
      expect(await keys("s3://data/")).toEqual(["a.tif"]);
    });

    test("a copy is told with its size and sum, or is left to whoever asked for it", async () => {
      await store.put("s3://data/a b+ü.json", "hello");
      const outcome = await store.copy("s3://data/a b+ü.json", "s3://data2/c.json");
      if (outcome.outcome === "not-here") return;
      expect(outcome).toEqual({
        outcome: "copied",
        size: 5,
        // printf hello | sha256sum
        sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
      });
      expect(await read("s3://data2/c.json")).toBe("hello");
      expect(await store.copy("s3://data/none", "s3://data2/d")).toEqual({ outcome: "not-here" });
      const accept = () => {
        throw new TransientError("not that one");
      };
      await expect(store.copy("s3://data/a b+ü.json", "s3://data2/d", { accept })).rejects.toThrow("not that one");
      expect(await keys("s3://data2/")).toEqual(["c.json"]);
    });

    test("an object and others beneath its name exist side by side", async () => {
      const urls = ["s3://data/a", "s3://data/a/", "s3://data/a/b", "s3://data/a.json", "s3://data/a.json/b"] as const;
      for (const url of urls) await store.put(url, url);
      for (const url of urls) expect(await read(url)).toBe(url);
      expect(await keys("s3://data/")).toEqual(["a", "a.json", "a.json/b", "a/", "a/b"]);
    });

    test("a key is only a name: dots, slashes and percent signs lead nowhere else", async () => {
      const odd = [
        "../x",
        "..",
        "a/../../x",
        "./a",
        "/etc/x",
        "a//b",
        "%2E%2E/x",
        "%",
        "a%",
        "a%+/b",
        "a\nb",
        "a\\b",
        "é",
      ];
      for (const key of odd) await store.put(`s3://data/${key}`, key);
      for (const key of odd) expect(await read(`s3://data/${key}`)).toBe(key);
      expect(await keys("s3://data/")).toEqual(odd.sort(byBytes));
    });

    test("names longer than a file system's hold", async () => {
      const long = "n".repeat(600);
      const odd = [
        long,
        `${long}/x`,
        `${long}.json`,
        `${"n".repeat(250)}..`,
        `${"n".repeat(250)}../x`,
        "ü".repeat(300),
      ];
      for (const key of odd) await store.put(`s3://data/${key}`, key);
      for (const key of odd) expect(await read(`s3://data/${key}`)).toBe(key);
      expect(await keys("s3://data/")).toEqual(odd.sort(byBytes));
    });

    test("lists hold every object whose URL starts so, in the order of the keys' bytes", async () => {
      const all = ["a-b", "a.json", "a/1", "a/2/x", "a0", "ab/1", "b", "\uFFFD", "\u{1F30D}"];
      for (const key of all.toReversed()) await store.put(`s3://data/${key}`, "");
      await store.put("s3://data2/a/1", "");
      expect(await keys("s3://data/")).toEqual(all.sort(byBytes));
      expect(await keys("s3://data/a")).toEqual(["a-b", "a.json", "a/1", "a/2/x", "a0", "ab/1"]);
      expect(await keys("s3://data/a/")).toEqual(["a/1", "a/2/x"]);
      expect(await keys("s3://data/a/2")).toEqual(["a/2/x"]);
      expect(await keys("s3://data/none/")).toEqual([]);
      expect(await keys("s3://none/")).toEqual([]);
    });

    test("a URL that S3 would refuse is refused in words", async () => {
      const bad = ["s3://data/", "s3://DATA/x", "s3://../x", "s3://.hidden/x", "file:///etc/passwd", "s3://data"];
      for (const url of [...bad, `s3://data/${"x".repeat(1025)}`, "s3://data/\ud800"]) {
        // URLs also come from payloads and tasks, where nobody has checked their type.
        await expect(store.put(url as ObjectUrl, ""), url).rejects.toThrow(CirrusError);
      }
    });

    test("any set of keys is stored, listed in order and read back", async () => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(key, { maxLength: 12 }), key, async (chosen, prefix) => {
          const fresh = await makeStore();
          for (const one of chosen) await fresh.store.put(`s3://data/${one}`, one);
          expect(await keysOf(fresh.store, "s3://data/")).toEqual(chosen.toSorted(byBytes));
          const starting = chosen.filter((one) => one.startsWith(prefix)).toSorted(byBytes);
          expect(await keysOf(fresh.store, `s3://data/${prefix}`)).toEqual(starting);
          for (const one of chosen) {
            const found = await fresh.store.get(`s3://data/${one}`);
            expect(found.outcome === "found" && Buffer.from(found.body).toString()).toBe(one);
          }
          await fresh.close();
        }),
        { numRuns: 30 },
      );
    });
  });
}

const segment = fc.oneof(
  fc.constantFrom("a", "b", "a.json", "", ".", "..", "%", "%+", "%-", "x.zarr", "a%", "-", "n".repeat(251)),
  fc.string({ unit: fc.constantFrom("a", ".", "%", "/", "\u00e9", "\u{1F30D}", "\\", "2", "E"), maxLength: 6 }),
);

const key = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join("/"))
  .filter((text) => text.length > 0 && Buffer.byteLength(text) <= 1024);

async function keysOf(store: ObjectStore, prefix: ObjectUrl): Promise<string[]> {
  const found: string[] = [];
  for await (const { url } of store.list(prefix)) found.push(url.split("/").slice(3).join("/"));
  return found;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
