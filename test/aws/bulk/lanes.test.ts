import { expect, test } from "vitest";
import { makeLanes } from "../../../src/aws/bulk/records/lanes.ts";

test("no two who work at the same time have the same lane, and one that is free is used again", async () => {
  const inLane = makeLanes();
  const open: (() => void)[] = [];
  const taken: (readonly [string, number])[] = [];
  const work = (who: string) =>
    inLane(who, (lane) => {
      taken.push([who, lane]);
      return new Promise<void>((resolve) => open.push(resolve));
    });
  const all = [work("a"), work("a"), work("b"), work("a")];
  open[1]?.();
  await all[1];
  all.push(work("a"));
  for (const end of open) end();
  await Promise.all(all);
  expect(taken).toEqual([
    ["a", 0],
    ["a", 1],
    ["b", 0],
    ["a", 2],
    ["a", 1],
  ]);
});

test("work that fails frees its lane", async () => {
  const inLane = makeLanes();
  await expect(inLane("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await inLane("a", async (lane) => lane)).toBe(0);
});
