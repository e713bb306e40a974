/** What somebody may do with payloads, and how it is asked of the API. */
import type { ActionRequest } from "../../../../src/api/shapes/actions.ts";
import type { PayloadFilter } from "../../../../src/api/shapes/payloads.ts";
import type { StateName } from "./filter.ts";

const MARKED_STATES = ["FAILED", "INVALID", "ABORTED"] as const;
type MarkedState = (typeof MARKED_STATES)[number];

export type PayloadAct =
  | { readonly kind: "rerun"; readonly replace: boolean }
  | { readonly kind: "redrive" }
  | { readonly kind: "stop" }
  | { readonly kind: "mark"; readonly state: MarkedState };

/** Payloads by their IDs, or all that a filter chooses. */
export type Target = { readonly ids: readonly string[] } | { readonly filter: PayloadFilter };

/** The API takes no more IDs than this in one request; all that a filter chooses may be more. */
export const MOST_IDS = 1000;

export const ACTS: readonly PayloadAct[] = [
  { kind: "rerun", replace: false },
  { kind: "rerun", replace: true },
  { kind: "redrive" },
  { kind: "stop" },
  ...MARKED_STATES.map((state) => ({ kind: "mark", state }) as const),
];

/** On its button. */
export function actLabel(act: PayloadAct): string {
  switch (act.kind) {
    case "rerun":
      return act.replace ? "Rerun with replace" : "Rerun";
    case "redrive":
      return "Redrive";
    case "stop":
      return "Stop";
    case "mark":
      return `Mark ${act.state}`;
  }
}

export function requestOf(act: PayloadAct, target: Target): ActionRequest {
  const payloads = "ids" in target ? { payloadIds: [...target.ids] } : { filter: target.filter };
  switch (act.kind) {
    case "rerun":
      return { kind: "rerun", ...payloads, ...(act.replace && { replace: true }) };
    case "redrive":
      return { kind: "redrive", ...payloads };
    case "stop":
      return { kind: "stop", ...payloads };
    case "mark":
      return { kind: "mark", ...payloads, state: act.state };
  }
}

/** Whether it can do anything with a payload in this state; what it cannot would only be skipped. */
export function fits(act: PayloadAct, state: StateName): boolean {
  const isOpen = state === "CLAIMED" || state === "PROCESSING";
  switch (act.kind) {
    case "rerun":
      return act.replace ? state === "SUCCEEDED" || state === "INVALID" : state === "FAILED" || state === "ABORTED";
    case "redrive":
      return state === "FAILED" || state === "ABORTED" || state === "INVALID";
    case "stop":
      return isOpen || state === "WAITING";
    case "mark":
      return !isOpen && state !== "WAITING" && state !== "SUCCEEDED" && state !== act.state;
  }
}
