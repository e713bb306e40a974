import fc from "fast-check";
import { expect, test } from "vitest";
import { staysOf, type Transition, timeInStates } from "../../../dashboard/src/views/payload/stays.ts";

const START = Date.parse("2030-01-31T12:00:00.000Z");

function transitions(...steps: readonly (readonly [to: Transition["to"], afterMs: number])[]): readonly Transition[] {
  return steps.map(([to, afterMs], at) => ({
    version: at + 1,
    from: steps[at - 1]?.[0] ?? "none",
    to,
    at: new Date(START + afterMs).toISOString(),
    actor: "process",
    reason: "as it came",
    execution: "e-1",
    attempt: 1,
  }));
}

test("Each stay lasts until the next begins, and the last until now", () => {
  const stays = staysOf(transitions(["CLAIMED", 0], ["PROCESSING", 500], ["SUCCEEDED", 2500]), START + 10_000);
  expect(stays.map(({ state, durationMs }) => [state, durationMs])).toEqual([
    ["CLAIMED", 500],
    ["PROCESSING", 2000],
    ["SUCCEEDED", 7500],
  ]);
  expect(stays.at(-1)?.until).toBeUndefined();
});

test("Transitions come in the order of their versions, however they are listed", () => {
  const listed = transitions(["CLAIMED", 0], ["PROCESSING", 10], ["FAILED", 20]).toReversed();
  expect(staysOf(listed, START).map(({ state }) => state)).toEqual(["CLAIMED", "PROCESSING", "FAILED"]);
});

test("What waits leads to no execution, nor does its end where it never ran", () => {
  const ran = staysOf(transitions(["WAITING", 0], ["CLAIMED", 10], ["FAILED", 20], ["WAITING", 30]), START);
  expect(ran.map(({ hasExecution }) => hasExecution)).toEqual([false, true, true, false]);
  const failed = staysOf(transitions(["WAITING", 0], ["FAILED", 10]), START);
  expect(failed.map(({ hasExecution }) => hasExecution)).toEqual([false, false]);
});

test("Clocks that disagree make no stay shorter than nothing", () => {
  const stays = staysOf(transitions(["CLAIMED", 100], ["PROCESSING", 40]), START);
  expect(stays.map(({ durationMs }) => durationMs)).toEqual([0, 0]);
});

test("A year in a final state does not hide the seconds before it", () => {
  const year = 365 * 86_400_000;
  const stays = staysOf(
    transitions(["PROCESSING", 0], ["FAILED", 4000], ["PROCESSING", year], ["SUCCEEDED", year + 4000]),
    START,
  );
  const [first, failed, second] = stays;
  expect(first?.share).toBeCloseTo(second?.share ?? 0);
  expect(first?.share).toBeGreaterThan(failed?.share ?? 1);
});

test("The drawn shares add up, and every stay can be seen", () => {
  const state = fc.constantFrom<Transition["to"]>("CLAIMED", "PROCESSING", "FAILED", "SUCCEEDED");
  fc.assert(
    fc.property(fc.array(fc.tuple(state, fc.nat(1e9)), { minLength: 1, maxLength: 12 }), (steps) => {
      const stays = staysOf(transitions(...steps), START + 2e9);
      expect(stays.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
      for (const { share } of stays) expect(share).toBeGreaterThan(0.02);
    }),
  );
});

test("The time in each state is over all attempts", () => {
  const stays = staysOf(
    transitions(["PROCESSING", 0], ["FAILED", 1000], ["PROCESSING", 5000], ["SUCCEEDED", 8000]),
    START + 8000,
  );
  expect(Object.fromEntries(timeInStates(stays))).toEqual({ PROCESSING: 4000, FAILED: 4000, SUCCEEDED: 0 });
});

test("A payload without history has no stays", () => {
  expect(staysOf([], START)).toEqual([]);
});
