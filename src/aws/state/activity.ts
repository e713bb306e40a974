/** Reads what the tally counts over time: one item for every period and workflow, with two numbers for each state. */
import { type ActivityCount, type ActivityQuery, periodOf } from "../../state/activity.ts";
import { STATES, type State } from "../../state/states.ts";
import type { Item } from "./attribute-values.ts";
import { activityPartition, activitySort } from "./keys.ts";
import { queryPartition } from "./query-partition.ts";
import type { Table } from "./table.ts";

/** The number of entries into a state, and of the payloads that came into it. */
export function activityNumbers(state: State): { readonly count: string; readonly once: string } {
  return { count: state, once: `${state}_once` };
}

/** After every workflow's name. */
const LAST = "~";

export async function readActivity(
  { interval, from, to, workflow }: ActivityQuery,
  table: Table,
): Promise<readonly ActivityCount[]> {
  const [first, last] = [periodOf(interval, from), periodOf(interval, to)];
  // DynamoDB takes no range that ends before it begins.
  if (first > last) return [];
  const range = { from: activitySort(first, ""), to: activitySort(last, LAST) };
  const items = await queryPartition(activityPartition(interval), range, table);
  return items.flatMap(countsOf).filter((one) => workflow === undefined || one.workflow === workflow);
}

function countsOf(item: Item): readonly ActivityCount[] {
  const [period = "", workflow = ""] = (item.sk?.S ?? "").split("/");
  return STATES.toSorted().flatMap((state) => {
    const { count, once } = activityNumbers(state);
    const entered = Number(item[count]?.N ?? 0);
    return entered === 0 ? [] : [{ period, workflow, state, count: entered, unique: Number(item[once]?.N ?? 0) }];
  });
}
