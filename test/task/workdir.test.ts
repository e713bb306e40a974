import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { makeWorkdir } from "../../src/task/workdir.ts";
import { runAssets as run, serve, type Use, withAsset } from "./asset-task.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cirrus-workdir-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a work directory with a cap", () => {
  const capped = (bytes: number) =>
    makeWorkdir("t", { CIRRUS_WORKDIR: folder, CIRRUS_WORKDIR_BYTES: String(bytes) }, silentLog);

  test("gives room up to it, and says how much there is and what to do", async () => {
    const { take } = await capped(100);
    await take(60);
    await expect(take(41)).rejects.toMatchObject({
      name: "WorkdirFull",
      message: expect.stringMatching(/is full: 41 bytes more do not fit, it holds 60 of 100/),
      hint: expect.stringContaining("lambda.ephemeralStorageSize"),
    });
    await take(40);
  });

  test("has room again where a download was given up or a file removed, and less where a task writes itself", async () => {
    const { take } = await capped(100);
    (await take(100)).release();
    const room = await take(100);
    await writeFile(join(folder, "a"), Buffer.alloc(100));
    room.written(100);
    await expect(take(1)).rejects.toThrow(/it holds 100 of 100/);
    await rm(join(folder, "a"));
    await mkdir(join(folder, "deep"));
    await writeFile(join(folder, "deep/own"), Buffer.alloc(30));
    await expect(take(71)).rejects.toThrow(/it holds 30 of 100/);
    await take(70);
  });

  test("counts what is being written once, not as file and as promise", async () => {
    const { take } = await capped(100);
    const room = await take(60);
    await writeFile(join(folder, "half"), Buffer.alloc(50));
    room.written(50);
    await expect(take(41)).rejects.toThrow(/it holds 60 of 100/);
  });

  test("that is no number is the configuration's fault", async () => {
    await expect(makeWorkdir("t", { CIRRUS_WORKDIR_BYTES: "10 GB" }, silentLog)).rejects.toThrow(
      /CIRRUS_WORKDIR_BYTES is 10 GB/,
    );
  });
});

test("more than a disk has free is refused before anything is written", async () => {
  const { take } = await makeWorkdir("t", { CIRRUS_WORKDIR: folder }, silentLog);
  await expect(take(1e18)).rejects.toThrow(/are free on its disk/);
});

const download: Use = async (assets, item) => void (await assets.download(item, "scene"));

test("a download that does not fit names the item and the asset, and leaves nothing", async () => {
  const body = Buffer.alloc(5000);
  const options = {
    objects: { "s3://scenes/a.tif": body } as const,
    environment: { CIRRUS_WORKDIR: folder, CIRRUS_WORKDIR_BYTES: "4999" },
  };
  await expect(run(withAsset("s3://scenes/a.tif"), download, options)).rejects.toMatchObject({
    name: "WorkdirFull",
    message: expect.stringMatching(
      /^Item a, asset "scene": The work directory .* 5000 bytes more .*\(assets\.copy\)\.$/,
    ),
  });
  const left = await readdir(folder, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
});

test("a download whose size nobody says is stopped at the cap as well", async () => {
  const environment = {
    CIRRUS_ALLOW_LOCAL_ASSETS: "true",
    CIRRUS_WORKDIR: folder,
    CIRRUS_WORKDIR_BYTES: "1000",
  };
  await serve(
    (_request, response) => {
      response.write(Buffer.alloc(5000));
      response.end();
    },
    async (url) => {
      await expect(run(withAsset(url), download, { environment })).rejects.toMatchObject({ name: "WorkdirFull" });
    },
  );
});

test("a temporary one is removed, or kept with a line that says where", async () => {
  const gone = await makeWorkdir("t", {}, silentLog);
  await gone.remove();
  expect(existsSync(gone.path)).toBe(false);
  const told: unknown[] = [];
  const log = { ...silentLog, info: (message: string, fields?: object) => void told.push([message, fields]) };
  const kept = await makeWorkdir("t", { CIRRUS_SAVE_WORKDIR: "true" }, log);
  await kept.remove();
  expect(existsSync(kept.path)).toBe(true);
  expect(dirname(kept.path)).toBe(tmpdir());
  expect(told).toEqual([["kept the work directory", { workdir: kept.path }]]);
  await rm(kept.path, { recursive: true });
});
