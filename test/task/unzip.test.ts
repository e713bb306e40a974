import { mkdir, mkdtemp, readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, type Zippable, zipSync } from "fflate";
import { expect, test } from "vitest";
import { unzip } from "../../src/task/batch/unzip.ts";

const UNIX = 3;
const attributes = (mode: number) => ({ os: UNIX, attrs: mode << 16 });
const link = (target: string): Zippable[string] => [strToU8(target), attributes(0o120777)];

async function unpack(files: Zippable, maxBytes = 1_000_000) {
  const place = await mkdtemp(join(tmpdir(), "cirrus-unzip-"));
  await writeFile(join(place, "a.zip"), zipSync(files));
  const folder = join(place, "out");
  await mkdir(folder);
  const done = await unzip(join(place, "a.zip"), folder, { maxBytes }).then(
    () => "unpacked",
    (thrown: Error) => thrown.message,
  );
  return { place, folder, done };
}

test("folders, files and what may be executed come out as they went in", async () => {
  const { folder, done } = await unpack({
    "lib/": new Uint8Array(),
    "lib/deep/text.txt": strToU8("hello"),
    "bin/run": [strToU8("#!/bin/sh"), attributes(0o100755)],
    "node_modules/.bin/run": link("../../bin/run"),
  });
  expect(done).toBe("unpacked");
  expect(await readFile(join(folder, "lib/deep/text.txt"), "utf8")).toBe("hello");
  expect((await stat(join(folder, "bin/run"))).mode & 0o111).not.toBe(0);
  expect(await readlink(join(folder, "node_modules/.bin/run"))).toBe("../../bin/run");
  expect(await readFile(join(folder, "node_modules/.bin/run"), "utf8")).toBe("#!/bin/sh");
});

test.each<[string, Zippable, RegExp]>([
  ["that climbs out", { "../out.txt": strToU8("x") }, /invalid relative path/],
  ["that climbs out after a folder", { "a/../../out.txt": strToU8("x") }, /invalid relative path/],
  ["with an absolute name", { "/tmp/out.txt": strToU8("x") }, /absolute path/],
  ["with a backslash", { "..\\out.txt": strToU8("x") }, /invalid characters/],
  ["that links out", { out: link("../secret") }, /out is a link to \.\.\/secret, which is not in the zip/],
  ["that links to an absolute path", { out: link("/etc/passwd") }, /which is not in the zip/],
])("an entry %s is refused, and nothing is written outside", async (_what, files, message) => {
  const { place, done } = await unpack(files);
  expect(done).toMatch(message);
  expect((await readdir(place)).sort()).toEqual(["a.zip", "out"]);
});

test("no file is written through a link", async () => {
  const { folder, done } = await unpack({
    here: link("elsewhere"),
    "here/x.txt": strToU8("x"),
    "elsewhere/": new Uint8Array(),
  });
  expect(done).toMatch(/EEXIST/);
  expect(await readdir(join(folder, "elsewhere"))).toEqual([]);
});

test("a small zip that unpacks to more than the limit is refused", async () => {
  const { done } = await unpack({ "zeros.bin": new Uint8Array(2_000_000) });
  expect(done).toBe("It holds more than 1000000 bytes when unpacked");
});
