/** One call for many who ask at the same time. */
import { expect, test } from "vitest";
import { shareCalls } from "../../src/scheduler/share-calls.ts";

function controlled() {
  const calls: { resolve(value: number): void; reject(reason: unknown): void }[] = [];
  const shared = shareCalls(() => new Promise<number>((resolve, reject) => void calls.push({ resolve, reject })));
  return { calls, shared };
}

test("whoever asks while a call goes on is answered by the next, together with all others", async () => {
  const { calls, shared } = controlled();
  const first = shared();
  const later = [shared(), shared(), shared()];
  expect(calls).toHaveLength(1);
  calls[0]?.resolve(1);
  expect(await first).toBe(1);
  await Promise.resolve();
  expect(calls).toHaveLength(2);
  calls[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
});

test("a call that fails fails for those who asked for it, and for nobody else", async () => {
  const { calls, shared } = controlled();
  const first = shared();
  const second = shared();
  calls[0]?.reject(new Error("gone"));
  await expect(first).rejects.toThrow("gone");
  calls[1]?.resolve(2);
  expect(await second).toBe(2);
  const third = shared();
  calls[2]?.resolve(3);
  expect(await third).toBe(3);
});
