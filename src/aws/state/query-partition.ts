/** Items of one partition, in the order of their sort keys, as they are at this moment. */
import { type AttributeValue, QueryCommand } from "@aws-sdk/client-dynamodb";
import { type Item, toAttribute } from "./attribute-values.ts";
import type { Table } from "./table.ts";

export interface Filter {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

export interface KeyRange {
  /** Both ends belong to it. */
  readonly from: string;
  readonly to: string;
  readonly filter?: Filter | undefined;
  /** Attributes that are wanted; all where it is not given. */
  readonly only?: readonly string[];
  /** No further look once so many were found; the last one may have brought more. */
  readonly enough?: number;
  /** Greatest sort key first. */
  readonly descending?: boolean;
}

/** What is looked at, at the least, where a filter may leave out most of it: about what one answer holds. */
const LEAST_LOOK = 1_000;

export async function queryPartition(
  pk: string,
  { from, to, filter, only, enough, descending = false }: KeyRange,
  { client, table }: Table,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: {
          ":pk": toAttribute(pk),
          ":from": toAttribute(from),
          ":to": toAttribute(to),
          ...filter?.values,
        },
        ...(filter && { FilterExpression: filter.expression, ExpressionAttributeNames: filter.names }),
        ...(only && { ProjectionExpression: only.join(", ") }),
        ...(enough !== undefined && { Limit: filter ? Math.max(enough, LEAST_LOOK) : enough }),
        ...(descending && { ScanIndexForward: false }),
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    items.push(...Items);
    start = LastEvaluatedKey;
  } while (start !== undefined && items.length < (enough ?? Number.POSITIVE_INFINITY));
  return items;
}
