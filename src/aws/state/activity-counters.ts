/** What a batch of changes adds to the activity: an item for every period and workflow, a number for what came into each state. */
import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { enterings, type Interval, KEPT_MS } from "../../state/activity.ts";
import type { State } from "../../state/states.ts";
import { activityNumbers } from "./activity.ts";
import { toItem } from "./attribute-values.ts";
import { activityPartition, activitySort } from "./keys.ts";

/** A payload that came into a state. */
export interface Entered {
  readonly workflow: string;
  readonly state: State;
  readonly at: string;
  /** When it last did so before. */
  readonly before?: string | undefined;
}

interface Addition {
  readonly interval: Interval;
  readonly period: string;
  readonly workflow: string;
  readonly state: State;
  readonly once: 0 | 1;
}

export function additionsOf({ workflow, state, at, before }: Entered): readonly Addition[] {
  return enterings(at, before).map(({ interval, period, isFirst }) => {
    return { interval, period, workflow, state, once: isFirst ? 1 : 0 };
  });
}

/** Additions of the same key change the same item. */
export function additionKey({ interval, period, workflow }: Addition): string {
  return `${activityPartition(interval)}/${activitySort(period, workflow)}`;
}

/** One update for each item. */
export function addActivity(table: string, additions: readonly Addition[]): readonly TransactWriteItem[] {
  return [...Map.groupBy(additions, additionKey).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [updateOf(table, first, sumsOf(same))];
  });
}

function sumsOf(additions: readonly Addition[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { state, once } of additions) {
    const names = activityNumbers(state);
    sums.set(names.count, (sums.get(names.count) ?? 0) + 1);
    if (once) sums.set(names.once, (sums.get(names.once) ?? 0) + once);
  }
  return sums;
}

function updateOf(table: string, { interval, period, workflow }: Addition, sums: ReadonlyMap<string, number>) {
  const names = [...sums.keys()];
  const kept = KEPT_MS[interval];
  const expires = kept === undefined ? undefined : Math.ceil((Date.parse(period) + kept) / 1000) + DAY_SECONDS;
  return {
    Update: {
      TableName: table,
      Key: toItem({ pk: activityPartition(interval), sk: activitySort(period, workflow) }),
      UpdateExpression: [
        `ADD ${names.map((_, i) => `#n${i} :n${i}`).join(", ")}`,
        ...(expires === undefined ? [] : ["SET expires = :expires"]),
      ].join(" "),
      ExpressionAttributeNames: Object.fromEntries(names.map((name, i) => [`#n${i}`, name])),
      ExpressionAttributeValues: toItem({
        ...Object.fromEntries([...sums.values()].map((sum, i) => [`:n${i}`, sum])),
        ":expires": expires,
      }),
    },
  };
}

/** The table's stream tells of what happened up to a day ago. */
const DAY_SECONDS = 24 * 3600;
