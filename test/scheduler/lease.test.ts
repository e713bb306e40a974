/** A loop is kept for as long as it is driven, and its loss is told before somebody else may begin. */
import { expect, test } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { makeLease } from "../../src/scheduler/lease.ts";
import { SECOND } from "../loop/turns/turn-world.ts";
import { makeVirtualClock } from "../virtual-clock.ts";

const LEASE_MS = 60 * SECOND;

/** `answers`: of the calls that extend it, the last one for all that follow. */
function keep(answers: readonly (boolean | "fails")[]) {
  const clock = makeVirtualClock();
  const started = clock.now();
  const calls: { readonly fence: number; readonly at: number }[] = [];
  const problems: unknown[] = [];
  const left = [...answers];
  const store = {
    async extend(_loop: string, fence: number) {
      calls.push({ fence, at: (clock.now() - started) / SECOND });
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer === "fails") throw new TransientError("The disk is busy.");
      return answer ?? true;
    },
  };
  const lease = makeLease({ store, clock, onProblem: (thrown) => problems.push(thrown) }, "debr", LEASE_MS);
  return { lease, clock, calls, problems };
}

test("it is extended four times in its length, under the fence that is held", async () => {
  const { lease, clock, calls } = keep([true]);
  await clock.sleep(20 * SECOND);
  expect(calls).toEqual([]);
  lease.hold(3);
  await clock.sleep(50 * SECOND);
  lease.end();
  expect(calls).toEqual([
    { fence: 3, at: 30 },
    { fence: 3, at: 45 },
    { fence: 3, at: 60 },
  ]);
  expect(lease.lost().aborted).toBe(false);
});

test("a loop that is somebody else's is told at once, and not asked for any more", async () => {
  const { lease, clock, calls } = keep([true, false]);
  lease.hold(3);
  await clock.sleep(31 * SECOND);
  expect(lease.lost().aborted).toBe(true);
  await clock.sleep(LEASE_MS);
  expect(calls).toHaveLength(2);
  lease.hold(5);
  expect(lease.lost().aborted).toBe(false);
  await clock.sleep(16 * SECOND);
  lease.end();
  expect(calls.at(-1)?.fence).toBe(5);
});

test("failures to extend it are told, and end it before it has run out", async () => {
  const { lease, clock, problems } = keep([true, "fails"]);
  lease.hold(3);
  // Extended after 15 seconds: good for a minute from then.
  await clock.sleep(59 * SECOND);
  expect(lease.lost().aborted).toBe(false);
  await clock.sleep(14 * SECOND);
  lease.end();
  expect(lease.lost().aborted).toBe(true);
  expect(problems).toHaveLength(3);
});

test("failures that pass do no harm", async () => {
  const { lease, clock } = keep([true, "fails", "fails", true]);
  lease.hold(3);
  await clock.sleep(5 * LEASE_MS);
  lease.end();
  expect(lease.lost().aborted).toBe(false);
});
