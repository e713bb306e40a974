import { expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import { makeProgress } from "../../src/task/assets/progress.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

function follow(size: number | undefined) {
  const clock = makeVirtualClock(0);
  const lines: unknown[] = [];
  const log = { ...silentLog, info: (message: string, fields?: object) => void lines.push({ message, ...fields }) };
  return { clock, lines, came: makeProgress({ log, clock, item: "a", asset: "red", size }) };
}

test("a transfer says every ten seconds how far it is, and a quick one nothing", () => {
  const { clock, lines, came } = follow(1000);
  came(100);
  clock.advance(9_999);
  came(100);
  expect(lines).toEqual([]);
  clock.advance(1);
  came(50);
  expect(lines).toEqual([{ message: "transferring", item: "a", asset: "red", bytes: 250, size: 1000, percent: 25 }]);
  came(1);
  clock.advance(10_000);
  came(1);
  expect(lines).toHaveLength(2);
});

test("where nobody knows the size, the bytes are told alone", () => {
  const { clock, lines, came } = follow(undefined);
  clock.advance(10_000);
  came(5);
  expect(lines).toMatchObject([{ bytes: 5, size: undefined, percent: undefined }]);
});
