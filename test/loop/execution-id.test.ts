/** IDs of executions: UUIDs of version 7 in the order in which they are asked for. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { makeExecutionIds } from "../../src/loop/execution-id.ts";

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function ids(times: readonly number[]): readonly string[] {
  const left = [...times];
  const newId = makeExecutionIds({ now: () => left.shift() ?? 0 }, randomUUID);
  return times.map(() => newId());
}

test("they are UUIDs of version 7 that begin with their time", () => {
  const [id = ""] = ids([Date.parse("2030-01-01T00:00:00.000Z")]);
  expect(id).toMatch(UUID_7);
  expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(Date.parse("2030-01-01T00:00:00.000Z"));
});

test("they are in order, within a millisecond and when the clock is set back too", () => {
  const all = ids([...Array.from({ length: 10_000 }, () => 1_893_456_000_000), 1_893_455_000_000, 1_893_456_100_000]);
  expect(all.every((id) => UUID_7.test(id))).toBe(true);
  expect(new Set(all).size).toBe(all.length);
  expect([...all].sort()).toEqual(all);
});

test("those of two processes differ in the same moment", () => {
  expect(ids([1])[0]).not.toBe(ids([1])[0]);
});
