import fc from "fast-check";
import { expect, test } from "vitest";
import {
  choiceOf,
  FILTER_KEYS,
  isEmptyFilter,
  narrowed,
  parametersOf,
  STATE_NAMES,
  searchOf,
} from "../../../dashboard/src/views/payloads/filter.ts";
import { STATES } from "../../../src/state/states.ts";

test("Any choice survives the way through the address", () => {
  const text = fc
    .string({ minLength: 1 })
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const filter = fc.record(
    {
      state: fc.constantFrom(...STATE_NAMES),
      workflow: text,
      collections: text,
      organisation: text,
      idPrefix: text,
      errorPrefix: text,
      since: text,
      until: text,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(filter, fc.constantFrom("newest" as const, "oldest" as const), (chosen, order) => {
      expect(choiceOf(searchOf({ filter: chosen, order }))).toEqual({ filter: chosen, order });
    }),
  );
});

test("An address without a filter shows everything, the newest first", () => {
  expect(choiceOf("")).toEqual({ filter: {}, order: "newest" });
  expect(searchOf({ filter: {}, order: "newest" })).toBe("");
});

test("What an address holds and no filter knows is left out", () => {
  expect(choiceOf("?state=LOST&workflow=%20&limit=9&order=random&tab=x")).toEqual({ filter: {}, order: "newest" });
});

test("A state in an address may be in small letters", () => {
  expect(choiceOf("?state=failed").filter).toEqual({ state: "FAILED" });
});

test("The API is asked for the order only where it is not its own", () => {
  expect(parametersOf({ filter: { workflow: "mirror" }, order: "newest" })).toEqual({ workflow: "mirror" });
  expect(parametersOf({ filter: {}, order: "oldest" })).toEqual({ order: "oldest" });
});

test("A chip that is taken away leaves the others", () => {
  expect(narrowed({ state: "FAILED", workflow: "mirror" }, "state", "")).toEqual({ workflow: "mirror" });
  expect(narrowed({ workflow: "mirror" }, "state", "no state")).toEqual({ workflow: "mirror" });
});

test("A filter is empty only where none of its members says anything", () => {
  expect(isEmptyFilter({})).toBe(true);
  for (const key of FILTER_KEYS) expect(isEmptyFilter(narrowed({}, key, "FAILED"))).toBe(false);
});

test("The page knows the states that payloads have, in their order", () => {
  expect(STATE_NAMES).toEqual(STATES);
});
