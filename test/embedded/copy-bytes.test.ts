import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyBytes } from "../../src/embedded/objects/copy-bytes.ts";
import { sumInThread } from "../../src/embedded/objects/sum-thread.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const MiB = 1024 ** 2;

test.each([0, 1, 128 * 1024, 128 * 1024 + 1, MiB, MiB + 1, 3 * MiB + 7])(
  "%i bytes are copied as they are, with their size and sum",
  async (size) => {
    const folder = temporaryFolder();
    const body = Buffer.from(Array.from({ length: size }, (_, i) => (i * 31 + (i >> 12)) & 255));
    writeFileSync(join(folder, "from"), body);
    const copied = await copyBytes(join(folder, "from"), join(folder, "to"), size);
    expect(copied).toEqual({ size, sha256: createHash("sha256").update(body).digest("hex") });
    expect(readFileSync(join(folder, "to")).equals(body)).toBe(true);
  },
);

test("a file that is large is copied as it is, with its size and sum", async () => {
  const folder = temporaryFolder();
  const size = 64 * MiB + 300_001;
  writeFileSync(join(folder, "from"), "begin");
  // All between is zeros, which take no room on the disk.
  truncateSync(join(folder, "from"), size - 3);
  appendFileSync(join(folder, "from"), "end");
  const copied = await copyBytes(join(folder, "from"), join(folder, "to"), size);
  const body = readFileSync(join(folder, "to"));
  expect(body.equals(readFileSync(join(folder, "from")))).toBe(true);
  expect(copied).toEqual({ size, sha256: createHash("sha256").update(body).digest("hex") });
});

test("a large file that cannot be read has no sum", async () => {
  const missing = join(temporaryFolder(), "missing");
  await expect(sumInThread(missing, MiB)).rejects.toThrow(`ENOENT: no such file or directory, open '${missing}'`);
});

test.each([4, MiB])("what is there already is not written over by %i bytes", async (size) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "from"), Buffer.alloc(size));
  writeFileSync(join(folder, "to"), "to");
  await expect(copyBytes(join(folder, "from"), join(folder, "to"), size)).rejects.toMatchObject({ code: "EEXIST" });
  expect(readFileSync(join(folder, "to"), "utf8")).toBe("to");
});
