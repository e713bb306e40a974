/** Reads items of the table as they are at this moment: by their keys, or those of a range in several partitions. */
import { type AttributeValue, BatchGetItemCommand, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Item } from "../../state/attribute-values.ts";
import { toAttribute } from "../../state/attribute-values.ts";
import { inParallel, slices, type Table, untilDone } from "../../state/table.ts";

const MOST_KEYS = 100;

export async function getItem(Key: Item, { client, table }: Table): Promise<Item | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
  return Item;
}

/** Those that are there, in any order. */
export async function getItems(keys: readonly Item[], table: Table): Promise<readonly Item[]> {
  const found: Item[] = [];
  await inParallel(slices(keys, MOST_KEYS), (slice) =>
    untilDone(slice, table, async (rest) => {
      const { Responses, UnprocessedKeys } = await table.client.send(
        new BatchGetItemCommand({ RequestItems: { [table.table]: { Keys: [...rest], ConsistentRead: true } } }),
      );
      found.push(...(Responses?.[table.table] ?? []));
      return { rest: UnprocessedKeys?.[table.table]?.Keys ?? [] };
    }),
  );
  return found;
}

export interface Filter {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

export interface Range {
  readonly partitions: readonly string[];
  /** Both ends belong to it. */
  readonly from: string;
  readonly to: string;
  readonly filter?: Filter | undefined;
  /** Attributes that are wanted; all where it is not given. */
  readonly only?: readonly string[];
}

/** In the order of the keys within each partition. */
export async function queryRange({ partitions, ...range }: Range, table: Table): Promise<readonly Item[]> {
  const found = await inParallel(partitions, (pk) => queryPartition(pk, range, table));
  return found.flat();
}

async function queryPartition(
  pk: string,
  { from, to, filter, only }: Omit<Range, "partitions">,
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
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    items.push(...Items);
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

/** The end of a range of all texts that begin with this one and go on with what keys are made of. */
export function endOf(prefix: string): string {
  return `${prefix}\uFFFF`;
}
