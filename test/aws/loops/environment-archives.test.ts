/** Environments as they go into the bucket and come out of it on another machine. */
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { create } from "tar";
import { expect, test } from "vitest";
import { makeEnvironmentArchives } from "../../../src/aws/loops/environment-archives.ts";
import { makeObjectStore } from "../../../src/embedded/objects/object-store.ts";
import { payloadUrls } from "../../../src/payload/object-urls.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

const urls = payloadUrls({ bucket: "payloads", prefix: "cirrus" }).loops;

function open() {
  const objects = makeObjectStore(temporaryFolder());
  return { objects, archives: makeEnvironmentArchives({ objects, urls }) };
}

/** As `python3 -m venv` makes it. */
function makeVirtualEnvironment(folder: string): void {
  const own = join(folder, "python", "zzebu-1");
  mkdirSync(join(own, "bin"), { recursive: true });
  mkdirSync(join(own, "lib", "python3.12", "site-packages"), { recursive: true });
  symlinkSync("/usr/bin/python3.12", join(own, "bin", "python"));
  // Named as the folder above is.
  symlinkSync("python", join(own, "bin", "python3"));
  symlinkSync("lib", join(own, "lib64"));
  writeFileSync(join(own, "bin", "pip"), "#!/opt/python\n", { mode: 0o755 });
  writeFileSync(join(own, "lib", "python3.12", "site-packages", "größe.py"), "one = 1\n");
  mkdirSync(join(folder, "locks"));
  writeFileSync(join(folder, "locks", "python"), "of a process of this machine");
}

test("P22: an environment comes out as it went in, its links to the system's interpreter included", async () => {
  const { archives } = open();
  const folder = temporaryFolder();
  makeVirtualEnvironment(folder);
  await archives.store("zzebu", "hash", folder, ["python"]);
  const target = join(temporaryFolder(), "new");
  expect(await archives.fetch("zzebu", "hash", target)).toBe(true);
  const own = join(target, "python", "zzebu-1");
  expect(readdirSync(target)).toEqual(["python"]);
  expect(readlinkSync(join(own, "bin", "python"))).toBe("/usr/bin/python3.12");
  expect(readlinkSync(join(own, "bin", "python3"))).toBe("python");
  expect(readFileSync(join(own, "lib64", "python3.12", "site-packages", "größe.py"), "utf8")).toBe("one = 1\n");
  expect(statSync(join(own, "bin", "pip")).mode & 0o777).toBe(0o755);
});

test("files that are hard links, as installers with a cache make them, are all there", async () => {
  const { archives } = open();
  const folder = temporaryFolder();
  for (let one = 0; one < 20; one += 1) {
    const own = join(folder, "python", `zzebu-${one}`);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "own.py"), String(one));
    if (one === 0) writeFileSync(join(own, "shared.py"), "shared");
    else linkSync(join(folder, "python", "zzebu-0", "shared.py"), join(own, "shared.py"));
  }
  await archives.store("zzebu", "hash", folder, ["python"]);
  const target = join(temporaryFolder(), "new");
  await archives.fetch("zzebu", "hash", target);
  for (let one = 0; one < 20; one += 1) {
    expect(readFileSync(join(target, "python", `zzebu-${one}`, "shared.py"), "utf8")).toBe("shared");
  }
});

test("compiled modules stay valid: files keep their times", async () => {
  const { archives } = open();
  const folder = temporaryFolder();
  makeVirtualEnvironment(folder);
  await archives.store("zzebu", "hash", folder, ["python"]);
  const target = join(temporaryFolder(), "new");
  await archives.fetch("zzebu", "hash", target);
  const seconds = (root: string) =>
    Math.floor(statSync(join(root, "python/zzebu-1/lib/python3.12/site-packages/größe.py")).mtimeMs / 1000);
  expect(seconds(target)).toBe(seconds(folder));
});

test("what nobody has stored is not there, and leaves nothing behind", async () => {
  const { archives } = open();
  const folder = temporaryFolder();
  expect(await archives.fetch("zzebu", "hash", join(folder, "new"))).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test("an archive that is broken off leaves nothing that could be taken for an environment", async () => {
  const { objects, archives } = open();
  const folder = temporaryFolder();
  makeVirtualEnvironment(folder);
  await archives.store("zzebu", "hash", folder, ["python"]);
  const got = await objects.get(urls.environment("zzebu", "hash"));
  if (got.outcome !== "found") throw new Error(got.outcome);
  await objects.put(urls.environment("zzebu", "hash"), got.body.subarray(0, got.body.length / 2));
  const target = join(temporaryFolder(), "new");
  await expect(archives.fetch("zzebu", "hash", target)).rejects.toThrow();
  expect(() => statSync(target)).toThrow();
  await archives.store("zzebu", "hash", folder, ["python"]);
  expect(await archives.fetch("zzebu", "hash", target)).toBe(true);
});

test("nothing of an archive comes to lie outside of its folder", async () => {
  const { objects, archives } = open();
  const folder = temporaryFolder();
  mkdirSync(join(folder, "inner"));
  writeFileSync(join(folder, "escaped"), "");
  writeFileSync(join(folder, "inner", "kept"), "");
  const archive = join(temporaryFolder(), "archive.tar.gz");
  const cwd = join(folder, "inner");
  await create({ cwd, file: archive, gzip: true, preservePaths: true }, [
    "../escaped",
    join(folder, "escaped"),
    "kept",
  ]);
  await objects.upload(archive, urls.environment("zzebu", "hash"));
  const target = join(temporaryFolder(), "new");
  await archives.fetch("zzebu", "hash", target);
  expect(readdirSync(join(target, ".."))).toEqual(["new"]);
  expect(readdirSync(target)).toEqual(["kept"]);
});
