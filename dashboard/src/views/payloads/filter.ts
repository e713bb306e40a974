/** Which payloads the table shows, as the page's address says it: a link to a list is a list that somebody else sees alike. */
import type { PayloadFilter } from "../../../../src/api/shapes/payloads.ts";

export type Order = "newest" | "oldest";

export interface Choice {
  readonly filter: PayloadFilter;
  readonly order: Order;
}

export type FilterKey = keyof PayloadFilter;

/** Every member of a filter in the order of the chips, with what people call it. */
export const FILTER_NAMES: Readonly<Record<FilterKey, string>> = {
  state: "State",
  workflow: "Workflow",
  collections: "Collections",
  organisation: "Organisation",
  idPrefix: "ID starts with",
  errorPrefix: "Error starts with",
  since: "Changed since",
  until: "Changed until",
};

// The record above has every key of the filter: the compiler sees to it.
export const FILTER_KEYS = Object.keys(FILTER_NAMES) as readonly FilterKey[];

/** The states by name, with their order in lists. */
export const STATE_NAMES = ["WAITING", "CLAIMED", "PROCESSING", "SUCCEEDED", "FAILED", "INVALID", "ABORTED"] as const;
export type StateName = (typeof STATE_NAMES)[number];

export function stateNamed(text: string): StateName | undefined {
  const name = text.trim().toUpperCase();
  return STATE_NAMES.find((state) => state === name);
}

/** What stands in an address that is no filter is left out: an old link still shows a list. */
export function choiceOf(search: string): Choice {
  const parameters = new URLSearchParams(search);
  const filter: PayloadFilter = {};
  for (const key of FILTER_KEYS) {
    const value = parameters.get(key)?.trim();
    if (value) put(filter, key, value);
  }
  return { filter, order: parameters.get("order") === "oldest" ? "oldest" : "newest" };
}

/** The query of an address, with `?`; empty where everything is shown. */
export function searchOf({ filter, order }: Choice): string {
  const text = new URLSearchParams(parametersOf({ filter, order })).toString();
  return text === "" ? "" : `?${text}`;
}

/** The parameters of `/v1/payloads`; the order only where it is not the usual one. */
export function parametersOf({ filter, order }: Choice): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const key of FILTER_KEYS) {
    const value = filter[key];
    if (value) parameters[key] = value;
  }
  if (order === "oldest") parameters.order = order;
  return parameters;
}

/** A copy of the filter with one member set, or without it where the text is empty. */
export function narrowed(filter: PayloadFilter, key: FilterKey, value: string): PayloadFilter {
  const next = { ...filter };
  delete next[key];
  if (value.trim() !== "") put(next, key, value.trim());
  return next;
}

export function isEmptyFilter(filter: PayloadFilter): boolean {
  return FILTER_KEYS.every((key) => !filter[key]);
}

function put(filter: PayloadFilter, key: FilterKey, value: string): void {
  if (key !== "state") {
    filter[key] = value;
    return;
  }
  const state = stateNamed(value);
  if (state) filter.state = state;
}
