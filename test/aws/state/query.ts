/** The queries that the state store makes, and no others, over the items of a table. */
import type { Item } from "./partiql.ts";

export interface QueryInput {
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues: Item;
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly Select?: "COUNT";
}

/** Entries of a page of a query that names no smaller limit. */
const PAGE = 7;

export function query(all: readonly Item[], input: QueryInput): object {
  const { IndexName, ScanIndexForward = true, ExclusiveStartKey, Limit = PAGE, FilterExpression = "" } = input;
  const sort = IndexName === undefined ? "sk" : "sortKey";
  const sign = ScanIndexForward ? 1 : -1;
  const order = (a: Item, b: Item) =>
    sign * (compare(a[sort]?.S, b[sort]?.S) || compare(a.pk?.S, b.pk?.S) || compare(a.sk?.S, b.sk?.S));
  const found = all
    .filter((item) => holds(input.KeyConditionExpression, item, input))
    .filter((item) => ExclusiveStartKey === undefined || order(ExclusiveStartKey, item) < 0)
    .toSorted(order);
  const page = found.slice(0, Math.min(Limit, PAGE));
  const last = page.at(-1);
  const { pk, sk } = last ?? {};
  const end =
    last === undefined || found.length === page.length ? {} : { LastEvaluatedKey: { pk, sk, [sort]: last[sort] } };
  const Items = page.filter((item) => holds(FilterExpression, item, input));
  return { ...(input.Select === "COUNT" ? { Count: Items.length } : { Items }), ...end };
}

function holds(
  expression: string,
  item: Item,
  { ExpressionAttributeNames: names, ExpressionAttributeValues: values }: QueryInput,
) {
  const text = (name = "") => item[names?.[name] ?? name]?.S;
  const value = (name = "") => values[name]?.S ?? "";
  const equal = [...expression.matchAll(/(#?\w+) = (:\w+)/g)].every(([, a, b]) => text(a) === value(b));
  const within = [...expression.matchAll(/(\w+) BETWEEN (:\w+) AND (:\w+)/g)].every(([, a, low, high]) => {
    const found = text(a);
    return found !== undefined && compare(found, value(low)) >= 0 && compare(found, value(high)) <= 0;
  });
  const begins = [...expression.matchAll(/begins_with\((#?\w+), (:\w+)\)/g)];
  const contains = [...expression.matchAll(/contains\((#?\w+), (:\w+)\)/g)];
  return (
    equal &&
    within &&
    begins.every(([, a, prefix]) => text(a)?.startsWith(value(prefix)) ?? false) &&
    contains.every(([, a, part]) => text(a)?.includes(value(part)) ?? false)
  );
}

function compare(a = "", b = ""): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
