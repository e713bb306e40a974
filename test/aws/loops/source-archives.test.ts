/** The code of a commit as it goes into the bucket and comes out of it, whatever somebody may have put there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeSourceArchives } from "../../../src/aws/loops/source-archives.ts";
import { makeObjectStore } from "../../../src/embedded/objects/object-store.ts";
import type { Sources } from "../../../src/loop/sources.ts";
import { payloadUrls } from "../../../src/payload/object-urls.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

const urls = payloadUrls({ bucket: "payloads", prefix: "cirrus" }).loops;
const COMMIT = "3f2a9c1e".repeat(5);
const REPOSITORY = { location: "https://git.example/peach-lab/models.git" };
const DAY_MS = 24 * 3600 * 1000;

function open() {
  const clock = makeVirtualClock(Date.now());
  const objects = makeObjectStore(temporaryFolder());
  const archives = makeSourceArchives({ objects, urls, clock });
  let checkOuts = 0;
  const git: Pick<Sources, "checkOut"> = {
    async checkOut(_repository, _commit, folder) {
      checkOuts += 1;
      mkdirSync(join(folder, "notebooks", "@odd"), { recursive: true });
      writeFileSync(join(folder, "peach.yaml"), "codops: zzebu\n");
      writeFileSync(join(folder, "notebooks", "größe 日本.ipynb"), "{}");
      writeFileSync(join(folder, "notebooks", "@odd", "-run.sh"), "#!/bin/sh\n", { mode: 0o755 });
      writeFileSync(join(folder, "large.bin"), Buffer.alloc(300_000, 7));
      symlinkSync("peach.yaml", join(folder, "link"));
    },
  };
  return { archives, objects, clock, git, count: () => checkOuts };
}

/** Has an archive lie in the bucket that nobody stored. */
async function plant(objects: ReturnType<typeof makeObjectStore>, make: (folder: string) => void) {
  const folder = temporaryFolder();
  make(folder);
  await objects.upload(join(folder, "archive.tar.gz"), urls.source(REPOSITORY.location, COMMIT));
}

test("P8: the files of a commit come out as they went in", async () => {
  const { archives, git } = open();
  await archives.store(git, REPOSITORY, COMMIT);
  const folder = temporaryFolder();
  await archives.checkOut(REPOSITORY, COMMIT, folder);
  expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual([
    "large.bin",
    "link",
    "notebooks",
    "notebooks/@odd",
    "notebooks/@odd/-run.sh",
    "notebooks/größe 日本.ipynb",
    "peach.yaml",
  ]);
  expect(readFileSync(join(folder, "large.bin")).equals(Buffer.alloc(300_000, 7))).toBe(true);
  expect(readlinkSync(join(folder, "link"))).toBe("peach.yaml");
  expect(statSync(join(folder, "notebooks", "@odd", "-run.sh")).mode & 0o111).toBe(0o111);
});

test("a link that is named as the folder above it is keeps nobody waiting", async () => {
  const { archives } = open();
  const linked: Pick<Sources, "checkOut"> = {
    async checkOut(_repository, _commit, folder) {
      mkdirSync(join(folder, "notebooks"));
      symlinkSync("notebooks", join(folder, "notebooks", "self"));
    },
  };
  await archives.store(linked, REPOSITORY, COMMIT);
  const folder = temporaryFolder();
  await archives.checkOut(REPOSITORY, COMMIT, folder);
  expect(readlinkSync(join(folder, "notebooks", "self"))).toBe("notebooks");
});

test("a commit that is stored is not stored again, until its archive is soon to expire", async () => {
  const { archives, git, clock, count } = open();
  await archives.store(git, REPOSITORY, COMMIT);
  clock.advance(29 * DAY_MS);
  await archives.store(git, REPOSITORY, COMMIT);
  expect(count()).toBe(1);
  clock.advance(2 * DAY_MS);
  await archives.store(git, REPOSITORY, COMMIT);
  expect(count()).toBe(2);
});

test("repositories and commits do not meet", async () => {
  const { archives, git } = open();
  await archives.store(git, REPOSITORY, COMMIT);
  const other = { location: "https://git.example/peach-lab/others.git" };
  await expect(archives.checkOut(other, COMMIT, temporaryFolder())).rejects.toThrow(
    "The code of https://git.example/peach-lab/others.git at 3f2a9c1e is not stored.",
  );
  await expect(archives.checkOut(REPOSITORY, "0".repeat(40), temporaryFolder())).rejects.toThrow("is not stored");
});

test("files as they lie somewhere are no commit", async () => {
  const { archives, git } = open();
  await expect(archives.store(git, REPOSITORY, "worktree")).rejects.toThrow("which a deployed stage cannot");
  await expect(archives.checkOut(REPOSITORY, "worktree", temporaryFolder())).rejects.toThrow("which a deployed stage");
});

test.each(["up and out", "from the root"])("an archive whose paths lead %s unpacks nothing there", async (where) => {
  const { archives, objects } = open();
  const above = temporaryFolder();
  const outside = join(above, "outside");
  mkdirSync(join(above, "in"));
  await plant(objects, (folder) => {
    writeFileSync(outside, "before");
    const path = where === "up and out" ? "../outside" : outside;
    const archive = join(folder, "archive.tar.gz");
    execFileSync("tar", ["-czPf", archive, path], { cwd: join(above, "in"), stdio: "ignore" });
    writeFileSync(outside, "after");
  });
  await expect(archives.checkOut(REPOSITORY, COMMIT, join(above, "in"))).rejects.toThrow();
  expect(readFileSync(outside, "utf8")).toBe("after");
});

test("an archive that goes out through a link of its own unpacks nothing there", async () => {
  const { archives, objects } = open();
  const outside = temporaryFolder();
  await plant(objects, (folder) => {
    symlinkSync(outside, join(folder, "link"));
    execFileSync("tar", ["-cf", "archive.tar", "link"], { cwd: folder });
    mkdirSync(join(folder, "other", "link"), { recursive: true });
    writeFileSync(join(folder, "other", "link", "file"), "evil");
    execFileSync("tar", ["-rf", "../archive.tar", "link/file"], { cwd: join(folder, "other") });
    execFileSync("gzip", ["archive.tar"], { cwd: folder });
  });
  await archives.checkOut(REPOSITORY, COMMIT, temporaryFolder()).catch(() => {});
  expect(readdirSync(outside)).toEqual([]);
});

test("an archive of anything but files, folders and links is refused", async () => {
  const { archives, objects } = open();
  await plant(objects, (folder) => {
    execFileSync("mkfifo", ["pipe"], { cwd: folder });
    execFileSync("tar", ["-czf", "archive.tar.gz", "pipe"], { cwd: folder });
  });
  const folder = temporaryFolder();
  await expect(archives.checkOut(REPOSITORY, COMMIT, folder)).rejects.toThrow(
    "holds what is no file, folder or link: pipe.",
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("what is no archive is said to be none", async () => {
  const { archives, objects } = open();
  await plant(objects, (folder) => writeFileSync(join(folder, "archive.tar.gz"), "no archive at all"));
  await expect(archives.checkOut(REPOSITORY, COMMIT, temporaryFolder())).rejects.toThrow();
});
