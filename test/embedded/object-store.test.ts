import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeObjectStore } from "../../src/embedded/objects/object-store.ts";
import type { ObjectUrl } from "../../src/payload/object-store.ts";
import { describeObjectStore } from "../contracts/object-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describeObjectStore("A directory tree", () => {
  const directory = mkdtempSync(join(tmpdir(), "cirrus-test-"));
  return {
    store: makeObjectStore(join(directory, "objects")),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
});

async function list(directory: string, prefix: ObjectUrl): Promise<string[]> {
  const urls: string[] = [];
  for await (const { url } of makeObjectStore(directory).list(prefix)) urls.push(url);
  return urls;
}

describe("the directory tree of the objects", () => {
  test("ordinary keys are ordinary paths", async () => {
    const directory = temporaryFolder();
    await makeObjectStore(directory).put("s3://data/sentinel-2/S2A_1/B02.TIF", "image");
    expect(readFileSync(join(directory, "data/sentinel-2/S2A_1/B02.TIF"), "utf8")).toBe("image");
  });

  test("a file that somebody puts there by hand is an object", async () => {
    const directory = temporaryFolder();
    mkdirSync(join(directory, "data/in"), { recursive: true });
    writeFileSync(join(directory, "data/in/scene.tif"), "image");
    expect(await list(directory, "s3://data/")).toEqual(["s3://data/in/scene.tif"]);
    expect((await makeObjectStore(directory).get("s3://data/in/scene.tif")).outcome).toBe("found");
  });

  test("what a killed process left unfinished is no object, and a failed upload leaves nothing", async () => {
    const directory = temporaryFolder();
    const store = makeObjectStore(directory);
    await store.put("s3://data/a.json", "1");
    const [unfinished = ""] = readdirSync(directory).filter((name) => name !== "data");
    expect(readdirSync(join(directory, unfinished))).toEqual([]);
    writeFileSync(join(directory, unfinished, "half"), "ha");
    expect(await list(directory, "s3://data/")).toEqual(["s3://data/a.json"]);
    await expect(store.upload(join(directory, "no such file"), "s3://data/b.json")).rejects.toThrow(/ENOENT/);
    expect(readdirSync(join(directory, unfinished))).toEqual(["half"]);
  });

  test("a pipe among the files is no object, and nobody waits for it", async () => {
    const directory = temporaryFolder();
    mkdirSync(join(directory, "data"));
    execFileSync("mkfifo", [join(directory, "data", "pipe.json")]);
    const store = makeObjectStore(directory);
    expect(await store.get("s3://data/pipe.json")).toEqual({ outcome: "missing" });
  });

  test("a file that lies deeper than a key is long is no object, and hides no other", async () => {
    const directory = temporaryFolder();
    const deep = join(directory, "data", ...Array.from({ length: 6 }, () => "d".repeat(200)));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, "deep.json"), "{}");
    writeFileSync(join(directory, "data", "other.json"), "{}");
    expect(await list(directory, "s3://data/")).toEqual(["s3://data/other.json"]);
  });

  test("no symbolic link leads out of the tree", async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, "secret.txt"), "secret");
    const directory = temporaryFolder();
    const store = makeObjectStore(directory);
    await store.put("s3://data/a.json", "1");
    symlinkSync(outside, join(directory, "data", "link"));
    symlinkSync(outside, join(directory, "other"));
    symlinkSync(join(outside, "secret.txt"), join(directory, "data", "file.txt"));

    for (const url of ["s3://data/link/secret.txt", "s3://other/secret.txt", "s3://data/file.txt"] as const) {
      expect((await store.get(url)).outcome, url).toBe("denied");
      expect(await store.head(url), url).toBeUndefined();
    }
    for (const url of ["s3://data/link/secret.txt", "s3://data/link/deep/er/new.txt", "s3://other/new.txt"] as const) {
      await expect(store.put(url, "x"), url).rejects.toThrow(/symbolic link/);
    }
    await expect(store.remove("s3://data/link/secret.txt")).rejects.toThrow(/symbolic link/);
    expect(await list(directory, "s3://data/")).toEqual(["s3://data/a.json"]);
    expect(await list(directory, "s3://data/link/")).toEqual([]);
    expect(await list(directory, "s3://other/")).toEqual([]);
    expect(readdirSync(outside)).toEqual(["secret.txt"]);
    expect(readFileSync(join(outside, "secret.txt"), "utf8")).toBe("secret");
  });

  test("storing over a link replaces the link and not what it leads to", async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, "secret.txt"), "secret");
    const directory = temporaryFolder();
    mkdirSync(join(directory, "data"));
    symlinkSync(join(outside, "secret.txt"), join(directory, "data", "file.txt"));
    await makeObjectStore(directory).put("s3://data/file.txt", "mine");
    expect(readFileSync(join(outside, "secret.txt"), "utf8")).toBe("secret");
    expect(readFileSync(join(directory, "data", "file.txt"), "utf8")).toBe("mine");
  });

  test("reading from a tree that was never written finds nothing and makes nothing", async () => {
    const directory = join(temporaryFolder(), "objects");
    expect(await makeObjectStore(directory).get("s3://data/a.json")).toEqual({ outcome: "missing" });
    expect(await list(directory, "s3://data/")).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });
});
