import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Entry } from "../../../src/bulk/entry.ts";
import { openEntryStage } from "../../../src/embedded/bulk/entry-stage.ts";
import { temporaryFolder } from "../temporary-folder.ts";

function openStage() {
  const path = join(temporaryFolder(), "stages", "stage.db");
  const stage = openEntryStage(path);
  let open = true;
  const close = () => {
    if (open) stage.close();
    open = false;
  };
  onTestFinished(close);
  return { path, stage, close };
}

const entry = (id: string, data = {}, line?: number): Entry => ({ id, data, ...(line !== undefined && { line }) });

function digestOf(...batches: Entry[][]): string {
  const { stage } = openStage();
  for (const batch of batches) stage.add(batch);
  return stage.digest();
}

test("entries come back as they were added, from any position", () => {
  const { stage } = openStage();
  const entries = [entry("a/ü", { on: [1, null] }, 3), entry("b\u0000", { __proto__x: "y" }), entry("c", {}, 9)];
  expect(stage.add(entries.slice(0, 1))).toEqual([]);
  expect(stage.add(entries.slice(1))).toEqual([]);
  expect(stage.source.count).toBe(3);
  expect(stage.source.read(0, 10)).toEqual(entries);
  expect(stage.source.read(1, 1)).toEqual(entries.slice(1, 2));
  expect(stage.source.read(3, 10)).toEqual([]);
});

test("a repeated ID is left out and named with both places", () => {
  const { stage } = openStage();
  expect(stage.add([entry("a", { n: 1 }, 10), entry("b", {}, 11), entry("a", { n: 2 }, 12)])).toEqual([
    { id: "a", position: 3, line: 12, first: { position: 1, line: 10 } },
  ]);
  expect(stage.add([entry("c"), entry("b")])).toEqual([
    { id: "b", position: 4, line: undefined, first: { position: 2, line: 11 } },
  ]);
  expect(stage.source.read(0, 10).map(({ id, data }) => [id, data])).toEqual([
    ["a", { n: 1 }],
    ["b", {}],
    ["c", {}],
  ]);
});

test("the digest tells other entries, another order and other data, and nothing else", () => {
  const whole = digestOf([entry("a", { n: 1 }, 1), entry("b", { n: 2 }, 2)]);
  expect(whole).toMatch(/^[0-9a-f]{64}$/);
  expect(digestOf([entry("a", { n: 1 }, 70)], [], [entry("b", { n: 2 })])).toBe(whole);
  expect(digestOf([entry("b", { n: 2 }), entry("a", { n: 1 })])).not.toBe(whole);
  expect(digestOf([entry("a", { n: 1 }), entry("b", { n: 3 })])).not.toBe(whole);
  expect(digestOf([entry("a", { n: 1 })])).not.toBe(whole);
  expect(digestOf([entry("a\n{}\nb")])).not.toBe(digestOf([entry("a"), entry("b")]));
});

test("the digest can be asked for in between", () => {
  const { stage } = openStage();
  stage.add([entry("a")]);
  expect(stage.digest()).toBe(stage.digest());
  stage.add([entry("b")]);
  expect(stage.digest()).toBe(digestOf([entry("a"), entry("b")]));
});

test("what an earlier process left at the path is not read, and closing removes the file", () => {
  const { path, stage, close } = openStage();
  stage.add([entry("old")]);
  close();
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, "left by a process that was killed");
  const again = openEntryStage(path);
  expect(again.add([entry("old")])).toEqual([]);
  again.close();
  expect(existsSync(path)).toBe(false);
});
