import { expect, test } from "vitest";
import { makeFolderSync } from "../../src/embedded/objects/sync-folders.ts";

function controlled() {
  const begun: { readonly path: string; readonly end: () => void; readonly fail: () => void }[] = [];
  const syncFolder = makeFolderSync(
    (path) =>
      new Promise((resolve, reject) => {
        begun.push({ path, end: resolve, fail: () => reject(new Error("EIO")) });
      }),
  );
  return { begun, syncFolder };
}

const settle = () => new Promise(setImmediate);

test("those who ask while a folder is synced share the next sync, and not the one that runs", async () => {
  const { begun, syncFolder } = controlled();
  const done: string[] = [];
  const asked = ["first", "second", "third"].map((name) => syncFolder("a").then(() => done.push(name)));
  await settle();
  expect(begun).toHaveLength(1);
  begun[0]?.end();
  await settle();
  expect(done).toEqual(["first"]);
  expect(begun).toHaveLength(2);
  begun[1]?.end();
  await Promise.all(asked);
  expect(done).toEqual(["first", "second", "third"]);
  void syncFolder("a");
  expect(begun).toHaveLength(3);
});

test("folders do not wait for each other, and a sync that fails is told to those alone whose it was", async () => {
  const { begun, syncFolder } = controlled();
  const [first, second, other] = [syncFolder("a"), syncFolder("a"), syncFolder("b")];
  expect(begun.map(({ path }) => path)).toEqual(["a", "b"]);
  begun[0]?.fail();
  await expect(first).rejects.toThrow("EIO");
  await settle();
  begun[1]?.end();
  begun[2]?.end();
  await Promise.all([second, other]);
});
