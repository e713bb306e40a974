/** What is asked in the benchmark of the API: every combination of filters, for what is common, rare, and old. */
import type { PayloadFilter } from "../../src/state/state-store.ts";

type Name = keyof PayloadFilter;

/** Each is given or not. Both ends of time are one, so that the benchmark ends in some minutes. */
const FILTERS: readonly (readonly Name[])[] = [
  ["workflow"],
  ["collections"],
  ["organisation"],
  ["state"],
  ["idPrefix"],
  ["errorPrefix"],
  ["since", "until"],
];

export interface Kind {
  readonly name: string;
  readonly values: Required<PayloadFilter>;
}

const DAY_MS = 86_400_000;

/** Each with a value for every filter. `now` is the time of the newest payload, `days` how far back they go. */
export function kindsOf(now: number, days: number): readonly Kind[] {
  const daysAgo = (count: number) => new Date(now - count * DAY_MS).toISOString();
  const common: Required<PayloadFilter> = {
    workflow: "workflow-4",
    collections: "collection-7",
    organisation: "org-2",
    state: "SUCCEEDED",
    idPrefix: "collection-",
    errorPrefix: "States.",
    since: daysAgo(days * 0.9),
    until: daysAgo(days * 0.1),
  };
  const failed: Required<PayloadFilter> = {
    ...common,
    state: "FAILED",
    errorPrefix: "Error",
    idPrefix: "collection-7/workflow-4/S2_",
  };
  return [
    { name: "common", values: common },
    { name: "failed", values: failed },
    {
      name: "rare",
      values: {
        ...failed,
        workflow: "workflow-19",
        organisation: "rare-org",
        errorPrefix: "Rare",
        since: daysAgo(0.2),
      },
    },
    {
      name: "old",
      values: {
        ...failed,
        collections: "archive",
        idPrefix: `archive/workflow-4/S2_${daysAgo(days * 0.9).slice(0, 9)}`,
        errorPrefix: "Old",
        since: daysAgo(days * 0.95),
        until: daysAgo(days * 0.8),
      },
    },
  ];
}

export interface Question {
  readonly kind: string;
  readonly filter: PayloadFilter;
}

export function questionsOf(kinds: readonly Kind[]): readonly Question[] {
  return kinds.flatMap(({ name, values }) =>
    Array.from({ length: 2 ** FILTERS.length }, (_, bits) => {
      const given = FILTERS.filter((_, place) => bits & (1 << place)).flat();
      return { kind: name, filter: Object.fromEntries(given.map((filter) => [filter, values[filter]])) };
    }),
  );
}
