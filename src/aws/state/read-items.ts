/** Reads items of the table as they are at this moment: by their keys, or those of a range in several partitions. */
import { BatchGetItemCommand, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { Item } from "./attribute-values.ts";
import { type KeyRange, queryPartition } from "./query-partition.ts";
import { inParallel, slices, type Table, untilDone } from "./table.ts";

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

export interface Range extends KeyRange {
  readonly partitions: readonly string[];
}

/** In the order of the keys within each partition. */
export async function queryRange({ partitions, ...range }: Range, table: Table): Promise<readonly Item[]> {
  const found = await inParallel(partitions, (pk) => queryPartition(pk, range, table));
  return found.flat();
}

/** The end of a range of all texts that begin with this one and go on with what keys are made of. */
export function endOf(prefix: string): string {
  return `${prefix}\uFFFF`;
}
