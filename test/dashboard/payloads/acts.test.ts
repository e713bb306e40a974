import { expect, test } from "vitest";
import { ACTS, actLabel, fits, requestOf } from "../../../dashboard/src/views/payloads/acts.ts";
import { actionRequest } from "../../../src/api/shapes/actions.ts";
import { mayMove, STATES } from "../../../src/state/states.ts";

test("Everything that can be done is a request that the API takes, for IDs and for a filter", () => {
  for (const act of ACTS) {
    for (const target of [{ ids: ["a/workflow-b/c"] }, { filter: { state: "FAILED" } as const }]) {
      const request = requestOf(act, target);
      expect(actionRequest.parse(request)).toEqual(request);
    }
  }
});

test("Every button has a name of its own", () => {
  expect(new Set(ACTS.map(actLabel)).size).toBe(ACTS.length);
});

test("In every state there is something to do", () => {
  for (const state of STATES) expect(ACTS.some((act) => fits(act, state))).toBe(true);
});

test("What is offered is what the states allow", () => {
  for (const act of ACTS) {
    for (const state of STATES.filter((each) => fits(act, each))) {
      if (act.kind === "mark") expect(mayMove(state, "finish", act.state)).toBe(true);
      if (act.kind === "redrive") expect(mayMove(state, "redrive", "PROCESSING")).toBe(true);
      if (act.kind === "rerun") expect(mayMove(state, "claim", "CLAIMED")).toBe(true);
    }
  }
});
